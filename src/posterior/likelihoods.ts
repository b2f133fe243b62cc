import { ConfigurationError } from '../errors/index.js';
import { constantLike, mul, reshape, sub } from '../graph/index.js';
import type { Value } from '../graph/index.js';
import type { DType } from '../tensor/index.js';
import { binaryCrossEntropy, crossEntropy, squaredError } from '../training/index.js';

/** How a network's output becomes a distribution of what is to be predicted. */
export interface Likelihood {
  /** The further input (N,) that an objective takes: the name and type of what is to be predicted. */
  readonly target: { readonly name: string; readonly dtype: DType };
  /** -log p(target | output) for each example, (N,), in nats, constants included. */
  negativeLogLikelihood(output: Value, target: Value): Value;
}

/** Classes 0 and 1; output: the logit of class 1, (N, 1) or (N,); target: `label`, bytes. */
export const bernoulliLikelihood: Likelihood = {
  target: { name: 'label', dtype: 'uint8' },
  negativeLogLikelihood: binaryCrossEntropy,
};

/** Classes 0, ..., K - 1; output: logits (N, K); target: `label`, bytes. */
export const categoricalLikelihood: Likelihood = {
  target: { name: 'label', dtype: 'uint8' },
  negativeLogLikelihood: crossEntropy,
};

/**
 * A number with normal noise: N(output, 1 / noisePrecision); output: the mean, (N, 1) or (N,); target:
 * `target`, float32.
 * @throws ConfigurationError when the precision is not a number over 0.
 */
export function gaussianLikelihood({ noisePrecision }: { readonly noisePrecision: number }): Likelihood {
  if (!(noisePrecision > 0 && noisePrecision < Infinity)) {
    throw new ConfigurationError({
      what: 'gaussianLikelihood: noisePrecision',
      expected: 'a number over 0',
      got: `${noisePrecision}`,
    });
  }
  return {
    target: { name: 'target', dtype: 'float32' },
    negativeLogLikelihood(output, target) {
      const mean = output.shape.length === 1 ? output : reshape(output, [-1]);
      const squares = mul(squaredError(mean, target), constantLike(mean, noisePrecision / 2));
      return sub(squares, constantLike(mean, Math.log(noisePrecision / (2 * Math.PI)) / 2));
    },
  };
}
