import { ShapeError } from '../../errors/index.js';
import { required } from '../operation.js';
import type { GradientCall, Operation } from '../operation.js';
import { formatType } from '../types.js';
import type { Attributes, TensorType, Value } from '../types.js';
import { mapArrays } from './reference-arrays.js';

export type ElementTypes = 'any' | 'number' | 'float' | 'bool';

/** A function of one value, element by element. */
export interface UnaryRule {
  readonly f: (x: number, attributes: Attributes) => number;
  /** d(of)/dx from x, the adjoint of the output and the output. */
  readonly derivative?: (x: Value, adjoint: Value, output: Value, attributes: Attributes) => Value;
  /** Piecewise constant. */
  readonly flat?: true;
  /** What it takes: floating point unless said. */
  readonly types?: ElementTypes;
  /** The result's type where it is not the argument's. */
  readonly result?: 'bool';
}

/** The operation of a rule. */
export function unaryOperation(op: string, rule: UnaryRule): Operation {
  const { derivative } = rule;
  return {
    op,
    onContent: true,
    infer: ({ inputs }) => {
      const x = required(inputs, 0);
      checkElements(op, x, rule.types ?? 'float');
      return [{ dtype: rule.result ?? x.dtype, shape: x.shape }];
    },
    evaluate: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      return [mapArrays([x], (element) => rule.f(element, attributes), rule.result ?? x.dtype)];
    },
    ...(rule.flat && { flat: true }),
    ...(derivative && {
      gradient: ({ inputs, outputs, adjoints, attributes }: GradientCall) => [
        derivative(required(inputs, 0), adjoints[0]!, outputs[0]!, attributes),
      ],
    }),
  };
}

/** @throws ShapeError unless the elements are of this kind. */
export function checkElements(what: string, value: TensorType, types: ElementTypes): void {
  const kind = value.dtype === 'bool' ? 'bool' : value.dtype.startsWith('float') ? 'float' : 'integer';
  const fits = types === 'any' || types === kind || (types === 'number' && kind !== 'bool');
  if (fits) return;
  const names = { any: 'anything', number: 'numbers', float: 'floating-point numbers', bool: 'booleans' };
  throw new ShapeError({ what, expected: names[types], got: formatType(value) });
}
