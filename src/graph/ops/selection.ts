import { GraphError, ShapeError } from '../../errors/index.js';
import { constantLike, int64s, mul } from '../functions/arithmetic.js';
import {
  concat,
  expand,
  gather,
  gatherElements,
  pad,
  reshape,
  scatterElements,
  shapeOf,
  split,
} from '../functions/shaping.js';
import { averagePool } from '../functions/network.js';
import { intAttribute, required, textAttribute } from '../operation.js';
import type { GradientCall, Operation } from '../operation.js';
import { normalAxis, staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Dim, Shape, Value } from '../types.js';
import { expandLike } from './adjoints.js';
import { at, buildArray, indices, offsetOf } from './reference-arrays.js';

/** Operations that pick, join or repeat elements. */
export const selectionOperations: readonly Operation[] = [
  {
    op: 'Slice',
    infer: ({ inputs, fresh }) => {
      const x = required(inputs, 0);
      const ranges = rangesOf(
        inputs.slice(1).map((input) => input?.content?.map(Number)),
        x.shape,
      );
      if (ranges === undefined) return [{ dtype: x.dtype, shape: x.shape.map(() => fresh()) }];
      const shape = [...x.shape];
      for (const { axis, count } of ranges) shape[axis] = count ?? fresh();
      const [range] = ranges;
      const content =
        x.content && ranges.length === 1 && range!.count !== undefined
          ? Array.from({ length: range!.count }, (_, i) => x.content![range!.start + i * range!.step]!)
          : undefined;
      return [{ dtype: x.dtype, shape, ...(content && { content }) }];
    },
    evaluate: ({ inputs }) => {
      const x = required(inputs, 0);
      const ranges = rangesOf(
        inputs.slice(1).map((input) => input && [...input.data]),
        x.shape,
      )!;
      const shape = [...x.shape];
      for (const { axis, count } of ranges) shape[axis] = count!;
      return [
        buildArray(x.dtype, shape, (index) => {
          const source = [...index];
          for (const { axis, start, step } of ranges) source[axis] = start + index[axis]! * step;
          return at(x, source);
        }),
      ];
    },
    gradient: (call) => [sliceGradient(call)],
  },
  {
    op: 'Concat',
    infer: ({ inputs, attributes, fresh }) => {
      const values = inputs.map((_, i) => required(inputs, i));
      const first = required(values, 0);
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), first.shape.length);
      for (const value of values) {
        const fits = value.dtype === first.dtype && value.shape.length === first.shape.length;
        if (!fits || value.shape.some((dim, i) => i !== axis && differ(dim, first.shape[i]!))) {
          throw new ShapeError({
            what: 'Concat',
            expected: `${first.dtype} ${formatShape(first.shape)} but for axis ${axis}`,
            got: `${value.dtype} ${formatShape(value.shape)}`,
          });
        }
      }
      const sizes = values.map((value) => value.shape[axis]!);
      const total = sizes.every((size) => typeof size === 'number')
        ? sizes.reduce((a, b) => a + b, 0)
        : undefined;
      const single = sizes.length === 1 ? sizes[0] : undefined;
      const content = values.every((value) => value.content !== undefined)
        ? values.flatMap((value) => [...value.content!])
        : undefined;
      const shape = first.shape.with(axis, total ?? single ?? fresh());
      return [{ dtype: first.dtype, shape, ...(content && { content }) }];
    },
    evaluate: ({ inputs, attributes }) => {
      const values = inputs.map((_, i) => required(inputs, i));
      const first = required(values, 0);
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), first.shape.length);
      const shape = first.shape.with(
        axis,
        values.reduce((sum, value) => sum + value.shape[axis]!, 0),
      );
      return [
        buildArray(first.dtype, shape, (index) => {
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
      const attribute = { axis: { type: 'int', value: axis } } as const;
      return builder.apply('Split', [adjoints[0]!, lengths], attribute, { outputs: values.length });
    },
  },
  {
    op: 'Split',
    infer: ({ inputs, attributes, outputs, fresh }) => {
      const x = required(inputs, 0);
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      const sizes = inputs[1] ? inputs[1].content : evenPieces(x.shape[axis]!, outputs);
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
    gradient: ({ outputs, adjoints, attributes }) => {
      const pieces = outputs.map((output, i) => adjoints[i] ?? expandLike(constantLike(output, 0), output));
      return [concat(pieces as [Value, ...Value[]], intAttribute(attributes, 'axis', 0)), undefined];
    },
  },
  {
    op: 'Gather',
    infer: ({ inputs, attributes }) => {
      const [x, picks] = [required(inputs, 0), required(inputs, 1)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      const shape = [...x.shape.slice(0, axis), ...picks.shape, ...x.shape.slice(axis + 1)];
      const content =
        x.content &&
        picks.content
          ?.map((pick) => x.content!.at(Number(pick)))
          .filter((dim): dim is Dim => dim !== undefined);
      return [{ dtype: x.dtype, shape, ...(content && { content }) }];
    },
    evaluate: ({ inputs, attributes }) => {
      const [x, picks] = [required(inputs, 0), required(inputs, 1)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      const shape = [...x.shape.slice(0, axis), ...picks.shape, ...x.shape.slice(axis + 1)];
      return [
        buildArray(x.dtype, shape, (index) => {
          const pick = at(picks, index.slice(axis, axis + picks.shape.length));
          const position = pick < 0 ? pick + x.shape[axis]! : pick;
          return at(x, [...index.slice(0, axis), position, ...index.slice(axis + picks.shape.length)]);
        }),
      ];
    },
    gradient: ({ inputs, adjoints, attributes }) => {
      const [x, picks] = [required(inputs, 0), required(inputs, 1)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      // One axis of picks, so that they can be scattered along x's axis.
      const flatAdjoint =
        picks.shape.length === 1
          ? adjoints[0]!
          : reshape(
              adjoints[0]!,
              sizesWithOneFree([...x.shape.slice(0, axis), -1, ...x.shape.slice(axis + 1)]),
            );
      const line = reshape(picks, [-1]);
      const ranked = reshape(
        line,
        x.shape.map((_, i) => (i === axis ? -1 : 1)),
      );
      const spread = expand(ranked, shapeOf(flatAdjoint));
      const zeros = expandLike(constantLike(x, 0), x);
      return [scatterElements(zeros, spread, flatAdjoint, { axis, accumulate: true }), undefined];
    },
  },
  {
    op: 'GatherElements',
    infer: ({ inputs }) => [{ dtype: required(inputs, 0).dtype, shape: required(inputs, 1).shape }],
    evaluate: ({ inputs, attributes }) => {
      const [x, picks] = [required(inputs, 0), required(inputs, 1)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      return [
        buildArray(x.dtype, picks.shape, (index) => {
          const pick = at(picks, index);
          return x.data[offsetOf(x.shape, index.with(axis, pick < 0 ? pick + x.shape[axis]! : pick))]!;
        }),
      ];
    },
    gradient: ({ inputs, adjoints, attributes }) => {
      const [x, picks] = [required(inputs, 0), required(inputs, 1)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      const zeros = expandLike(constantLike(x, 0), x);
      return [scatterElements(zeros, picks, adjoints[0]!, { axis, accumulate: true }), undefined];
    },
  },
  {
    op: 'ScatterElements',
    infer: ({ inputs }) => [{ dtype: required(inputs, 0).dtype, shape: required(inputs, 0).shape }],
    evaluate: ({ inputs, attributes }) => {
      const [x, picks, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
      const axis = normalAxis(intAttribute(attributes, 'axis', 0), x.shape.length);
      const accumulate = textAttribute(attributes, 'reduction', 'none') === 'add';
      const data = x.data.slice();
      for (const index of indices(picks.shape)) {
        const pick = at(picks, index);
        const target = offsetOf(x.shape, index.with(axis, pick < 0 ? pick + x.shape[axis]! : pick));
        data[target] = at(updates, index) + (accumulate ? data[target]! : 0);
      }
      return [{ ...x, data }];
    },
    gradient: ({ inputs, adjoints, attributes, wanted }) => {
      if (textAttribute(attributes, 'reduction', 'none') !== 'add') {
        throw new GraphError({
          what: 'derivative of ScatterElements',
          expected: "reduction 'add'",
          got: 'another',
        });
      }
      const axis = intAttribute(attributes, 'axis', 0);
      const byUpdates = wanted[2] ? gatherElements(adjoints[0]!, required(inputs, 1), axis) : undefined;
      return [adjoints[0], undefined, byUpdates];
    },
  },
  {
    op: 'Pad',
    infer: ({ inputs, fresh }) => {
      const x = required(inputs, 0);
      const pads = inputs[1]?.content;
      const rank = x.shape.length;
      const shape = x.shape.map((dim, axis) => {
        const [before, after] = [pads?.[axis], pads?.[axis + rank]];
        if (before === 0 && after === 0) return dim;
        const known = typeof dim === 'number' && typeof before === 'number' && typeof after === 'number';
        return known ? dim + before + after : fresh();
      });
      return [{ dtype: x.dtype, shape }];
    },
    evaluate: ({ inputs, attributes }) => {
      const [x, pads] = [required(inputs, 0), required(inputs, 1)];
      constantMode(textAttribute(attributes, 'mode', 'constant'));
      const rank = x.shape.length;
      const fill = inputs[2]?.data[0] ?? 0;
      const shape = x.shape.map((size, axis) => size + pads.data[axis]! + pads.data[axis + rank]!);
      return [
        buildArray(x.dtype, shape, (index) => {
          const source = index.map((i, axis) => i - pads.data[axis]!);
          return source.some((i, axis) => i < 0 || i >= x.shape[axis]!) ? fill : at(x, source);
        }),
      ];
    },
    gradient: ({ inputs, adjoints, attributes }) => {
      constantMode(textAttribute(attributes, 'mode', 'constant'));
      const pads = inputs[1]?.content?.map(Number);
      if (pads === undefined)
        throw new ShapeError({ what: 'Pad: pads', expected: 'known ones', got: 'computed ones' });
      const rank = adjoints[0]!.shape.length;
      const negated = pads.map((size) => -size);
      return [pad(adjoints[0]!, negated.slice(0, rank), negated.slice(rank)), undefined, undefined];
    },
  },
  {
    op: 'Resize',
    infer: ({ inputs, constant, fresh }) => {
      const x = required(inputs, 0);
      const sizes = inputs[3]?.content;
      if (sizes !== undefined) return [{ dtype: x.dtype, shape: sizes }];
      const factors = constant(2)?.data;
      const shape = x.shape.map((dim, axis) => {
        const factor = factors === undefined ? undefined : Number(factors[axis]);
        if (factor === 1) return dim;
        return typeof dim === 'number' && factor !== undefined ? Math.floor(dim * factor) : fresh();
      });
      return [{ dtype: x.dtype, shape }];
    },
    evaluate: ({ inputs, attributes }) => {
      const [x, scales] = [required(inputs, 0), required(inputs, 2)];
      nearestMode(textAttribute(attributes, 'mode', 'nearest'), [...scales.data]);
      const shape = x.shape.map((size, axis) => size * scales.data[axis]!);
      const source = (index: readonly number[]): number[] =>
        index.map((i, axis) => Math.floor(i / scales.data[axis]!));
      return [buildArray(x.dtype, shape, (index) => at(x, source(index)))];
    },
    gradient: ({ inputs, adjoints, attributes }) => {
      const [x, scales] = [required(inputs, 0), required(inputs, 2)];
      const factors = Array.from((x.builder.constantOf(scales)?.data ?? []) as ArrayLike<number>);
      nearestMode(textAttribute(attributes, 'mode', 'nearest'), factors);
      const block = factors.slice(2);
      const size = block.reduce((a, b) => a * b, 1);
      const sums = mul(averagePool(adjoints[0]!, block), constantLike(adjoints[0]!, size));
      return inputs.map((_, i) => (i === 0 ? sums : undefined));
    },
  },
];

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** Undefined where the axis's size is only a name. */
  readonly count: number | undefined;
}

function rangesOf(lists: readonly (readonly number[] | undefined)[], shape: Shape): Range[] | undefined {
  const [starts, ends, axes, steps] = lists;
  if (starts === undefined || ends === undefined) return undefined;
  return starts.map((rawStart, i) => {
    const axis = normalAxis(axes?.[i] ?? i, shape.length);
    const step = steps?.[i] ?? 1;
    const size = shape[axis]!;
    const rawEnd = ends[i]!;
    if (typeof size !== 'number') {
      const fixed = step > 0 && rawStart >= 0 && rawEnd >= 0 && rawEnd < 2 ** 31;
      return {
        axis,
        start: rawStart,
        step,
        count: fixed ? Math.ceil((rawEnd - rawStart) / step) : undefined,
      };
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

function sliceGradient({ inputs, adjoints }: GradientCall): Value {
  const x = required(inputs, 0);
  const ranges = rangesOf(
    inputs.slice(1).map((input) => input?.content?.map(Number)),
    x.shape,
  );
  if (ranges === undefined) {
    throw new ShapeError({
      what: 'derivative of Slice',
      expected: 'bounds known when the graph is built',
      got: 'computed',
    });
  }
  let adjoint = adjoints[0]!;
  for (const { axis, start, step, count } of ranges) {
    const size = staticShape('derivative of Slice', [x.shape[axis]!])[0]!;
    if (count === size && step === 1) continue;
    const rank = x.shape.length;
    const only = (value: number): number[] =>
      Array.from({ length: rank }, (_, i) => (i === axis ? value : 0));
    if (step === 1) {
      adjoint = pad(adjoint, only(start), only(size - start - count!));
      continue;
    }
    // Steps leave gaps: the adjoint's slices are picked from behind a slice of zeros.
    const padded = pad(adjoint, only(1), only(0));
    const sources = Array.from({ length: size }, () => 0);
    for (let i = 0; i < count!; i++) sources[start + i * step] = i + 1;
    adjoint = gather(padded, int64s(x.builder, sources), axis);
  }
  return adjoint;
}

function evenPieces(size: Dim, pieces: number): number[] | undefined {
  if (typeof size !== 'number') return undefined;
  const each = Math.ceil(size / pieces);
  return Array.from({ length: pieces }, (_, i) => Math.min(each, size - i * each));
}

function sizesWithOneFree(shape: readonly Dim[]): number[] {
  return shape.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 0 : -1));
}

function differ(a: Dim, b: Dim): boolean {
  return typeof a === 'number' && typeof b === 'number' && a !== b;
}

function constantMode(mode: string): void {
  if (mode !== 'constant')
    throw new GraphError({ what: 'Pad', expected: "mode 'constant'", got: `'${mode}'` });
}

function nearestMode(mode: string, factors: readonly number[]): void {
  if (mode !== 'nearest' || factors.length < 2 || factors.some((factor) => !Number.isInteger(factor))) {
    throw new GraphError({
      what: 'derivative or reference of Resize',
      expected: "mode 'nearest' and integer factors",
      got: `mode '${mode}', factors [${factors.join(', ')}]`,
    });
  }
}
