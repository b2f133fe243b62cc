import { encodeNpz } from '../formats/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { shortestFloat32 } from './float32.js';
import type { Predictions } from './predictions.js';
import type { PredictResponse } from './schemas.js';

/** An object for each input; a number that JSON lacks (NaN, an infinity) is null. */
export function predictionJson(
  { count, classCount, classes, probabilities, scores, accept }: Predictions,
  classNames: readonly string[] | undefined,
): PredictResponse {
  const named = Object.entries(scores);
  return {
    predictions: Array.from({ length: count }, (_, i) => {
      const own = probabilities.subarray(i * classCount, (i + 1) * classCount);
      const best = classes[i]!;
      const name = classNames?.[best];
      return {
        prediction: best,
        ...(name !== undefined && { class: name }),
        probability: jsonNumber(own[best]!),
        probabilities: Array.from(own, jsonNumber),
        scores: Object.fromEntries(named.map(([name, values]) => [name, jsonNumber(values[i]!)])),
        ...(accept !== undefined && { accept: accept[i] === 1 }),
      };
    }),
  };
}

/** The columns that `credence score` writes, and `probabilities` (n, K), as a .npz. */
export function predictionNpz({
  count,
  classCount,
  classes,
  probabilities,
  scores,
  accept,
}: Predictions): Uint8Array {
  const best = Float32Array.from(classes, (k, i) => probabilities[i * classCount + k]!);
  const arrays: [string, Tensor][] = [
    ['prediction', tensor('int32', [count], classes)],
    ['probability', tensor('float32', [count], best)],
    ['probabilities', tensor('float32', [count, classCount], probabilities)],
    ...Object.entries(scores).map(([name, values]): [string, Tensor] => [
      name,
      tensor('float32', [count], values),
    ]),
  ];
  if (accept !== undefined) arrays.push(['accept', tensor('bool', [count], accept)]);
  return encodeNpz(new Map(arrays));
}

function jsonNumber(value: number): number | null {
  return Number.isFinite(value) ? shortestFloat32(value) : null;
}
