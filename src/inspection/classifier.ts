import { ConfigurationError, CredenceError, GraphError } from '../errors/index.js';
import { dropoutLayers, formatType, gradient, underivedOperations } from '../graph/index.js';
import type { Dim, Graph, Input } from '../graph/index.js';
import { evaluationMode } from './evaluation-mode.js';
import { chooseHead, headOf } from './head.js';
import type { Head } from './head.js';
import { featuresOf, linearLayerOf } from './last-layer.js';
import { withLogits } from './made-logits.js';
import { oneOf, Producers } from './producers.js';
import type { InspectedClassifier, LinearLayer, MissingDerivative } from './types.js';

/** What is to be taken for what, where the graph alone does not tell. All names are names of values or nodes of the graph. */
export interface ClassifierOverrides {
  readonly input?: string;
  /** Logits (N, K), or with `link: 'sigmoid'` (N) or (N, 1). */
  readonly logits?: string;
  /** Probabilities (N, K), of which logarithms are taken unless a Softmax made them. */
  readonly probabilities?: string;
  readonly link?: 'softmax' | 'sigmoid';
  /** (N, d); false: none. */
  readonly features?: string | false;
  /** The nodes of the Dropout layers that are to be active in MC dropout; those of the graph unless given. */
  readonly dropout?: readonly string[];
  readonly batchNorms?: readonly string[];
  /** How many classes there are, or their names. */
  readonly classes?: number | readonly string[];
}

/**
 * Understands a classifier's graph: where its logits, probabilities and features are, what it can be asked for.
 * @throws ConfigurationError on an override that names nothing; GraphError when the graph is no classifier of one input,
 *   or its outputs do not tell.
 */
export function inspectClassifier(model: Graph, overrides: ClassifierOverrides = {}): InspectedClassifier {
  const evaluated = evaluationMode(model);
  const before = new Producers(evaluated);
  const head = headFor(before, overrides);
  const input = inputFor(before, head, overrides);
  const batchDim = input.shape[0] ?? 1;
  const { graph: made, logits } = withLogits(evaluated, head, batchDim);
  const producers = new Producers(made);

  const type = producers.typeOf(logits)!;
  const names = typeof overrides.classes === 'object' ? overrides.classes : head.classes;
  const size = type.shape[1];
  const classes = typeof size === 'number' ? size : (countOf(overrides.classes) ?? names?.length);
  const stated = countOf(overrides.classes);
  if (classes === undefined || (stated !== undefined && stated !== classes)) {
    throw new ConfigurationError({
      what: 'classes',
      expected:
        classes === undefined
          ? 'how many there are, which the graph does not tell'
          : `${classes}, as the logits have`,
      got: stated === undefined ? 'nothing' : `${stated}`,
    });
  }
  const layer = head.logits === undefined ? undefined : linearLayerOf(head.logits, producers);
  const found = featuresFor(producers, layer, overrides);
  const graph = withTypeOf(made, found, layer, batchDim);
  const features = found !== undefined && graph.types.has(found) ? found : undefined;
  if (overrides.features !== undefined && overrides.features !== false && features === undefined) {
    const got = `'${overrides.features}', behind operations that nothing is known of`;
    throw new ConfigurationError({ what: 'features', expected: 'a value of known type', got });
  }
  const width = features === undefined ? undefined : graph.types.get(features)?.shape[1];
  const lastLayer =
    features !== undefined && overrides.features === undefined && logits === head.logits ? layer : undefined;
  const dropout = dropoutLayers(graph);
  const batchNorms = graph.nodes.filter(({ op }) => op === 'BatchNormalization').map(({ name }) => name);
  const derivative = derivativeOf(graph, producers, input, logits);
  const active = chosen(
    'dropout',
    overrides.dropout,
    dropout.map(({ name }) => name),
  );
  return {
    graph,
    input,
    logits,
    probabilities: head.probabilities,
    link: head.link,
    cut: head.cut,
    classes,
    classNames: names?.length === classes ? names : undefined,
    features,
    featureCount: typeof width === 'number' ? width : undefined,
    lastLayer,
    dropout: dropout.filter(({ name }) => active.includes(name)),
    batchNorms: chosen('batchNorms', overrides.batchNorms, batchNorms),
    missing: derivative.missing,
    differentiableInput: derivative.from,
    supports: {
      logits: true,
      features: features !== undefined,
      lastLayer: lastLayer !== undefined,
      inputGradient: derivative.from !== undefined && derivative.missing.length === 0,
      dropout: active.length > 0,
    },
    batch:
      typeof batchDim === 'number' ? batchDim : typeof type.shape[0] === 'number' ? type.shape[0] : 'dynamic',
    notes: notesOn(head, logits, classes),
  };
}

function headFor(producers: Producers, { logits, probabilities, link }: ClassifierOverrides): Head {
  if (logits !== undefined) {
    const name = producers.named('logits', logits);
    return { logits: name, probabilities: undefined, link: link ?? 'softmax', cut: [], classes: undefined };
  }
  if (probabilities !== undefined) {
    const name = producers.named('probabilities', probabilities);
    const head = headOf(name, producers);
    return { ...head, probabilities: name, logits: head.cut.length > 0 ? head.logits : undefined };
  }
  const head = chooseHead(producers.graph, producers);
  return link === undefined ? head : { ...head, link };
}

function inputFor(producers: Producers, head: Head, overrides: ClassifierOverrides): Input {
  const { graph } = producers;
  const end = head.logits ?? head.probabilities ?? '';
  const used = producers.inputsOf(end);
  const names = graph.inputs.map(({ name }) => name);
  const only = [...used];
  const name =
    overrides.input === undefined ? only[0] : oneOf('input', overrides.input, names, 'an input of the model');
  const input = graph.inputs.find((candidate) => candidate.name === name);
  if (input === undefined || only.length !== 1 || name !== only[0]) {
    throw new GraphError({
      what: `model '${graph.name}'`,
      expected: `one input that '${end}' depends on${overrides.input === undefined ? '' : `, '${overrides.input}'`}`,
      got:
        only.length === 0
          ? 'none'
          : graph.inputs
              .filter((i) => used.has(i.name))
              .map((i) => `${i.name}: ${formatType(i)}`)
              .join('; '),
    });
  }
  return input;
}

function featuresFor(
  producers: Producers,
  layer: LinearLayer | undefined,
  { features }: ClassifierOverrides,
): string | undefined {
  if (features === false) return undefined;
  if (features === undefined) return layer && featuresOf(layer, producers);
  const name = producers.named('features', features);
  const type = producers.typeOf(name);
  if (type === undefined || (type.shape.length === 2 && type.dtype.startsWith('float'))) return name;
  throw new ConfigurationError({
    what: 'features',
    expected: 'a floating-point value (N, d)',
    got: formatType(type),
  });
}

/** The graph with the type of its features, which the last layer's weights tell behind operations that nothing is known of. */
function withTypeOf(
  graph: Graph,
  features: string | undefined,
  layer: LinearLayer | undefined,
  batch: Dim,
): Graph {
  if (features === undefined || graph.types.has(features)) return graph;
  const weight = graph.constants.get(layer?.weight ?? '');
  const [rows, columns] = weight?.shape ?? [];
  if (weight === undefined || rows === undefined || columns === undefined) return graph;
  const shape = [batch, layer?.transposed === true ? columns : rows];
  return { ...graph, types: new Map([...graph.types, [features, { dtype: weight.dtype, shape }]]) };
}

function derivativeOf(
  graph: Graph,
  producers: Producers,
  input: Input,
  logits: string,
): { from: string | undefined; missing: readonly MissingDerivative[] } {
  const from = floatOf(graph, producers, input);
  if (from === undefined) return { from, missing: [] };
  const byOp = new Map<string, MissingDerivative>();
  const all = underivedOperations(graph, { of: logits, withRespectTo: [from] });
  // What is not known behind an operation without a rule is not known because of it.
  const causes = all.filter(({ reason }) => reason === 'no rule for');
  for (const { op, name, reason } of causes.length > 0 ? causes : all) {
    byOp.set(op, {
      op,
      reason: byOp.get(op)?.reason ?? reason,
      nodes: [...(byOp.get(op)?.nodes ?? []), name],
    });
  }
  if (byOp.size > 0) return { from, missing: [...byOp.values()] };
  try {
    gradient(graph, { of: logits, withRespectTo: [from] });
  } catch (error) {
    if (!(error instanceof CredenceError)) throw error;
    return { from, missing: [{ op: 'gradient', nodes: [], reason: error.message }] };
  }
  return { from, missing: [] };
}

/** The input, or the one value that an integer input is cast to. */
function floatOf(graph: Graph, producers: Producers, input: Input): string | undefined {
  if (input.dtype.startsWith('float')) return input.name;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(input.name));
  const [cast] = readers;
  const output = cast?.outputs[0] ?? '';
  const isCast =
    readers.length === 1 && cast?.op === 'Cast' && producers.typeOf(output)?.dtype.startsWith('float');
  return isCast ? output : undefined;
}

/** The names that were given, or all. @throws ConfigurationError when one is not there. */
function chosen(
  option: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  return given?.map((name) => oneOf(option, name, known, 'a layer of the model')) ?? known;
}

function countOf(classes: ClassifierOverrides['classes']): number | undefined {
  return typeof classes === 'object' ? classes.length : classes;
}

function notesOn({ logits: own, link, cut }: Head, logits: string, classes: number): readonly string[] {
  const notes: string[] = [];
  if (own === undefined) notes.push('The model has probabilities only: their logarithms serve as logits.');
  else if (link === 'sigmoid' && logits !== own)
    notes.push('The model has one logit z for two classes: (0, z) serve as logits.');
  else if (link === 'sigmoid')
    notes.push(
      `The model ends in ${classes} sigmoids of their own; its logits are read as those of a softmax.`,
    );
  if (cut.includes('ArgMax'))
    notes.push('The model gives labels alone: what its ArgMax reads is the prediction.');
  return notes;
}
