import { int } from '../types.js';
import type { Attributes } from '../types.js';
import { flagAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import { normalAxis } from '../shapes.js';
import { ShapeError } from '../../errors/index.js';
import { formatShape } from '../types.js';
import { at, buildArray } from './reference-arrays.js';

/** CumSum(x, axis): sums up to each element, without it (`exclusive`), or from it on (`reverse`). */
const cumulativeSum: Operation = {
  op: 'CumSum',
  onContent: true,
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    required(inputs, 1);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, line] = [required(inputs, 0), required(inputs, 1)];
    const axis = normalAxis(line.data[0]!, x.shape.length);
    const size = x.shape[axis]!;
    const exclusive = flagAttribute(attributes, 'exclusive') ? 1 : 0;
    const reverse = flagAttribute(attributes, 'reverse');
    return [
      buildArray(x.dtype, x.shape, (index) => {
        const here = index[axis]!;
        let total = 0;
        const [first, last] = reverse ? [here + exclusive, size - 1] : [0, here - exclusive];
        for (let i = first; i <= last; i++) total += at(x, index.with(axis, i));
        return total;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const turned: Attributes = { ...attributes, reverse: int(flagAttribute(attributes, 'reverse') ? 0 : 1) };
    const adjoint = adjoints[0]!;
    return [adjoint.builder.apply('CumSum', [adjoint, inputs[1]], turned)[0]!, undefined];
  },
};

/** Trilu(x, k): the upper or lower triangle of matrices, from the k-th diagonal on; 0 elsewhere. */
const triangle: Operation = {
  op: 'Trilu',
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    if (x.shape.length < 2) {
      throw new ShapeError({ what: 'Trilu', expected: 'matrices', got: formatShape(x.shape) });
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const k = inputs[1]?.data[0] ?? 0;
    const upper = flagAttribute(attributes, 'upper', true);
    return [
      buildArray(x.dtype, x.shape, (index) => {
        const diagonal = index.at(-1)! - index.at(-2)!;
        return (upper ? diagonal >= k : diagonal <= k) ? at(x, index) : 0;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const adjoint = adjoints[0]!;
    return [adjoint.builder.apply('Trilu', [adjoint, inputs[1]], attributes)[0]!, undefined];
  },
};

export const cumulativeOperations: readonly Operation[] = [cumulativeSum, triangle];
