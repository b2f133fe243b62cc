import { GraphError, ShapeError } from '../../errors/index.js';
import { sub } from '../functions/arithmetic.js';
import { pad, reduceSum } from '../functions/shaping.js';
import { required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import { normalAxis, staticShape } from '../shapes.js';
import type { Attributes, Shape, Value } from '../types.js';
import { checkTypes, knownNumbers, numbersOf } from './inference.js';
import { at, buildArray } from './reference-arrays.js';
import { axisMap, mapAxisBack } from './resampling.js';

/** Where an element beyond the edge of an axis of `size` comes from. */
const modes: Readonly<Record<string, (position: number, size: number) => number>> = {
  constant: (position) => position,
  edge: (position, size) => Math.min(Math.max(position, 0), size - 1),
  reflect: (position, size) => {
    const period = Math.max(1, 2 * (size - 1));
    const within = modulo(position, period);
    return within < size ? within : period - within;
  },
  wrap: modulo,
};

function modulo(position: number, size: number): number {
  return ((position % size) + size) % size;
}

function modeOf(attributes: Attributes): {
  name: string;
  source: (position: number, size: number) => number;
} {
  const name = textAttribute(attributes, 'mode', 'constant');
  const source = Object.hasOwn(modes, name) ? modes[name] : undefined;
  if (source !== undefined) return { name, source };
  throw new GraphError({ what: 'Pad: mode', expected: Object.keys(modes).join(', '), got: `'${name}'` });
}

interface Margins {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** How much is added on each axis of x; negative where it is cut. */
function marginsOf(shape: Shape, pads: readonly number[], axes: readonly number[] | undefined): Margins {
  const padded = axes?.map((axis) => normalAxis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  if (pads.length !== 2 * padded.length) {
    throw new ShapeError({
      what: 'Pad: pads',
      expected: `${2 * padded.length}, before and after each axis`,
      got: `${pads.length}`,
    });
  }
  const margins = { before: shape.map(() => 0), after: shape.map(() => 0) };
  padded.forEach((axis, i) => {
    margins.before[axis] = pads[i]!;
    margins.after[axis] = pads[i + padded.length]!;
  });
  return margins;
}

/** Pad(x, pads, constant?, axes?). */
export const padOperation: Operation = {
  op: 'Pad',
  infer: ({ inputs, attributes, fresh }) => {
    const [x, pads] = [required(inputs, 0), knownNumbers(required(inputs, 1))];
    const axes = knownNumbers(inputs[3]);
    modeOf(attributes);
    checkTypes('Pad', [x, inputs[2]]);
    if (pads === undefined || (inputs[3] !== undefined && axes === undefined)) {
      return [{ dtype: x.dtype, shape: x.shape.map(fresh) }];
    }
    const { before, after } = marginsOf(x.shape, pads, axes);
    const shape = x.shape.map((dim, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return dim;
      return typeof dim === 'number' ? dim + before[axis]! + after[axis]! : fresh();
    });
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const { before, after } = marginsOf(
      x.shape,
      [...required(inputs, 1).data],
      inputs[3] && [...inputs[3].data],
    );
    const { source } = modeOf(attributes);
    const fill = inputs[2]?.data[0] ?? 0;
    const shape = x.shape.map((size, axis) => size + before[axis]! + after[axis]!);
    return [
      buildArray(x.dtype, shape, (index) => {
        const from = index.map((i, axis) => source(i - before[axis]!, x.shape[axis]!));
        return from.some((i, axis) => i < 0 || i >= x.shape[axis]!) ? fill : at(x, from);
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const x = required(inputs, 0);
    const adjoint = adjoints[0]!;
    const axes = inputs[3] && numbersOf('Pad: axes', inputs[3]);
    const { before, after } = marginsOf(x.shape, numbersOf('Pad: pads', inputs[1]), axes);
    const { name, source } = modeOf(attributes);
    if (name !== 'constant') return [foldBack(adjoint, x, before, after, source)];
    const inner = pad(
      adjoint,
      before.map((size) => -size),
      after.map((size) => -size),
    );
    return [inner, undefined, wanted[2] ? sub(reduceSum(adjoint), reduceSum(inner)) : undefined];
  },
};

/** Adds what stands in the margins to where it was taken from. */
function foldBack(
  adjoint: Value,
  x: Value,
  before: readonly number[],
  after: readonly number[],
  source: (position: number, size: number) => number,
): Value {
  return x.shape.reduce<Value>((sum, dim, axis) => {
    const [start, end] = [before[axis]!, after[axis]!];
    if (start === 0 && end === 0) return sum;
    const size = staticShape('derivative of Pad', [dim])[0]!;
    const copies = axisMap(size + start + end, size, (output) => [[source(output - start, size), 1]]);
    return mapAxisBack(sum, copies, axis);
  }, adjoint);
}
