import { ConfigurationError } from '../errors/index.js';
import {
  add,
  flatLayout,
  flattenParameters,
  GraphBuilder,
  mul,
  named,
  packParameters,
  PARAMETERS,
  parametersOf,
  softplus,
} from '../graph/index.js';
import type { Graph, Parameters } from '../graph/index.js';
import { log1pExp } from '../linalg/index.js';
import { tensor } from '../tensor/index.js';

/** The parameters of a mean-field graph, flat vectors (P,), and its other values. */
export const MEAN = 'variational.mean';
export const RHO = 'variational.rho';
export const DEVIATION = 'variational.deviation';
export const WEIGHT_NOISE = 'variational.noise';

export interface MeanFieldOptions {
  /** The standard deviation of every weight before training; 0.1 unless given. */
  readonly initialDeviation?: number | undefined;
}

/** A diagonal normal distribution of a model's weights, N(mean, diag(deviation²)), both flat, (P,). */
export interface MeanFieldPosterior {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * The graph with a diagonal normal distribution in place of its parameters: w = mean + softplus(rho) noise,
 * with noise a random input (P,) that is standard normal and shared by all examples of a run, so that a
 * sample is one network. Parameters are then `variational.mean`, which begins at the graph's own, and
 * `variational.rho`; `variational.deviation` is softplus(rho).
 *
 * Source: Blundell, Cornebise, Kavukcuoglu, Wierstra, "Weight uncertainty in neural networks", ICML 2015
 * (Bayes by Backprop).
 * @throws ConfigurationError when the graph has no parameters, or the deviation is not a number over 0.
 */
export function meanField(model: Graph, { initialDeviation = 0.1 }: MeanFieldOptions = {}): Graph {
  const layout = flatLayout(model);
  if (layout.size === 0 || !(initialDeviation > 0 && initialDeviation < Infinity)) {
    throw new ConfigurationError({
      what: `meanField: graph '${model.name}'`,
      expected: 'parameters, and an initial deviation over 0',
      got: `${layout.size} parameters, ${initialDeviation}`,
    });
  }
  const rho = Math.log(Math.expm1(initialDeviation));
  const shape = [layout.size];
  const builder = new GraphBuilder(model.name, model);
  const mean = builder.parameter(MEAN, tensor('float32', shape, packParameters(layout, parametersOf(model))));
  const spread = builder.parameter(RHO, tensor('float32', shape, new Float32Array(layout.size).fill(rho)));
  const deviation = named(softplus(spread), DEVIATION);
  const noise = builder.input(WEIGHT_NOISE, 'float32', shape, { kind: 'normal' });
  const weights = add(mean, mul(deviation, noise));
  const names = builder.append(flattenParameters(model), new Map([[PARAMETERS, weights]]));
  return builder.build(model.outputs.map((name) => names.get(name)!));
}

/** The distribution that trained parameters `variational.mean` and `variational.rho` stand for. */
export function meanFieldPosterior(parameters: Parameters): MeanFieldPosterior {
  const [mean, rho] = [MEAN, RHO].map((name) => parameters.get(name));
  if (mean?.dtype !== 'float32' || rho?.dtype !== 'float32') {
    throw new ConfigurationError({
      what: 'meanFieldPosterior: parameters',
      expected: `'${MEAN}' and '${RHO}'`,
      got: [...parameters.keys()].map((name) => `'${name}'`).join(', '),
    });
  }
  const values = (data: ArrayLike<number>): Float64Array => Float64Array.from(data);
  return {
    mean: values(mean.data as Float32Array),
    deviation: values(rho.data as Float32Array).map(log1pExp),
  };
}
