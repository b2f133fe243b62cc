import { toReference } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** The class of the largest logit (the first of several), (n), of logits (n, K). */
export function predictionsOf(logits: Tensor): Int32Array {
  const [n = 0, classes = 1] = logits.shape;
  const { data } = toReference(logits);
  return Int32Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[i * classes + k]! > data[i * classes + best]!) best = k;
    return best;
  });
}

/** softmax(logits / T) of logits (n, K), (n, K) row by row, in float64; T of 1 unless given. */
export function probabilitiesOf(logits: Tensor, temperature = 1): Float64Array {
  const classes = logits.shape[1]!;
  const { data } = toReference(logits);
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += classes) {
    let largest = -Infinity;
    for (let k = start; k < start + classes; k++) largest = Math.max(largest, data[k]!);
    let sum = 0;
    for (let k = start; k < start + classes; k++)
      sum += out[k] = Math.exp((data[k]! - largest) / temperature);
    for (let k = start; k < start + classes; k++) out[k]! /= sum;
  }
  return out;
}
