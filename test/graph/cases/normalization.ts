import { float, int } from '#credence/graph/index';
import type { Attributes, Shape } from '#credence/graph/index';
import type { Case, CaseBuilder } from '../harness.js';

const positive = { draw: { from: 0.5, to: 2 } } as const;
type Value = ReturnType<CaseBuilder['floats']>;

const affine = (c: CaseBuilder, shape: Shape): [Value, Value] => [
  c.floats('scale', shape),
  c.floats('shift', shape),
];

const group = (name: string, image: Shape, groups: number, size: number, opset: number): Case => ({
  op: 'GroupNormalization',
  name,
  opset,
  build: (c) =>
    c.apply('GroupNormalization', [c.floats('x', image), ...affine(c, [size])], { num_groups: int(groups) }),
  terms: 100,
});

const layer = (name: string, shape: Shape, scale: Shape, attributes: Attributes, outputs = 1): Case => ({
  op: 'LayerNormalization',
  name,
  build: (c) =>
    c
      .apply('LayerNormalization', [c.floats('x', shape), ...affine(c, scale)], attributes, outputs)
      .slice(0, 1),
  terms: 100,
});

export const normalizationCases: readonly Case[] = [
  ...(
    [
      ['N', 3, 2, 2],
      ['N', 3],
      ['N', 3, 4],
    ] as const
  ).map((shape): Case => ({
    op: 'BatchNormalization',
    name: `rank ${shape.length}`,
    build: (c) =>
      c.apply(
        'BatchNormalization',
        [c.floats('x', shape), ...affine(c, [3]), c.floats('mean', [3]), c.floats('variance', [3], positive)],
        { epsilon: float(0.01) },
      ),
  })),
  {
    op: 'InstanceNormalization',
    name: 'images',
    build: (c) =>
      c.apply('InstanceNormalization', [c.floats('x', ['N', 2, 3, 2]), ...affine(c, [2])], {
        epsilon: float(0.01),
      }),
    terms: 100,
  },
  layer('the last axis', ['N', 3, 4], [4], {}),
  layer('two axes', ['N', 3, 4], [3, 4], { axis: int(1), epsilon: float(0.01) }),
  layer('its statistics left aside', ['N', 4], [4], {}, 3),
  {
    op: 'LayerNormalization',
    name: 'without shift, its statistics asked for',
    build: (c) => c.apply('LayerNormalization', [c.floats('x', ['N', 4]), c.floats('scale', [4])], {}, 3),
    derivative: false,
    terms: 100,
  },
  ...(
    [
      ['RMSNormalization', 23],
      ['SimplifiedLayerNormalization', 18],
    ] as const
  ).flatMap(([op, opset]) =>
    [{}, { axis: int(1), epsilon: float(0.01) }].map((attributes, i): Case => ({
      op,
      name: `axes ${i}`,
      opset,
      build: (c) =>
        c.apply(op, [c.floats('x', ['N', 3, 4]), c.floats('scale', i === 0 ? [4] : [3, 4])], attributes),
      terms: 100,
    })),
  ),
  group('scale by group', ['N', 4, 2, 3], 2, 2, 18),
  group('scale by channel', ['N', 4, 2, 3], 2, 4, 21),
  group('each channel a group', ['N', 3, 4], 3, 3, 18),
  ...[{}, { p: int(1) }, { axis: int(0) }].map((attributes, i): Case => ({
    op: 'LpNormalization',
    name: `norm ${i}`,
    build: (c) => c.apply('LpNormalization', [c.floats('x', [3, 4], { draw: 'apart' })], attributes),
  })),
  ...[1, 3, 5].map((size): Case => ({
    op: 'LRN',
    name: `${size} channels`,
    build: (c) =>
      c.apply('LRN', [c.floats('x', ['N', 5, 2, 2])], {
        size: int(size),
        alpha: float(0.3),
        bias: float(1.5),
      }),
  })),
];
