import { cast, constantLike, greaterOrEqual, less, mul, where } from '../functions/arithmetic.js';
import { required } from '../operation.js';
import type { Operation } from '../operation.js';
import { broadcastShapes } from '../shapes.js';
import type { Dim, TensorType, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { checkElements } from './elementwise.js';
import { checkTypes } from './inference.js';
import { mapArrays } from './reference-arrays.js';

/** Where(condition, a, b). */
const whereOperation: Operation = {
  op: 'Where',
  onContent: true,
  infer: ({ inputs }) => {
    const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    checkTypes('Where: condition', [condition], 'bool');
    checkTypes('Where: branches', [a, b]);
    const shape = broadcastShapes(condition.shape, a.shape, b.shape);
    const content = chosen(condition, a, b);
    return [{ dtype: a.dtype, shape, ...(content && { content }) }];
  },
  evaluate: ({ inputs }) => {
    const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    return [mapArrays([condition, a, b], (c, x, y) => (c === 0 ? y : x), a.dtype)];
  },
  gradient: ({ inputs, adjoints, wanted }) => {
    const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const zero = constantLike(adjoints[0]!, 0);
    return [
      undefined,
      wanted[1] ? sumTo(where(condition, adjoints[0]!, zero), a) : undefined,
      wanted[2] ? sumTo(where(condition, zero, adjoints[0]!), b) : undefined,
    ];
  },
};

/** Sizes picked by a known condition: exporters write 'the size asked for, or the present one for -1' so. */
function chosen(condition: TensorType, a: TensorType, b: TensorType): readonly Dim[] | undefined {
  const lists = [condition, a, b].map(({ shape, content }) => (shape.length > 1 ? undefined : content));
  if (lists.includes(undefined)) return undefined;
  const [conditions, as, bs] = lists as [readonly Dim[], readonly Dim[], readonly Dim[]];
  const of = (list: readonly Dim[], i: number): Dim => list[list.length === 1 ? 0 : i]!;
  const length = Math.max(conditions.length, as.length, bs.length);
  return Array.from({ length }, (_, i) => (of(conditions, i) === 0 ? of(bs, i) : of(as, i)));
}

/** Clip(x, min?, max?): the adjoint passes where the value was not cut, at the bounds too. */
const clipOperation: Operation = {
  op: 'Clip',
  onContent: true,
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    checkTypes('Clip', inputs);
    checkElements('Clip', x, 'number');
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs: [x, low, high] }) => [
    // A minimum above the maximum gives the maximum.
    mapArrays([x!], (value) =>
      Math.min(Math.max(value, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity),
    ),
  ],
  gradient: ({ inputs, adjoints, wanted }) => {
    const [x, low, high] = [required(inputs, 0), inputs[1], inputs[2]];
    const adjoint = adjoints[0]!;
    const wherever = (condition: Value): Value => mul(adjoint, cast(condition, x.dtype));
    let inside = adjoint;
    if (low !== undefined) inside = mul(inside, cast(greaterOrEqual(x, low), x.dtype));
    if (high !== undefined) inside = mul(inside, cast(greaterOrEqual(high, x), x.dtype));
    return [
      wanted[0] ? inside : undefined,
      low !== undefined && wanted[1] ? sumTo(wherever(less(x, low)), low) : undefined,
      high !== undefined && wanted[2] ? sumTo(wherever(less(high, x)), high) : undefined,
    ];
  },
};

export const choiceOperations: readonly Operation[] = [whereOperation, clipOperation];
