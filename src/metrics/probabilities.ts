import { DataError } from '../errors/index.js';
import { assertCount, assertNotEmpty, assertNumbers } from './inputs.js';

/** How far from 1 a row may sum: ten float16 probabilities, each rounded to 11 bits, stay within 5e-4. */
const SUM_TOLERANCE = 1e-3;

/**
 * The class with the largest value in each row; of equal ones the first.
 *
 * @param values `(n, classes)` row by row: probabilities, their logarithms, or logits.
 * @throws DataError for NaN, no input, or a length that is not a multiple of `classes`; ConfigurationError
 * for `classes`.
 */
export function predictedClasses(values: ArrayLike<number>, classes: number): Uint32Array {
  assertCount('predictedClasses: classes', classes, 1);
  assertNotEmpty('values', values.length);
  assertNumbers('values', values);
  if (values.length % classes !== 0)
    throw ragged('values', values.length, `a multiple of ${classes} classes`);
  return Uint32Array.from({ length: values.length / classes }, (_, row) => {
    let best = row * classes;
    for (let i = best + 1; i < (row + 1) * classes; i++) if (values[i]! > values[best]!) best = i;
    return best - row * classes;
  });
}

/**
 * The number of classes of `values` `(n, C)` for `labels` `(n,)`.
 * @throws DataError when there is no input, the lengths do not fit, a value is NaN or a label is not an
 * integer of [0, C).
 */
export function classCount(name: string, values: ArrayLike<number>, labels: ArrayLike<number>): number {
  assertNotEmpty('labels', labels.length);
  assertNotEmpty(name, values.length);
  if (values.length % labels.length !== 0) {
    throw ragged(name, values.length, `a row of equal length for each of ${labels.length} labels`);
  }
  assertNumbers(name, values);
  const classes = values.length / labels.length;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new DataError({
        what: 'labels',
        expected: `class indices of [0, ${classes})`,
        got: `${label}`,
        where: `element ${i}`,
        hint: `${name} has ${classes} values for each label`,
      });
    }
  }
  return classes;
}

/**
 * @throws DataError when a row of `(n, classes)` is not a distribution: a value outside [0, 1], a sum that is
 * not 1.
 */
export function assertDistributions(name: string, values: ArrayLike<number>, classes: number): void {
  for (let start = 0; start < values.length; start += classes) {
    let sum = 0;
    let inRange = true;
    for (let i = start; i < start + classes; i++) {
      sum += values[i]!;
      inRange &&= values[i]! >= 0 && values[i]! <= 1 + SUM_TOLERANCE;
    }
    if (inRange && Math.abs(sum - 1) <= SUM_TOLERANCE) continue;
    throw new DataError({
      what: name,
      expected: `probabilities that sum to 1 within ${SUM_TOLERANCE}`,
      got: inRange ? `a sum of ${sum}` : 'a value outside [0, 1]',
      where: `row ${start / classes}`,
      hint: 'logits need a softmax first',
    });
  }
}

function ragged(name: string, length: number, expected: string): DataError {
  return new DataError({
    what: name,
    expected,
    got: `${length} values`,
    hint: 'probabilities are one flat array, row by row',
  });
}
