import { ConfigurationError, GraphError } from '../errors/index.js';
import {
  activateDropout,
  add,
  cast,
  constantLike,
  equal,
  expose,
  formatType,
  GraphBuilder,
  OPSET,
  prune,
  reduceSum,
  removeDropout,
  reshape,
  shareCommon,
  where,
} from '../graph/index.js';
import type { Graph, Value } from '../graph/index.js';
import { inputOf } from '../inspection/index.js';
import type { Classifier } from '../inspection/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { AppendCall, Fitted, Score } from './score.js';

export interface FittedScore {
  readonly score: Score;
  readonly fitted: Fitted;
}

/** The name of a score's output in `scoreGraph`. */
export function scoreOutput({ name }: Pick<Score, 'name'>): string {
  return `score/${name}`;
}

/**
 * The classifier with scores: its own inputs and outputs, then `score/<name>` (N,), float32, for each score.
 * Dropout layers are inactive. The one graph that scores are computed by, exported as and run as in the
 * browser. Where a row of the logits has a NaN its scores are NaN too, never small numbers: ask whether to
 * accept, not whether to abstain.
 * @throws GraphError when the classifier lacks what a score needs, or its opset is below 18;
 *   ConfigurationError when a score is there twice.
 */
export function scoreGraph(classifier: Classifier, scores: readonly FittedScore[]): Graph {
  const values = valuesOf(classifier);
  const { builder, logits } = values;
  const sums = reduceSum(logits, [1]);
  const zero = builder.constant(tensor('float32', [], Float32Array.of(0)));
  const poison = where(equal(sums, sums), zero, constantLike(zero, NaN));
  const named: string[] = [];
  const constants = new Map<Tensor, Value>();
  for (const { score, fitted } of scores) {
    const name = scoreOutput(score);
    if (builder.has(name)) {
      throw new ConfigurationError({
        what: `scores of '${builder.name}'`,
        expected: 'each once',
        got: `'${name}' twice`,
      });
    }
    const value = builder.scope(score.name, () => {
      const own = vector(
        score,
        score.append(appendCall(classifier, { ...values, constants }, { score, fitted })),
      );
      return add(own, poison);
    });
    builder.apply('Identity', [value], {}, { name });
    named.push(name);
  }
  // Scores begin alike: with differences of logits, centred features.
  return shareCommon(builder.build([...classifier.graph.outputs, ...named]));
}

/**
 * The classifier with the outputs `logits` (N, K) and, where it has them, `features` (N, d), float32, and no
 * others: what scores are fitted on. Where the model calls another value so, an input for instance, the output is
 * `credence/logits`, `credence/features`; their order is the same.
 */
export function valuesGraph(classifier: Classifier): Graph {
  const { builder, logits, features } = valuesOf(classifier);
  return prune(builder.build(valueOutputs(builder, { logits: cast(logits, 'float32'), features })));
}

/** As `valuesGraph`, its Dropout layers active, with masks for every example. @throws GraphError where there is none. */
export function dropoutValuesGraph(classifier: Classifier): Graph {
  const { graph, logits, features } = classifier;
  const names = [logits, ...(features === undefined ? [] : [features])];
  const builder = GraphBuilder.from({ ...expose(graph, ...names), parameters: [] });
  const value = (name: string): Value => cast(builder.value(name), 'float32');
  const outputs = { logits: value(logits), features: features === undefined ? undefined : value(features) };
  return activateDropout(prune(builder.build(valueOutputs(builder, outputs))));
}

/** Under names that no other value has. */
function valueOutputs(
  builder: GraphBuilder,
  values: Readonly<Record<'logits' | 'features', Value | undefined>>,
): Record<string, Value> {
  const named = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[value.name === name || !builder.has(name) ? name : `credence/${name}`, value] as const];
  });
  return Object.fromEntries(named);
}

interface ClassifierValues extends Pick<AppendCall, 'builder' | 'input' | 'logits'> {
  readonly features: Value | undefined;
}

/** The classifier's graph without Dropout layers, its outputs under their names. */
function valuesOf(classifier: Classifier): ClassifierValues {
  const { graph, features, logits } = classifier;
  const input = inputOf(classifier);
  if (graph.opset < OPSET) {
    throw new GraphError({
      what: `scores of '${graph.name}'`,
      expected: `opset ${OPSET} or newer`,
      got: `${graph.opset}`,
      hint: 'convert the model to a newer opset',
    });
  }
  const own = [input, logits, ...(features === undefined ? [] : [features])];
  const asked = expose(graph, ...own).outputs;
  // The output of a Dropout layer is its input, by another name.
  const origin = (name: string): string => {
    const maker = graph.nodes.find(({ op, outputs }) => op === 'Dropout' && outputs[0] === name);
    return maker === undefined ? name : origin(maker.inputs[0]!);
  };
  const plain = removeDropout({ ...graph, outputs: [...new Set(asked.map(origin))] });
  const builder = GraphBuilder.from({ ...plain, parameters: [] });
  for (const name of graph.outputs) {
    // The others are there, also those whose type is not known.
    if (origin(name) !== name) builder.apply('Identity', [builder.value(origin(name))], {}, { name });
  }
  const type = builder.value(origin(logits));
  if (type.shape.length !== 2 || typeof type.shape[1] !== 'number' || type.shape[1] < 2) {
    throw new GraphError({
      what: `scores of '${graph.name}': logits '${logits}'`,
      expected: '(N, K) with a known K of at least 2',
      got: formatType(type),
    });
  }
  const read = features === undefined ? undefined : builder.value(origin(features));
  if (read !== undefined && (read.shape.length !== 2 || typeof read.shape[1] !== 'number')) {
    throw new GraphError({
      what: `scores of '${graph.name}': features '${features}'`,
      expected: '(N, d) with a known d',
      got: formatType(read),
    });
  }
  return {
    builder,
    input: builder.value(origin(input)),
    logits: type,
    features: read && cast(read, 'float32'),
  };
}

function appendCall(
  classifier: Classifier,
  { builder, input, logits, features, constants }: ClassifierValues & { constants: Map<Tensor, Value> },
  { score, fitted }: FittedScore,
): AppendCall {
  const lacking = (what: string, got: string): GraphError =>
    new GraphError({ what: `score '${score.name}'`, expected: what, got });
  return {
    builder,
    classifier,
    input,
    logits,
    fitted,
    get features() {
      if (features === undefined) throw lacking('a classifier with features', 'one without');
      return features;
    },
    constant(name) {
      const value = fitted.tensors[name];
      if (value === undefined) throw lacking(`a fit with an array '${name}'`, 'one without');
      // Candidates of a tuning share their arrays.
      const own = constants.get(value) ?? builder.constant(value, `${score.name}/${name}`);
      constants.set(value, own);
      return own;
    },
    setting(name) {
      const value = fitted.settings[name];
      if (typeof value !== 'number') throw lacking(`a fit with a number '${name}'`, `${value}`);
      return value;
    },
  };
}

function vector(score: Score, value: Value): Value {
  const flat = value.shape.length === 2 && value.shape[1] === 1 ? reshape(value, [-1]) : value;
  if (flat.shape.length !== 1 || !flat.dtype.startsWith('float')) {
    throw new GraphError({ what: `score '${score.name}'`, expected: 'float (N)', got: formatType(value) });
  }
  return cast(flat, 'float32');
}
