import { ShapeError } from '../../errors/index.js';
import { tensor } from '../../tensor/index.js';
import { int64s } from '../functions/arithmetic.js';
import { concat, gather, pad, shapeOf, split } from '../functions/shaping.js';
import { intAttribute, required } from '../operation.js';
import type { GradientCall, Operation } from '../operation.js';
import { checkTable, normalAxis, staticShape } from '../shapes.js';
import { formatShape, int } from '../types.js';
import type { Dim, Shape, TensorType, Value } from '../types.js';
import { zerosLike } from './adjoints.js';
import { checkTypes, differ, knownNumbers, numbersOf } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** Slice(x, starts, ends, axes?, steps?): from each start (inclusive) to its end (exclusive), every step-th. */
const sliceOperation: Operation = {
  op: 'Slice',
  onContent: true,
  infer: ({ inputs, fresh }) => {
    const x = required(inputs, 0);
    const lists = inputs.slice(1).map(knownNumbers);
    if (lists.some((list, i) => list === undefined && inputs[i + 1] !== undefined)) {
      return [{ dtype: x.dtype, shape: x.shape.map(fresh) }];
    }
    const ranges = rangesOf(lists, x.shape);
    const shape = [...x.shape];
    for (const { axis, count } of ranges) shape[axis] = count ?? fresh();
    const content = sliced(x, ranges);
    return [{ dtype: x.dtype, shape, ...(content && { content }) }];
  },
  evaluate: ({ inputs }) => {
    const x = required(inputs, 0);
    const ranges = rangesOf(
      inputs.slice(1).map((input) => input && [...input.data]),
      x.shape,
    );
    const shape = [...x.shape];
    for (const { axis, count } of ranges) shape[axis] = Number(count);
    return [
      buildArray(x.dtype, shape, (index) => {
        const source = [...index];
        for (const { axis, start, step } of ranges) source[axis] = start + index[axis]! * step;
        return at(x, source);
      }),
    ];
  },
  gradient: (call) => [sliceGradient(call)],
};

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** Undefined where the axis's size is only a name, and not all of it is taken. */
  readonly count: Dim | undefined;
}

/** Exporters write the largest integer of 32 or 64 bits. */
const TO_THE_END = 2 ** 31 - 1;

function rangesOf(lists: readonly (readonly number[] | undefined)[], shape: Shape): Range[] {
  const [starts, ends, axes, steps] = lists;
  if (starts === undefined || ends?.length !== starts.length) {
    throw new ShapeError({ what: 'Slice', expected: 'an end for each start', got: 'another number of them' });
  }
  return starts.map((rawStart, i) => {
    const axis = normalAxis(axes?.[i] ?? i, shape.length);
    const step = steps?.[i] ?? 1;
    if (step === 0)
      throw new ShapeError({ what: 'Slice: step', expected: 'a number other than 0', got: '0' });
    const size = shape[axis]!;
    const rawEnd = ends[i]!;
    if (typeof size !== 'number') {
      const whole = rawStart === 0 && rawEnd >= TO_THE_END && step === 1;
      return { axis, start: rawStart, step, count: whole ? size : undefined };
    }
    const clamp = (position: number, low: number, high: number): number =>
      Math.min(Math.max(position < 0 ? position + size : position, low), high);
    const [start, end] =
      step > 0
        ? [clamp(rawStart, 0, size), clamp(rawEnd, 0, size)]
        : [clamp(rawStart, 0, size - 1), clamp(rawEnd, -1, size - 1)];
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

function sliced({ content }: TensorType, ranges: readonly Range[]): readonly Dim[] | undefined {
  const [range] = ranges;
  if (content === undefined || ranges.length !== 1 || typeof range!.count !== 'number') return undefined;
  return Array.from({ length: range!.count }, (_, i) => content[range!.start + i * range!.step]!);
}

function sliceGradient({ inputs, adjoints }: GradientCall): Value {
  const x = required(inputs, 0);
  const lists = inputs.slice(1).map((input) => input && numbersOf('Slice: bounds', input));
  let adjoint = adjoints[0]!;
  for (const { axis, start, step, count } of rangesOf(lists, x.shape)) {
    if (count === x.shape[axis] && step === 1) continue;
    const [size, taken] = staticShape('derivative of Slice', [x.shape[axis]!, count ?? '?']) as [
      number,
      number,
    ];
    const rank = x.shape.length;
    const only = (value: number): number[] =>
      Array.from({ length: rank }, (_, i) => (i === axis ? value : 0));
    if (step === 1) {
      adjoint = pad(adjoint, only(start), only(size - start - taken));
      continue;
    }
    // Steps leave gaps: the adjoint's slices are picked from behind a slice of zeros.
    const padded = pad(adjoint, only(1), only(0));
    checkTable('derivative of Slice', [size]);
    const sources = new BigInt64Array(size);
    for (let i = 0; i < taken; i++) sources[start + i * step] = BigInt(i + 1);
    adjoint = gather(padded, x.builder.constant(tensor('int64', [size], sources)), axis);
  }
  return adjoint;
}

/** Concat(values...) along an axis. */
const concatOperation: Operation = {
  op: 'Concat',
  onContent: true,
  infer: ({ inputs, attributes, fresh }) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const first = required(values, 0);
    checkTypes('Concat', values);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), first.shape.length);
    for (const { shape } of values) {
      if (
        shape.length === first.shape.length &&
        !shape.some((dim, i) => i !== axis && differ(dim, first.shape[i]))
      ) {
        continue;
      }
      throw new ShapeError({
        what: 'Concat',
        expected: `${formatShape(first.shape)} but for axis ${axis}`,
        got: formatShape(shape),
      });
    }
    // A size that one of them knows is known of all.
    const shape = first.shape.map(
      (dim, i) => values.find((value) => typeof value.shape[i] === 'number')?.shape[i] ?? dim,
    );
    const sizes = values.map((value) => value.shape[axis]!);
    shape[axis] = sizes.length === 1 ? sizes[0]! : total(sizes, fresh);
    const content = values.every((value) => value.content !== undefined)
      ? values.flatMap((value) => [...value.content!])
      : undefined;
    return [{ dtype: first.dtype, shape, ...(content && shape.length === 1 && { content }) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const first = required(values, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), first.shape.length);
    const size = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
    return [
      buildArray(first.dtype, first.shape.with(axis, size), (index) => {
        let position = index[axis]!;
        for (const value of values) {
          if (position < value.shape[axis]!) return at(value, index.with(axis, position));
          position -= value.shape[axis]!;
        }
        return Number.NaN;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), adjoints[0]!.shape.length);
    const { builder } = adjoints[0]!;
    const sizes = values.map((value) => value.shape[axis]!);
    if (sizes.every((size) => typeof size === 'number')) {
      return split(adjoints[0]!, sizes, axis).map((piece, i) => (wanted[i] ? piece : undefined));
    }
    const lengths = concat(
      values.map((value) => gather(shapeOf(value), int64s(builder, [axis]))) as [Value, ...Value[]],
      0,
    );
    return builder.apply('Split', [adjoints[0]!, lengths], { axis: int(axis) }, { outputs: values.length });
  },
};

function total(sizes: readonly Dim[], fresh: () => string): Dim {
  const known = sizes.filter((size) => typeof size === 'number');
  return known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : fresh();
}

/** Split(x, sizes?) along an axis: pieces of these sizes, or as many as there are outputs, even but for the last. */
const splitOperation: Operation = {
  op: 'Split',
  onContent: true,
  infer: ({ inputs, attributes, outputs, fresh }) => {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    const size = x.shape[axis]!;
    const sizes = inputs[1] ? inputs[1].content : evenPieces(size, outputs);
    const known = sizes?.filter((piece) => typeof piece === 'number');
    const fits = sizes === undefined || sizes.length === outputs;
    const wrongSum =
      known?.length === outputs &&
      differ(
        size,
        known.reduce((sum, piece) => sum + piece, 0),
      );
    if (!fits || wrongSum) {
      throw new ShapeError({
        what: 'Split: sizes',
        expected: `${outputs} that add up to ${size}`,
        got: `[${sizes!.join(', ')}]`,
      });
    }
    return Array.from({ length: outputs }, (_, i) => ({
      dtype: x.dtype,
      shape: x.shape.with(axis, sizes?.[i] ?? fresh()),
    }));
  },
  evaluate: ({ inputs, attributes, outputs }) => {
    const x = required(inputs, 0);
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    const sizes = inputs[1] ? [...inputs[1].data] : evenPieces(x.shape[axis]!, outputs)!;
    let start = 0;
    return sizes.map((size) => {
      const from = start;
      start += size;
      return buildArray(x.dtype, x.shape.with(axis, size), (index) =>
        at(x, index.with(axis, index[axis]! + from)),
      );
    });
  },
  gradient: ({ inputs, outputs, adjoints, attributes }) => {
    const x = required(inputs, 0);
    if (outputs.includes(undefined)) {
      throw new ShapeError({
        what: 'derivative of Split',
        expected: 'all its outputs named',
        got: 'some left out',
      });
    }
    const pieces = outputs.map((output, i) => adjoints[i] ?? zerosLike(output!));
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
    return [concat(pieces as [Value, ...Value[]], axis), undefined];
  },
};

function evenPieces(size: Dim, pieces: number): number[] | undefined {
  if (typeof size !== 'number') return undefined;
  const each = Math.ceil(size / pieces);
  return Array.from({ length: pieces }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
}

/** What cuts along an axis, and what joins again. */
export const slicingOperations: readonly Operation[] = [sliceOperation, concatOperation, splitOperation];
