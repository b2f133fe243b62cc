import { matmul } from '../functions/network.js';
import { transpose } from '../functions/shaping.js';
import { tensorOfNumbers } from '../elements.js';
import type { ReferenceArray } from '../operation.js';
import { checkTable } from '../shapes.js';
import type { Value } from '../types.js';
import { firstAxes } from './adjoints.js';
import { at, buildArray } from './reference-arrays.js';

/** A linear map of the elements along one axis: row i has the weights of the inputs in output i, (outputs, inputs). */
export interface AxisMap {
  readonly outputs: number;
  readonly inputs: number;
  readonly weights: Float64Array;
}

/** The map in which output i is the sum of weight x input over these taps. @throws ShapeError when it is huge. */
export function axisMap(
  outputs: number,
  inputs: number,
  taps: (output: number) => Iterable<readonly [input: number, weight: number]>,
): AxisMap {
  checkTable('map along an axis', [outputs, inputs]);
  const weights = new Float64Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    for (const [input, weight] of taps(output)) weights[output * inputs + input]! += weight;
  }
  return { outputs, inputs, weights };
}

/** The map applied along an axis. */
export function mapAxis(
  x: ReferenceArray,
  { outputs, inputs, weights }: AxisMap,
  axis: number,
): ReferenceArray {
  return buildArray(x.dtype, x.shape.with(axis, outputs), (index) => {
    const row = index[axis]! * inputs;
    let total = 0;
    for (let i = 0; i < inputs; i++) {
      if (weights[row + i] !== 0) total += weights[row + i]! * at(x, index.with(axis, i));
    }
    return total;
  });
}

/** The map's adjoint applied along an axis: a product with its matrix. */
export function mapAxisBack(adjoint: Value, { outputs, inputs, weights }: AxisMap, axis: number): Value {
  const matrix = adjoint.builder.constant(tensorOfNumbers(adjoint.dtype, [outputs, inputs], weights));
  const last = adjoint.shape.length - 1;
  if (axis === last) return matmul(adjoint, matrix);
  const swapped = firstAxes(last + 1)
    .with(axis, last)
    .with(last, axis);
  return transpose(matmul(transpose(adjoint, swapped), matrix), swapped);
}
