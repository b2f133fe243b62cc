import { DataError, ShapeError } from '../errors/index.js';
import { formatShape } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** Logits of K classes, (n, K). */
export type Logits = Tensor<'float32' | 'float64'>;

/**
 * 1 - the largest probability of the softmax, of [0, 1 - 1 / K], for logits (n, K) → (n,): untrained, from the classifier as it
 * is (Hendrycks & Gimpel, ICLR 2017). Summed over the other classes in float64, so that the very confident are still told
 * apart where 1 - p would round to 0.
 * @throws ShapeError when the array is not (n, K) with K of at least 2; DataError on NaN, or a row whose largest logit is not finite.
 */
export function maximumClassProbability(logits: Logits): Float64Array {
  return mapRows(logits, (row, best) => {
    let others = 0;
    row.forEach((logit, k) => {
      if (k !== best) others += Math.exp(logit - row[best]!);
    });
    return others / (1 + others);
  });
}

/** softmax of each row, in float64, (n, K). */
export function softmaxRows(logits: Logits): Float64Array {
  const probabilities = Float64Array.from(logits.data);
  const classes = logits.shape[1]!;
  mapRows(logits, (row, best, i) => {
    const own = probabilities.subarray(i * classes, (i + 1) * classes);
    let sum = 0;
    row.forEach((logit, k) => (sum += own[k] = Math.exp(logit - row[best]!)));
    own.forEach((p, k) => (own[k] = p / sum));
    return 0;
  });
  return probabilities;
}

/** The class with the largest logit (the first of several), (n,). */
export function largestLogit(logits: Logits): Uint32Array {
  return Uint32Array.from(mapRows(logits, (_row, best) => best));
}

function mapRows(
  logits: Logits,
  f: (row: Float32Array | Float64Array, best: number, i: number) => number,
): Float64Array {
  const [n, classes] = logits.shape;
  if (n === undefined || classes === undefined || classes < 2 || logits.shape.length !== 2) {
    throw new ShapeError({
      what: 'logits',
      expected: '(n, K) with K of at least 2',
      got: formatShape(logits.shape),
    });
  }
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = logits.data.subarray(i * classes, (i + 1) * classes);
    let best = 0;
    row.forEach((logit, k) => {
      if (Number.isNaN(logit)) throw notFinite(logit, i);
      if (logit > row[best]!) best = k;
    });
    // -Infinity rules a class out; a row without a finite largest one has no softmax.
    if (!Number.isFinite(row[best])) throw notFinite(row[best]!, i);
    result[i] = f(row, best, i);
  }
  return result;
}

function notFinite(logit: number, row: number): DataError {
  return new DataError({
    what: 'logits',
    expected: 'a finite largest one',
    got: `${logit}`,
    where: `row ${row}`,
  });
}
