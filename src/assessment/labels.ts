import { DataError } from '../errors/index.js';
import { assertFinite } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Outputs } from './outputs.js';

/** What a classifier gave on labelled examples. */
export interface Labelled {
  /** (n, K). */
  readonly logits: Tensor<'float32'>;
  /** (n), of [0, K). */
  readonly labels: Tensor<'int32'>;
}

/**
 * Holds outputs against their labels.
 * @throws DataError on data without labels, labels out of range, one class only, and logits that are not finite.
 */
export function labelled({ values, labels }: Outputs, where: string): Labelled {
  const logits = values['logits']!;
  const classes = logits.shape[1]!;
  if (labels === undefined) {
    throw new DataError({ what: 'labels', expected: 'one for each example', got: 'none', where });
  }
  assertFinite(`logits of ${where}`, logits);
  const wrong = labels.data.findIndex((label) => !(label >= 0 && label < classes));
  if (wrong >= 0) {
    throw new DataError({
      what: 'label',
      expected: `a class of [0, ${classes}), of which the model has ${classes}`,
      got: `${labels.data[wrong]}`,
      where: `${where}, example ${wrong}`,
    });
  }
  if (labels.data.every((label) => label === labels.data[0])) {
    throw new DataError({
      what: 'labels',
      expected: 'examples of at least two classes',
      got: `class ${labels.data[0]} only`,
      where,
    });
  }
  return { logits, labels };
}

/** The class of the largest logit, (n). */
export function predictionsOf({ shape, data }: Tensor<'float32'>): Int32Array {
  const [n = 0, classes = 1] = shape;
  return Int32Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[i * classes + k]! > data[i * classes + best]!) best = k;
    return best;
  });
}

/** softmax(logits / T), (n, K) row by row, in float64. */
export function probabilitiesOf({ shape, data }: Tensor<'float32'>, temperature = 1): Float64Array {
  const classes = shape[1]!;
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += classes) {
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, data[start + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += out[start + k] = Math.exp((data[start + k]! - largest) / temperature);
    for (let k = 0; k < classes; k++) out[start + k]! /= sum;
  }
  return out;
}
