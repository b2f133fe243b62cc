import { assertSameLength } from './inputs.js';

/**
 * Share of inputs whose predicted class is the true one.
 *
 * @param predicted `(n,)` class indices, see `predictedClasses`.
 * @param labels `(n,)` true class indices.
 * @throws DataError for differing lengths or no input.
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  assertSameLength('predicted', predicted, 'labels', labels);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}
