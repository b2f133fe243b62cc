import { GraphError } from '../errors/index.js';
import type { Graph, Node } from '../graph/index.js';
import { isOp } from './producers.js';
import type { Producers } from './producers.js';

/** What stands at the end of a classifier. */
export interface Head {
  /** The value whose softmax (or sigmoid) is the prediction; undefined where the graph has probabilities only. */
  readonly logits: string | undefined;
  readonly probabilities: string | undefined;
  readonly link: 'softmax' | 'sigmoid';
  /** A value of the same type as the logits. */
  readonly like?: string;
  /** The operations behind the logits, last first: what is cut. */
  readonly cut: readonly string[];
  /** The names of the classes, where the graph has them. */
  readonly classes: readonly string[] | undefined;
}

/** Classifiers of scikit-learn as one operation: outputs are the label and the scores. */
const CLASSIFIERS = new Set(['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier']);

/** The head that an output is the end of. A value that nothing known stands behind is taken for logits. */
export function headOf(output: string, producers: Producers): Head {
  const plain = {
    logits: output,
    probabilities: undefined,
    link: 'softmax',
    cut: [],
    classes: undefined,
  } as const;
  return endAt(output, producers) ?? plain;
}

/** Undefined where nothing known stands behind the value. */
function endAt(name: string, producers: Producers): Head | undefined {
  const node = producers.of(name);
  if (node === undefined) return undefined;
  const head =
    node.domain === 'ai.onnx.ml' ? learnedEnd(node, name, producers) : ownEnd(node, name, producers);
  return head === undefined || isOp(node, 'Identity') ? head : { ...head, cut: [node.op, ...head.cut] };
}

function ownEnd(node: Node, name: string, producers: Producers): Head | undefined {
  const [first = ''] = node.inputs;
  const known = { cut: [], classes: undefined };
  if (node.domain !== '') return undefined;
  switch (node.op) {
    case 'Softmax':
    case 'LogSoftmax': {
      if (!isLastAxis(node, producers)) return undefined;
      const probabilities = node.op === 'Softmax' ? name : undefined;
      return { logits: first, probabilities, link: 'softmax', like: name, ...known };
    }
    case 'Sigmoid':
      return { logits: first, probabilities: name, link: 'sigmoid', like: name, ...known };
    case 'Concat': {
      const logits = complement(node, producers);
      return logits === undefined ? undefined : { logits, probabilities: name, link: 'sigmoid', ...known };
    }
    case 'ArgMax':
      return headOf(first, producers);
    case 'Identity':
    case 'Cast':
    case 'Reshape':
    case 'Squeeze':
    case 'Flatten':
      return endAt(first, producers);
    default:
      return undefined;
  }
}

/** The ends that scikit-learn's exporter writes. */
function learnedEnd(node: Node, name: string, producers: Producers): Head | undefined {
  const [first = '', second = ''] = node.inputs;
  const classes = classNames(node);
  if (CLASSIFIERS.has(node.op)) {
    const scores = node.outputs[1] ?? '';
    if (scores === '') throw noScores(node);
    const link = 'softmax';
    if (isRaw(node)) return { logits: scores, probabilities: undefined, link, cut: [], classes };
    return { logits: undefined, probabilities: scores, link, cut: [], classes };
  }
  switch (node.op) {
    case 'ZipMap': {
      const inner = endAt(first, producers);
      if (inner !== undefined) return { ...inner, classes: classes ?? inner.classes };
      return { logits: undefined, probabilities: first, link: 'softmax', cut: [], classes };
    }
    case 'Normalizer': {
      const inner = endAt(first, producers);
      return {
        logits: undefined,
        probabilities: name,
        link: 'softmax',
        cut: inner?.cut ?? [],
        classes: inner?.classes,
      };
    }
    case 'ArrayFeatureExtractor':
      // The label is the class (first input) at the index of the largest score.
      return endAt(second, producers);
    case 'LabelEncoder':
    case 'CastMap':
      return endAt(first, producers);
    default:
      return undefined;
  }
}

/** Whether the scores are what the classifier compares, not probabilities. Forests vote: their sums are probabilities. */
function isRaw({ op, attributes }: Node): boolean {
  if (op === 'SVMClassifier') return attributes['prob_a'] === undefined;
  const transform = attributes['post_transform'];
  return op === 'LinearClassifier' && (transform?.type !== 'string' || transform.value === 'NONE');
}

/** Whether a Softmax is over the classes of (N, K), or of (N, K, 1, 1). */
function isLastAxis(node: Node, producers: Producers): boolean {
  const attribute = node.attributes['axis'];
  const axis = attribute?.type === 'int' ? attribute.value : -1;
  const shape = producers.typeOf(node.inputs[0] ?? '')?.shape;
  if (shape === undefined) return axis === -1 || axis === 1;
  const rest = shape.slice(1 + (axis < 0 ? axis + shape.length : axis));
  return rest.every((dim) => dim === 1);
}

/** z of Concat(1 - p, p), p = Sigmoid(z): how scikit-learn's binary networks end. */
function complement({ inputs }: Node, producers: Producers): string | undefined {
  const [first = '', second = ''] = inputs;
  const [rest, p] = [producers.of(first), producers.of(second)];
  const isComplement = inputs.length === 2 && isOp(p, 'Sigmoid') && isOp(rest, 'Sub');
  return isComplement && rest?.inputs[1] === second ? p?.inputs[0] : undefined;
}

function classNames({ attributes }: Node): readonly string[] | undefined {
  for (const name of ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints']) {
    const attribute = attributes[name];
    if (attribute?.type === 'strings' && attribute.value.length > 0) return attribute.value;
    if (attribute?.type === 'ints' && attribute.value.length > 0) return attribute.value.map(String);
  }
  return undefined;
}

function noScores(node: Node): GraphError {
  return new GraphError({
    what: `${node.op} '${node.name}'`,
    expected: 'an output of scores beside that of labels',
    got: 'labels alone',
    hint: 'export the model with its probabilities',
  });
}

/** Which output the classifier's prediction is. */
export function chooseHead(graph: Graph, producers: Producers): Head {
  const candidates = graph.outputs.map((name) => ({
    name,
    head: headOf(name, producers),
    isLabel: isLabel(name, producers),
  }));
  const scores = candidates.filter(({ name, isLabel: label }) => !label && canBePrediction(name, producers));
  const pool = scores.length > 0 ? scores : candidates;
  const byEnd = new Map(
    pool.map(({ name, head }) => [head.logits ?? head.probabilities ?? name, { name, head }]),
  );
  const distinct = [...byEnd.values()];
  if (distinct.length === 1) return distinct[0]!.head;
  for (const pattern of [/logit/i, /prob|softmax/i]) {
    const named = distinct.filter(({ name }) => pattern.test(name));
    if (named.length === 1) return named[0]!.head;
  }
  const ended = distinct.filter(({ head }) => head.cut.length > 0);
  if (ended.length === 1) return ended[0]!.head;
  throw new GraphError({
    what: `model '${graph.name}'`,
    expected: 'one output that can be the logits or probabilities (N, K)',
    got: distinct.length === 0 ? 'none' : distinct.map(({ name }) => name).join(', '),
    hint: 'name the value (logits, probabilities)',
  });
}

function isLabel(name: string, producers: Producers): boolean {
  const type = producers.typeOf(name);
  if (type !== undefined) return !type.dtype.startsWith('float');
  const node = producers.of(name);
  return isOp(node, 'ArgMax') || (node !== undefined && CLASSIFIERS.has(node.op) && node.outputs[0] === name);
}

function canBePrediction(name: string, producers: Producers): boolean {
  const type = producers.typeOf(name);
  if (type === undefined) return true;
  const [, ...rest] = type.shape.filter((dim, axis) => axis < 2 || dim !== 1);
  return type.dtype.startsWith('float') && rest.length <= 1;
}
