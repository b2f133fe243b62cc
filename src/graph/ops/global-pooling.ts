import { ShapeError } from '../../errors/index.js';
import { div } from '../functions/arithmetic.js';
import { required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation } from '../operation.js';
import { formatShape } from '../types.js';
import { expandLike, firstAxes } from './adjoints.js';
import { countPerOutput, largestOf, reduceReference, splitAmongTies } from './reduction.js';

/** The mean or the maximum of each channel, all spatial axes kept as 1. */
export const globalPoolOperations: readonly Operation[] = (
  ['GlobalAveragePool', 'GlobalMaxPool'] as const
).map((op) => ({
  op,
  infer: ({ inputs }: InferenceCall) => {
    const { dtype, shape } = required(inputs, 0);
    if (shape.length < 3)
      throw new ShapeError({ what: op, expected: 'images (N, C, ...)', got: formatShape(shape) });
    return [{ dtype, shape: shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
  },
  evaluate: ({ inputs }: EvaluationCall) => {
    const x = required(inputs, 0);
    const mean = (pixels: readonly number[]): number =>
      pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    const f = op === 'GlobalMaxPool' ? largestOf : mean;
    return [reduceReference(x, firstAxes(x.shape.length).slice(2), true, f)];
  },
  gradient: ({ inputs, outputs, adjoints }: GradientCall) => {
    const x = required(inputs, 0);
    const [adjoint, pooled] = [adjoints[0]!, outputs[0]!];
    if (op === 'GlobalMaxPool')
      return [splitAmongTies(x, adjoint, pooled, firstAxes(x.shape.length).slice(2))];
    return [expandLike(div(adjoint, countPerOutput(x, pooled)), x)];
  },
}));
