import { ConfigurationError, ShapeError } from '../errors/index.js';
import {
  bindParameters,
  constantLike,
  cutAtRandom,
  flatLayout,
  flattenParameters,
  formatShape,
  GraphBuilder,
  maximum,
  minimum,
  PARAMETERS,
  prune,
  reshape,
  sigmoid,
  softmax,
} from '../graph/index.js';
import type { Graph, Parameters, Value } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { openSession, predict, samplePredictions } from '../runtime/index.js';
import type { Feeds, PredictOptions } from '../runtime/index.js';
import { sliceRows, zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { dataBatches } from './batches.js';

export interface LinkOptions {
  /** The model's value that is sampled, (N, C) or (N,); 'logits' unless given. */
  readonly output?: string | undefined;
  /**
   * What makes probabilities of it: 'softmax' over several columns and 'sigmoid' of one unless given;
   * 'identity' for an output that is one already, or for regression.
   */
  readonly link?: 'softmax' | 'sigmoid' | 'identity' | undefined;
}

export interface PredictiveOptions extends LinkOptions, PredictOptions {}

/** The output of `predictiveGraph`. */
const PREDICTION = 'prediction';

/**
 * The model with one output, `prediction` (N, C): its probabilities (C = 1: that of label 1), or what the
 * link says.
 */
function predictiveGraph(model: Graph, { output = 'logits', link }: LinkOptions): Graph {
  const builder = GraphBuilder.from(model);
  const value = builder.value(output);
  if (value.shape.length !== 1 && value.shape.length !== 2) {
    throw new ShapeError({
      what: `predictions of '${model.name}': value '${output}'`,
      expected: '(N, C) or (N)',
      got: formatShape(value.shape),
    });
  }
  const columns = value.shape.length === 1 ? reshape(value, [-1, 1]) : value;
  switch (link ?? (columns.shape[1] === 1 ? 'sigmoid' : 'softmax')) {
    case 'sigmoid':
      return prune(builder.build({ [PREDICTION]: within01(sigmoid(columns)) }));
    case 'softmax':
      return prune(builder.build({ [PREDICTION]: softmax(columns) }));
    case 'identity':
      return prune(builder.build({ [PREDICTION]: columns }));
  }
}

/** The runtime's approximation of the sigmoid leaves [0, 1] by a unit in the last place. */
function within01(p: Value): Value {
  return maximum(minimum(p, constantLike(p, 1)), constantLike(p, 0));
}

/** The predictions of one network, the model with its own parameters or with these, (N, C). */
export async function predictions(
  model: Graph,
  data: Feeds,
  { parameters, output, link, ...options }: PredictiveOptions & { readonly parameters?: Parameters } = {},
): Promise<Tensor<'float32'>> {
  const bound = parameters === undefined ? model : bindParameters(model, parameters);
  return predicted(await predict(predictiveGraph(bound, { output, link }), data, options));
}

/**
 * Samples of the predictive distribution of a graph with random inputs (weight noise, masks), (S, N, C). What
 * comes before the first random layer runs once, the rest S times. Keyed: sample s of an example does not
 * depend on batches and workers.
 * @throws ConfigurationError when the output depends on no random input: its samples would all be the same.
 */
export async function stochasticPredictive(
  graph: Graph,
  data: Feeds,
  {
    samples,
    key,
    output,
    link,
    onProgress,
    ...options
  }: PredictiveOptions & { readonly samples: number; readonly key: Key },
): Promise<Tensor<'float32'>> {
  const { trunk, head } = cutAtRandom(predictiveGraph(graph, { output, link }));
  if (!head.inputs.some(({ random }) => random !== undefined)) {
    throw new ConfigurationError({
      what: `samples of '${graph.name}': value '${output ?? 'logits'}'`,
      expected: 'one that depends on a random input',
      got: 'a deterministic one',
      hint: 'activate its dropout layers, or give its weights a distribution',
    });
  }
  const computed = trunk.outputs.length === 0 ? {} : await predict(trunk, data, options);
  return predicted(
    await samplePredictions(
      head,
      { ...data, ...computed },
      { ...options, samples, key, ...(onProgress && { onProgress }) },
    ),
  );
}

/**
 * The predictions of S networks of one architecture, (S, N, C), given by their flat parameter vectors (S, P)
 * in the order of `flatLayout(model)`: draws from a posterior, or the members of an ensemble. Runs in the
 * calling thread.
 * @throws ShapeError when the vectors are not (S, P).
 */
export async function parametersPredictive(
  model: Graph,
  data: Feeds,
  vectors: Tensor<'float32'>,
  { output, link, batchSize, onProgress, signal, ...options }: Omit<PredictiveOptions, 'workers'> = {},
): Promise<Tensor<'float32'>> {
  const { size } = flatLayout(model);
  const [samples, width] = vectors.shape;
  if (samples === undefined || samples === 0 || width !== size || vectors.shape.length !== 2) {
    throw new ShapeError({
      what: `parameter vectors of '${model.name}'`,
      expected: `(S, ${size}), S at least 1`,
      got: formatShape(vectors.shape),
    });
  }
  const graph = predictiveGraph(flattenParameters(model), { output, link });
  const { examples, batches } = dataBatches(graph, data, { batchSize, fed: [PARAMETERS] });
  await using session = await openSession(graph, options);
  let stacked: Tensor<'float32'> | undefined;
  for (let sample = 0; sample < samples; sample++) {
    signal?.throwIfAborted();
    const parameters = { ...sliceRows(vectors, sample, sample + 1), shape: [size] };
    for (const { start, feeds } of batches) {
      const values = predicted(await session.run({ ...feeds, [PARAMETERS]: parameters }));
      const columns = values.shape[1]!;
      stacked ??= zeros('float32', [samples, examples, columns]);
      stacked.data.set(values.data, (sample * examples + start) * columns);
    }
    onProgress?.(sample + 1, samples);
  }
  return stacked!;
}

function predicted(outputs: Feeds): Tensor<'float32'> {
  return outputs[PREDICTION] as Tensor<'float32'>;
}
