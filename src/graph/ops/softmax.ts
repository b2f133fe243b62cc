import { exp, mul, sub } from '../functions/arithmetic.js';
import { reduceSum } from '../functions/shaping.js';
import { intAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import type { Attributes, Shape, Value } from '../types.js';
import { checkElements } from './elementwise.js';
import { at, buildArray } from './reference-arrays.js';
import { largestOf, logSumExpOf, reduceReference } from './reduction.js';

interface SoftmaxRule {
  readonly evaluate: (x: ReferenceArray, axis: number) => ReferenceArray;
  readonly derivative?: (adjoint: Value, output: Value, axis: readonly number[]) => Value;
}

const rules: Readonly<Record<string, SoftmaxRule>> = {
  Softmax: {
    evaluate: (x, axis) => {
      const logarithms = logSoftmaxReference(x, axis);
      return { ...logarithms, data: logarithms.data.map(Math.exp) };
    },
    derivative: (adjoint, y, axis) => {
      const weighted = mul(adjoint, y);
      return sub(weighted, mul(y, reduceSum(weighted, axis, { keepDimensions: true })));
    },
  },
  LogSoftmax: {
    evaluate: logSoftmaxReference,
    derivative: (adjoint, y, axis) =>
      sub(adjoint, mul(exp(y), reduceSum(adjoint, axis, { keepDimensions: true }))),
  },
  Hardmax: {
    evaluate: (x, axis) => {
      const best = reduceReference(x, [axis], true, (elements) => elements.indexOf(largestOf(elements)));
      return buildArray(x.dtype, x.shape, (index) => Number(index[axis] === at(best, index)));
    },
  },
};

function logSoftmaxReference(x: ReferenceArray, axis: number): ReferenceArray {
  const normaliser = reduceReference(x, [axis], true, logSumExpOf);
  return buildArray(x.dtype, x.shape, (index) => at(x, index) - at(normaliser, index));
}

/** Softmax, LogSoftmax and Hardmax along one axis (as of opset 13; older ones flatten, see `onnx/upgrade-rules.ts`). */
export const softmaxOperations: readonly Operation[] = Object.entries(rules).map(
  ([op, { evaluate, derivative }]) => ({
    op,
    infer: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      checkElements(op, x, 'float');
      axisOf(attributes, x.shape);
      return [{ dtype: x.dtype, shape: x.shape }];
    },
    evaluate: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      return [evaluate(x, axisOf(attributes, x.shape))];
    },
    ...(derivative === undefined
      ? { flat: true }
      : {
          gradient: ({ outputs, adjoints, attributes }) => [
            derivative(adjoints[0]!, outputs[0]!, [axisOf(attributes, outputs[0]!.shape)]),
          ],
        }),
  }),
);

function axisOf(attributes: Attributes, shape: Shape): number {
  return normalAxis(intAttribute(attributes, 'axis', -1), shape.length);
}
