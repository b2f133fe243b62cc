import fc from 'fast-check';
import { int, ints, text } from '#credence/graph/index';
import type { Attributes } from '#credence/graph/index';
import type { Case, Draw } from './harness.js';

export const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
export const shapes = (minimum: number, maximum: number, sizes = 3): fc.Arbitrary<number[]> =>
  fc.array(size(sizes), { minLength: minimum, maxLength: maximum });

/** A shape that broadcasts to `to`: without some leading axes, with 1 in place of some sizes. */
const narrower = (to: readonly number[]): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.nat(to.length), fc.array(fc.boolean(), { minLength: to.length, maxLength: to.length }))
    .map(([drop, ones]) => to.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(drop));

const positive: Draw = { from: 0.5, to: 2 };

export const broadcasting: fc.Arbitrary<Case> = shapes(0, 4).chain((shape) =>
  fc
    .tuple(
      fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Mean', 'Where', 'PRelu'),
      narrower(shape),
      narrower(shape),
    )
    .map(([op, a, b]): Case => ({
      op,
      name: `(${shape.join()}) with (${a.join()}) and (${b.join()})`,
      build: (c) => {
        const isExtreme = op === 'Max' || op === 'Min';
        const [x, y] = [
          c.floats('x', shape, { draw: op === 'Pow' ? positive : 'apart' }),
          c.floats('y', a, { draw: isExtreme ? { apartBy: 0.025 } : positive }),
        ];
        if (op === 'Where') return c.apply(op, [c.booleans('which', b), x, y]);
        return c.apply(
          op,
          ['Max', 'Min', 'Sum', 'Mean'].includes(op)
            ? [x, y, c.floats('z', b, { draw: { apartBy: 0.0125 } })]
            : [x, y],
        );
      },
    })),
);

const reductionDraws: Readonly<Record<string, Draw>> = {
  ReduceSum: 'apart',
  ReduceMean: 'apart',
  ReduceMax: 'apart',
  ReduceMin: 'apart',
  ReduceL1: 'apart',
  ReduceL2: positive,
  ReduceSumSquare: 'apart',
  ReduceLogSum: positive,
  ReduceLogSumExp: 'apart',
  ReduceProd: positive,
};

export const reductions: fc.Arbitrary<Case> = shapes(1, 4).chain((shape) =>
  fc
    .tuple(
      fc.constantFrom(...Object.keys(reductionDraws)),
      fc.subarray(shape.map((_, i) => i)),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([op, axes, keep, negative]): Case => ({
      op,
      name: `(${shape.join()}) axes [${axes.join()}] ${keep} ${negative}`,
      build: (c) => {
        const listed = axes.map((axis) => (negative ? axis - shape.length : axis));
        const x = c.floats('x', shape, { draw: reductionDraws[op]! });
        return c.apply(op, [x, listed.length === 0 ? undefined : c.list(...listed)], {
          keepdims: int(keep ? 1 : 0),
        });
      },
    })),
);

interface Window {
  readonly spatial: number[];
  readonly kernel: number[];
  readonly strides: number[];
  readonly dilations: number[];
  readonly pads: number[];
}

/** Windows that fit into the padded image, and whose padding is smaller than themselves. */
const windows = (rank: number, dilated: boolean): fc.Arbitrary<Window> =>
  fc
    .array(
      fc.record({
        spatial: fc.integer({ min: 2, max: 6 }),
        kernel: size(3),
        stride: size(3),
        dilation: size(dilated ? 2 : 1),
        before: fc.nat(2),
        after: fc.nat(2),
      }),
      { minLength: rank, maxLength: rank },
    )
    .filter((axes) =>
      axes.every(({ spatial, kernel, dilation, before, after }) => {
        const extent = (kernel - 1) * dilation + 1;
        return before < kernel && after < kernel && spatial + before + after >= extent;
      }),
    )
    .map((axes) => ({
      spatial: axes.map((axis) => axis.spatial),
      kernel: axes.map((axis) => axis.kernel),
      strides: axes.map((axis) => axis.stride),
      dilations: axes.map((axis) => axis.dilation),
      pads: [...axes.map((axis) => axis.before), ...axes.map((axis) => axis.after)],
    }));

const attributesOf = ({ kernel, strides, dilations, pads }: Window): Attributes => ({
  kernel_shape: ints(kernel),
  strides: ints(strides),
  dilations: ints(dilations),
  pads: ints(pads),
});

export const convolutions: fc.Arbitrary<Case> = size(2).chain((rank) =>
  fc
    .record({
      op: fc.constantFrom('Conv', 'ConvTranspose'),
      window: windows(rank, true),
      group: size(2),
      inputs: size(2),
      outputs: size(2),
      bias: fc.boolean(),
    })
    .filter(({ op, window }) => op === 'Conv' || growsEnough(window))
    .map(({ op, window, group, inputs, outputs, bias }): Case => ({
      op,
      name: JSON.stringify({ ...window, group, inputs, outputs, bias }),
      terms: 200,
      build: (c) => {
        const x = c.floats('x', ['N', inputs * group, ...window.spatial]);
        const kernels = op === 'Conv' ? [outputs * group, inputs] : [inputs * group, outputs];
        const w = c.floats('w', [...kernels, ...window.kernel]);
        const given = bias ? [x, w, c.floats('b', [outputs * group])] : [x, w];
        return c.apply(op, given, { ...attributesOf(window), group: int(group) });
      },
    })),
);

/** A transposed convolution cuts its padding off: something must be left. */
function growsEnough({ spatial, kernel, strides, dilations, pads }: Window): boolean {
  return spatial.every((n, i) => {
    const extent = (kernel[i]! - 1) * dilations[i]! + 1;
    return (n - 1) * strides[i]! + extent - pads[i]! - pads[i + spatial.length]! >= 1;
  });
}

export const pools: fc.Arbitrary<Case> = size(2).chain((rank) =>
  fc
    .record({
      op: fc.constantFrom('MaxPool', 'AveragePool', 'LpPool'),
      window: windows(rank, false),
      ceil: fc.boolean(),
      includePad: fc.boolean(),
    })
    .filter(({ window, ceil }) => !ceil || !beginsInPadding(window))
    .map(({ op, window, ceil, includePad }): Case => ({
      op,
      name: JSON.stringify({ ...window, ceil, includePad }),
      build: (c) => {
        const { dilations: _, ...attributes } = attributesOf(window);
        return c.apply(op, [c.floats('x', ['N', 2, ...window.spatial], { draw: 'apart' })], {
          ...attributes,
          ceil_mode: int(ceil ? 1 : 0),
          ...(op === 'AveragePool' && { count_include_pad: int(includePad ? 1 : 0) }),
        });
      },
    })),
);

/**
 * Whether the last window, rounded up, would begin behind the image. ONNX Runtime's kernels leave it out, its shape inference
 * counts it, so that it refuses graphs in which the size matters.
 */
function beginsInPadding({ spatial, kernel, strides, pads }: Window): boolean {
  return spatial.some((n, i) => {
    const [before, after] = [pads[i]!, pads[i + spatial.length]!];
    return Math.ceil((n + before + after - kernel[i]!) / strides[i]!) * strides[i]! >= n + before;
  });
}

export const matrixProducts: fc.Arbitrary<Case> = fc
  .tuple(shapes(0, 2), size(3), size(3), size(3))
  .chain(([batch, n, k, m]) =>
    fc
      .tuple(narrower(batch), narrower(batch), fc.boolean(), fc.boolean())
      .map(([a, b, row, column]): Case => {
        // Vectors have no batch.
        const left = row ? [k] : [...a, n, k];
        const right = column ? [k] : [...b, k, m];
        return {
          op: 'MatMul',
          name: `(${left.join()}) x (${right.join()})`,
          build: (c) => c.apply('MatMul', [c.floats('a', left), c.floats('b', right)]),
        };
      }),
  );

export const slices: fc.Arbitrary<Case> = shapes(1, 3, 5).chain((shape) =>
  fc
    .tuple(
      ...shape.map(() =>
        fc.tuple(
          fc.integer({ min: -7, max: 7 }),
          fc.integer({ min: -7, max: 7 }),
          fc.constantFrom(1, 1, 2, 3, -1, -2),
        ),
      ),
    )
    .map((ranges): Case => ({
      op: 'Slice',
      name: `(${shape.join()}) ${JSON.stringify(ranges)}`,
      build: (c) => {
        const lists = [0, 1, 2].map((i) => ranges.map((range) => range[i]!));
        const [starts, ends, steps] = lists.map((list) => c.list(...list));
        return c.apply('Slice', [
          c.floats('x', shape),
          starts,
          ends,
          c.list(...shape.map((_, i) => i)),
          steps,
        ]);
      },
    })),
);

export const pads: fc.Arbitrary<Case> = shapes(1, 3, 4).chain((shape) =>
  fc
    .tuple(
      fc.constantFrom('constant', 'reflect', 'edge'),
      fc.tuple(...shape.map((dim) => fc.nat(dim - 1))),
      fc.tuple(...shape.map((dim) => fc.nat(dim - 1))),
    )
    .map(([mode, before, after]): Case => ({
      op: 'Pad',
      name: `${mode} (${shape.join()}) [${before.join()}] [${after.join()}]`,
      build: (c) => c.apply('Pad', [c.floats('x', shape), c.list(...before, ...after)], { mode: text(mode) }),
    })),
);

export const layouts: fc.Arbitrary<Case> = shapes(1, 4).chain((shape) =>
  fc
    .record({
      op: fc.constantFrom(
        'Transpose',
        'Flatten',
        'Softmax',
        'LogSoftmax',
        'CumSum',
        'Tile',
        'Concat',
        'Gather',
      ),
      order: fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
      axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
      repeats: fc.tuple(...shape.map(() => size(3))),
      picks: shapes(0, 2),
    })
    .map(({ op, order, axis, repeats, picks }): Case => ({
      op,
      name: `(${shape.join()}) ${order.join()} axis ${axis} [${repeats.join()}] (${picks.join()})`,
      build: (c) => {
        const x = c.floats('x', shape);
        const along = { axis: int(axis) };
        switch (op) {
          case 'Transpose':
            return c.apply(op, [x], { perm: ints(order) });
          case 'CumSum':
            return c.apply(op, [x, c.constant(axis, 'int64')]);
          case 'Tile':
            return c.apply(op, [x, c.list(...repeats)]);
          case 'Concat':
            return c.apply(op, [x, c.floats('y', shape), x], along);
          case 'Gather': {
            const last = shape.at(axis)! - 1;
            return c.apply(op, [x, c.integers('i', picks, -last - 1, last)], along);
          }
          default:
            return c.apply(op, [x], along);
        }
      },
    })),
);

export const resizings: fc.Arbitrary<Case> = fc
  .record({
    shape: fc.tuple(size(2), size(2), fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 })),
    to: fc.tuple(size(7), size(7)),
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    coordinates: fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
    nearest: fc.constantFrom('floor', 'ceil'),
  })
  // Positions that lie on a pixel but for a rounding in float32 may go to its neighbour: they are not compared.
  .filter(
    ({ mode, shape, to }) =>
      mode !== 'nearest' || to.every((n, i) => divides(n, shape[i + 2]!) || divides(shape[i + 2]!, n)),
  )
  .map(({ shape, to, mode, coordinates, nearest }): Case => ({
    op: 'Resize',
    name: `${mode} ${coordinates} ${nearest} (${shape.join()}) to (${to.join()})`,
    build: (c) =>
      c.apply('Resize', [c.floats('x', shape), undefined, undefined, c.list(shape[0], shape[1], ...to)], {
        mode: text(mode),
        coordinate_transformation_mode: text(coordinates),
        nearest_mode: text(nearest),
      }),
  }));

function divides(a: number, b: number): boolean {
  return b % a === 0;
}
