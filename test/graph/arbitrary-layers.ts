import fc from 'fast-check';
import { float, int, text } from '#credence/graph/index';
import { size, shapes } from './arbitrary-cases.js';
import type { Case, Draw } from './harness.js';

const positive: Draw = { from: 0.5, to: 2 };

/** Normalisations over axes, groups and channels of any sizes. A variance of one element is that of epsilon alone. */
export const normalizations: fc.Arbitrary<Case> = fc
  .record({
    op: fc.constantFrom(
      'BatchNormalization',
      'InstanceNormalization',
      'GroupNormalization',
      'LayerNormalization',
      'SimplifiedLayerNormalization',
      'LpNormalization',
      'LRN',
    ),
    batch: size(2),
    groups: size(2),
    share: size(2),
    spatial: shapes(1, 2),
    axis: fc.nat(2),
    among: size(5),
    manhattan: fc.boolean(),
  })
  .map(({ op, batch, groups, share, spatial, axis, among, manhattan }): Case => ({
    op,
    name: JSON.stringify({ batch, groups, share, spatial, axis, among, manhattan }),
    terms: 100,
    build: (c) => {
      const channels = groups * share;
      const shape = [batch, channels, ...spatial];
      const affine = (scale: readonly number[]): ReturnType<typeof c.floats>[] => [
        c.floats('scale', scale),
        c.floats('shift', scale),
      ];
      const epsilon = { epsilon: float(0.1) };
      switch (op) {
        case 'BatchNormalization': {
          const statistics = [
            c.floats('mean', [channels]),
            c.floats('variance', [channels], { draw: positive }),
          ];
          return c.apply(op, [c.floats('x', shape), ...affine([channels]), ...statistics], epsilon);
        }
        case 'InstanceNormalization':
          return c.apply(op, [c.floats('x', shape), ...affine([channels])], epsilon);
        case 'GroupNormalization':
          return c.apply(op, [c.floats('x', shape), ...affine([groups])], {
            ...epsilon,
            num_groups: int(groups),
          });
        case 'LayerNormalization':
          return c.apply(op, [c.floats('x', shape), ...affine(shape.slice(axis))], {
            ...epsilon,
            axis: int(axis),
          });
        case 'SimplifiedLayerNormalization':
          return c.apply(op, [c.floats('x', shape), c.floats('scale', shape.slice(axis))], {
            ...epsilon,
            axis: int(axis),
          });
        case 'LpNormalization':
          // Near 0 a norm bends too much for the differences.
          return c.apply(
            op,
            [c.floats('x', shape, { draw: manhattan ? { from: -2, to: -0.5 } : positive })],
            {
              axis: int(axis - shape.length),
              p: int(manhattan ? 1 : 2),
            },
          );
        default:
          // ONNX Runtime's kernel takes images only, and as many channels on either side.
          return c.apply(op, [c.floats('x', [batch, channels, spatial[0]!, spatial[1] ?? 1])], {
            size: int(2 * Math.ceil(among / 2) - 1),
            alpha: float(0.3),
            bias: float(1.5),
          });
      }
    },
  }));

/** What picks elements by indices of any shape, several times the same, and what scatters them. */
export const picking: fc.Arbitrary<Case> = shapes(1, 3, 4).chain((shape) =>
  fc
    .record({
      op: fc.constantFrom(
        'GatherElements',
        'GatherND',
        'ScatterElements',
        'ScatterND',
        'TopK',
        'Split',
        'Trilu',
      ),
      axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
      picks: fc.tuple(...shape.map((dim) => size(dim))),
      depth: size(shape.length),
      rows: size(4),
      upper: fc.boolean(),
      diagonal: fc.integer({ min: -2, max: 2 }),
    })
    .filter(({ op }) => op !== 'Trilu' || shape.length >= 2)
    .map(({ op, axis, picks, depth, rows, upper, diagonal }): Case => ({
      op,
      name: `(${shape.join()}) ${JSON.stringify({ axis, picks, depth, rows, upper, diagonal })}`,
      build: (c) => {
        const x = c.floats('x', shape, { draw: 'apart' });
        const last = shape.at(axis)! - 1;
        const along = { axis: int(axis) };
        // Indices that fit every axis.
        const least = Math.min(...shape) - 1;
        const updates = [rows, ...shape.slice(depth)];
        const added = { reduction: text('add') };
        switch (op) {
          case 'GatherElements':
            return c.apply(op, [x, c.integers('i', picks, -last - 1, last)], along);
          case 'GatherND':
            return c.apply(op, [x, c.integers('i', [rows, depth], -least - 1, least)]);
          case 'ScatterElements':
            return c.apply(op, [x, c.integers('i', picks, -last - 1, last), c.floats('u', picks)], {
              ...along,
              ...added,
            });
          case 'ScatterND':
            return c.apply(op, [x, c.integers('i', [rows, depth], 0, least), c.floats('u', updates)], added);
          case 'TopK':
            return c.apply(op, [x, c.list(picks.at(axis)!)], { ...along, largest: int(upper ? 1 : 0) }, 2);
          case 'Split':
            return c.apply(op, [x, c.list(picks.at(axis)!, last + 1 - picks.at(axis)!)], along, 2);
          default:
            return c.apply(op, [x, c.constant(diagonal, 'int64')], { upper: int(upper ? 1 : 0) });
        }
      },
    })),
);

/** Shapes that change, and what joins matrices, blocks and whole images. */
export const reshapings: fc.Arbitrary<Case> = fc
  .record({
    op: fc.constantFrom(
      'Expand',
      'Reshape',
      'Unsqueeze',
      'Squeeze',
      'Gemm',
      'DepthToSpace',
      'SpaceToDepth',
      'GlobalAveragePool',
      'GlobalMaxPool',
    ),
    a: size(3),
    b: size(3),
    k: size(3),
    block: size(3),
    flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  })
  .map(({ op, a, b, k, block, flags }): Case => ({
    op,
    name: JSON.stringify({ a, b, k, block, flags }),
    build: (c) => {
      const [first, second, third, fourth] = flags;
      switch (op) {
        case 'Expand':
          return c.apply(op, [
            c.floats('x', [first ? 1 : a, second ? 1 : b]),
            c.list(...(third ? [k] : []), fourth ? 1 : a, b),
          ]);
        case 'Reshape':
          return c.apply(op, [c.floats('x', [a, b, k]), c.list(...(first ? [b, -1, a] : [0, -1]))]);
        case 'Unsqueeze':
          return c.apply(op, [c.floats('x', [a, b]), c.list(...(first ? [0, -1] : [1]))]);
        case 'Squeeze':
          return c.apply(op, [c.floats('x', [1, a, 1]), c.list(...(first ? [0, -1] : [2]))]);
        case 'Gemm': {
          const left = c.floats('x', first ? [k, a] : [a, k]);
          const right = c.floats('y', second ? [b, k] : [k, b]);
          const bias = c.floats('z', [third ? 1 : a, fourth ? 1 : b]);
          return c.apply(op, [left, right, bias], {
            transA: int(first ? 1 : 0),
            transB: int(second ? 1 : 0),
            alpha: float(0.5),
            beta: float(2),
          });
        }
        case 'DepthToSpace':
          return c.apply(op, [c.floats('x', [a, k * block ** 2, b, 2])], {
            blocksize: int(block),
            mode: text(first ? 'CRD' : 'DCR'),
          });
        case 'SpaceToDepth':
          return c.apply(op, [c.floats('x', [a, k, b * block, 2 * block])], { blocksize: int(block) });
        default:
          return c.apply(op, [c.floats('x', [a, k, b, block], { draw: 'apart' })]);
      }
    },
  }));
