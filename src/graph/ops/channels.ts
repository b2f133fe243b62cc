import { ShapeError } from '../../errors/index.js';
import { reduceSum, reshape } from '../functions/shaping.js';
import type { ReferenceArray } from '../operation.js';
import { formatShape } from '../types.js';
import type { TensorType, Value } from '../types.js';
import { firstAxes } from './adjoints.js';
import { differ } from './inference.js';

/** A vector (C) so that it broadcasts to x (N, C, ...). */
export function spread(vector: Value, { shape }: Value): Value {
  return reshape(vector, [-1, ...shape.slice(2).map(() => 1)]);
}

/** The same for the reference. */
export function onChannels(vector: ReferenceArray, { shape }: ReferenceArray): ReferenceArray {
  return { ...vector, shape: [vector.data.length, ...shape.slice(2).map(() => 1)] };
}

/** The sum (C) over all axes but that of the channels. */
export function channelSum(value: Value): Value {
  return reduceSum(value, firstAxes(value.shape.length).toSpliced(1, 1));
}

/** @throws ShapeError unless the vector has a number for each channel of x. */
export function checkChannels(what: string, x: TensorType, vector: TensorType): void {
  if (x.shape.length >= 2 && vector.shape.length === 1 && !differ(x.shape[1], vector.shape[0])) return;
  throw new ShapeError({
    what,
    expected: `a number for each channel of ${formatShape(x.shape)}`,
    got: formatShape(vector.shape),
  });
}
