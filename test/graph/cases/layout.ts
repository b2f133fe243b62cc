import { float, int, ints, text } from '#credence/graph/index';
import type { Attributes, Shape } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';
import type { Case } from '../harness.js';

const reshape = (
  name: string,
  shape: Shape,
  target: readonly number[],
  attributes: Attributes = {},
): Case => ({
  op: 'Reshape',
  name,
  build: (c) => c.apply('Reshape', [c.floats('x', shape), c.list(...target)], attributes),
});

const onShape = (op: string, name: string, shape: Shape, attributes: Attributes): Case => ({
  op,
  name,
  build: (c) => c.apply(op, [c.floats('x', shape)], attributes),
});

const withList = (op: string, name: string, shape: Shape, list: readonly number[]): Case => ({
  op,
  name,
  build: (c) => c.apply(op, [c.floats('x', shape), c.list(...list)]),
});

export const layoutCases: readonly Case[] = [
  reshape('a free size', ['N', 2, 6], [-1, 4, 3]),
  reshape('kept and free sizes', ['N', 2, 6], [0, -1]),
  reshape('two names', ['N', 2, 'M'], [0, -1]),
  reshape('to a scalar', [1, 1], []),
  reshape('a size of 0', [0, 3], [3, 0], { allowzero: int(1) }),
  {
    op: 'Reshape',
    name: 'a shape computed from another value',
    build: (c) => {
      const like = c.floats('like', ['N', 3, 2], { fixed: true });
      return c.apply('Reshape', [c.floats('x', ['N', 6]), c.apply('Shape', [like])[0]]);
    },
  },
  ...[0, 1, 2, -1, 3].map((axis) => onShape('Flatten', `axis ${axis}`, ['N', 2, 3], { axis: int(axis) })),
  onShape('Flatten', 'two names', ['N', 2, 'M'], {}),
  onShape('Transpose', 'reversed', ['N', 2, 3], {}),
  onShape('Transpose', 'permuted', ['N', 2, 3, 4], { perm: ints([0, 3, 1, 2]) }),
  withList('Squeeze', 'given axes', ['N', 1, 3, 1], [1, -1]),
  onShape('Squeeze', 'all of size 1', ['N', 1, 3, 1], {}),
  withList('Unsqueeze', 'axes of the result', ['N', 3], [0, -1]),
  withList('Expand', 'new and repeated axes', ['N', 1], [2, 1, 4]),
  withList('Expand', 'nothing', [2, 3], [1, 3]),
  {
    op: 'Expand',
    name: 'to a shape computed in the graph',
    build: (c) => {
      const like = c.floats('like', ['N', 4], { fixed: true });
      return c.apply('Expand', [c.floats('x', [1, 4]), c.apply('Shape', [like])[0]]);
    },
  },
  withList('Tile', 'copies', [2, 3], [2, 2]),
  withList('Tile', 'beside a name', ['N', 3], [1, 3]),
  withList('Tile', 'of a name', ['N', 3], [2, 2]),
  withList('Tile', 'of two names', ['N', 'M', 1], [2, 1, 2]),
  ...[{}, { mode: text('CRD') }].map((mode, i) =>
    onShape('DepthToSpace', `mode ${i}`, ['N', 8, 2, 3], { blocksize: int(2), ...mode }),
  ),
  onShape('SpaceToDepth', 'blocks', ['N', 2, 4, 6], { blocksize: int(2) }),
];

export const generatorCases: readonly Case[] = [
  onShape('Shape', 'whole', ['N', 3, 4], {}),
  onShape('Shape', 'part', ['N', 3, 4], { start: int(-2), end: int(2) }),
  onShape('Size', 'elements', ['N', 3], {}),
  {
    op: 'ConstantOfShape',
    name: 'zeros',
    build: (c) => c.apply('ConstantOfShape', [c.apply('Shape', [c.floats('x', ['N', 3])])[0]]),
  },
  {
    op: 'ConstantOfShape',
    name: 'a value',
    build: (c) => {
      const value = { type: 'tensor', value: tensor('int64', [1], BigInt64Array.of(7n)) } as const;
      return c.apply('ConstantOfShape', [c.integers('shape', [2], 2, 3)], { value });
    },
  },
  {
    op: 'Range',
    name: 'up',
    build: (c) =>
      c.apply('Range', [c.constant(2, 'int64'), c.integers('limit', [], 9, 9), c.constant(3, 'int64')]),
  },
  {
    op: 'Range',
    name: 'down',
    build: (c) => c.apply('Range', [c.constant(1), c.constant(-1), c.constant(-0.25)]),
  },
  ...[{}, { axis: int(0) }].map((attributes, i): Case => ({
    op: 'OneHot',
    name: `axis ${i}`,
    build: (c) =>
      c.apply(
        'OneHot',
        [c.integers('x', ['N', 2], -4, 3), c.constant(4, 'int64'), c.constant([-1, 2])],
        attributes,
      ),
  })),
  {
    op: 'EyeLike',
    name: 'diagonal',
    build: (c) => c.apply('EyeLike', [c.floats('x', [3, 4])], { k: int(1) }),
  },
  {
    op: 'NonZero',
    name: 'indices',
    build: (c) => c.apply('NonZero', [c.floats('x', [3, 4], { draw: 'tied' })]),
    derivative: false,
  },
];

const slice = (name: string, shape: Shape, ...lists: readonly (readonly number[])[]): Case => ({
  op: 'Slice',
  name,
  build: (c) => c.apply('Slice', [c.floats('x', shape), ...lists.map((list) => c.list(...list))]),
});

const BIG = 2 ** 31 - 1;

export const slicingCases: readonly Case[] = [
  slice('first axes', [4, 5], [1, 0], [3, 4]),
  slice('from the end', ['N', 5], [-3], [-1], [1]),
  slice('steps', [3, 7], [1], [BIG], [1], [2]),
  slice('backwards', [3, 7], [-1], [-BIG], [-1], [-2]),
  slice('nothing', [3, 4], [2], [2], [1]),
  slice('beyond the end', [3, 4], [1, -9], [99, 99], [0, 1]),
  slice('all of a name', ['N', 4], [0], [BIG], [0]),
  ...[0, 1, -1].map((axis): Case => ({
    op: 'Concat',
    name: `axis ${axis}`,
    build: (c) =>
      c.apply(
        'Concat',
        [c.floats('a', [2, 3]), c.floats('b', axis === 0 ? [1, 3] : [2, 2]), c.floats('d', [2, 3])],
        { axis: int(axis) },
      ),
  })),
  {
    op: 'Concat',
    name: 'along names',
    build: (c) => c.apply('Concat', [c.floats('a', ['N', 2]), c.floats('b', ['M', 2])], { axis: int(0) }),
  },
  {
    op: 'Split',
    name: 'sizes',
    build: (c) => c.apply('Split', [c.floats('x', ['N', 6]), c.list(1, 2, 3)], { axis: int(1) }, 3),
  },
  {
    op: 'Split',
    name: 'as many as outputs, the last one smaller',
    build: (c) => c.apply('Split', [c.floats('x', ['N', 5])], { axis: int(-1), num_outputs: int(3) }, 3),
  },
  {
    op: 'Split',
    name: 'of which one is used',
    build: (c) => c.apply('Split', [c.floats('x', [4, 2])], { num_outputs: int(2) }, 2).slice(1),
  },
  ...[0, 1, -1].flatMap((axis) =>
    ([[], [3], [2, 2]] as const).map((shape): Case => ({
      op: 'Gather',
      name: `axis ${axis}, indices of rank ${shape.length}`,
      build: (c) =>
        c.apply('Gather', [c.floats('x', ['N', 4, 3]), c.integers('i', shape, -3, 2)], { axis: int(axis) }),
    })),
  ),
  {
    op: 'Gather',
    name: 'two names',
    build: (c) =>
      c.apply('Gather', [c.floats('x', ['N', 4, 'M']), c.integers('i', [2, 2], -4, 3)], { axis: int(1) }),
  },
  ...[0, 1].map((axis): Case => ({
    op: 'GatherElements',
    name: `axis ${axis}`,
    build: (c) =>
      c.apply('GatherElements', [c.floats('x', [3, 4]), c.integers('i', [3, 2], -3, 2)], { axis: int(axis) }),
  })),
  {
    op: 'GatherND',
    name: 'rows',
    build: (c) => c.apply('GatherND', [c.floats('x', [3, 4]), c.integers('i', [5, 1], -3, 2)]),
  },
  {
    op: 'GatherND',
    name: 'elements',
    build: (c) => c.apply('GatherND', [c.floats('x', [3, 4, 2]), c.integers('i', [2, 2, 2], 0, 2)]),
  },
  {
    op: 'GatherND',
    name: 'in a batch',
    build: (c) =>
      c.apply('GatherND', [c.floats('x', [2, 4], { fixed: true }), c.integers('i', [2, 1], 0, 3)], {
        batch_dims: int(1),
      }),
  },
];

const scatter = (
  name: string,
  attributes: Attributes,
  indices: readonly number[],
  derivative = true,
): Case => ({
  op: 'ScatterElements',
  name,
  build: (c) => {
    const picks = c.given('i', 'int64', [2, 3], indices);
    return c.apply('ScatterElements', [c.floats('x', [2, 4]), picks, c.floats('u', [2, 3])], {
      axis: int(1),
      ...attributes,
    });
  },
  derivative,
});

const scatterND = (
  name: string,
  attributes: Attributes,
  indices: readonly number[],
  derivative = true,
): Case => ({
  op: 'ScatterND',
  name,
  build: (c) => {
    const picks = c.given('i', 'int64', [2, 1], indices);
    return c.apply('ScatterND', [c.floats('x', [4, 3]), picks, c.floats('u', [2, 3])], attributes);
  },
  derivative,
});

export const scatteringCases: readonly Case[] = [
  scatter('replaced', {}, [0, 2, -1, 1, 0, 2]),
  scatter('added, twice to one', { reduction: text('add') }, [0, 0, -1, 1, 1, 1]),
  ...['mul', 'max', 'min'].map((reduction) =>
    scatter(reduction, { reduction: text(reduction) }, [0, 0, -1, 1, 1, 1], false),
  ),
  scatterND('replaced', {}, [2, 0]),
  scatterND('added, twice to one', { reduction: text('add') }, [2, 2]),
  ...['mul', 'max', 'min'].map((reduction) =>
    scatterND(reduction, { reduction: text(reduction) }, [2, 2], false),
  ),
];

const pad = (
  name: string,
  shape: Shape,
  pads: readonly number[],
  mode: string,
  more: Partial<Case> = {},
): Case => ({
  op: 'Pad',
  name,
  build: (c) => c.apply('Pad', [c.floats('x', shape), c.list(...pads)], { mode: text(mode) }),
  ...more,
});

export const paddingCases: readonly Case[] = [
  pad('zeros', ['N', 3], [0, 1, 0, 2], 'constant'),
  pad('crop and pad', [4, 5], [-1, 2, 1, -2], 'constant'),
  {
    op: 'Pad',
    name: 'another constant, an axis given',
    build: (c) =>
      c.apply('Pad', [
        c.floats('x', ['N', 3]),
        c.list(1, 2),
        c.given('fill', 'float32', [], [1.5]),
        c.list(-1),
      ]),
  },
  pad('reflected', ['N', 4, 3], [0, 2, 1, 0, 3, 2], 'reflect'),
  pad('repeated edge', ['N', 4, 3], [0, 2, 1, 0, 5, 2], 'edge'),
  pad('wrapped', ['N', 4, 3], [0, 2, 1, 0, 4, 2], 'wrap', { opset: 19 }),
];

const resize = (
  name: string,
  shape: Shape,
  by: { scales?: readonly number[]; sizes?: readonly number[]; spatial?: readonly number[] },
  attributes: Attributes,
  opset = 18,
): Case => ({
  op: 'Resize',
  name,
  opset,
  build: (c) => {
    const x = c.floats('x', shape);
    // As exporters write it: the batch and the channels as they are.
    const sizes = by.spatial
      ? c.apply('Concat', [c.apply('Shape', [x], { end: int(2) })[0], c.list(...by.spatial)], {
          axis: int(0),
        })
      : by.sizes && [c.list(...by.sizes)];
    return c.apply(
      'Resize',
      [x, undefined, by.scales && c.constant(by.scales), ...(sizes ?? [])],
      attributes,
    );
  },
});

const coordinates = (name: string): Attributes => ({ coordinate_transformation_mode: text(name) });
const image: Shape = ['N', 2, 4, 6];

export const resizeCases: readonly Case[] = [
  resize(
    'repeated pixels',
    image,
    { scales: [1, 1, 2, 3] },
    { ...coordinates('asymmetric'), nearest_mode: text('floor') },
  ),
  resize('repeated pixels, half-pixel centres', image, { scales: [1, 1, 2, 3] }, {}),
  ...['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'].flatMap((name) => [
    resize(
      `nearest by sizes, ${name}`,
      image,
      { spatial: [6, 9] },
      { ...coordinates(name), nearest_mode: text('round_prefer_ceil') },
    ),
    resize(`linear up, ${name}`, image, { spatial: [7, 9] }, { mode: text('linear'), ...coordinates(name) }),
    resize(
      `linear down, ${name}`,
      image,
      { scales: [1, 1, 0.5, 0.75] },
      { mode: text('linear'), ...coordinates(name) },
    ),
    resize(`cubic, ${name}`, image, { spatial: [7, 9] }, { mode: text('cubic'), ...coordinates(name) }),
  ]),
  ...['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'].map((rounding) =>
    resize(
      `nearest down, ${rounding}`,
      image,
      { scales: [1, 1, 0.5, 0.5] },
      { nearest_mode: text(rounding), ...coordinates('asymmetric') },
    ),
  ),
  resize(
    'cubic, outside left out',
    image,
    { spatial: [7, 9] },
    { mode: text('cubic'), exclude_outside: int(1), cubic_coeff_a: float(-0.5) },
  ),
  resize('a vector', ['N', 2, 5], { scales: [1, 1, 2] }, { mode: text('linear') }),
  resize('given axes', image, { sizes: [8, 3] }, { axes: ints([2, 3]) }),
  resize(
    'not larger',
    image,
    { sizes: [8, 9] },
    { axes: ints([2, 3]), keep_aspect_ratio_policy: text('not_larger') },
  ),
  resize(
    'not smaller',
    image,
    { sizes: [8, 9] },
    { axes: ints([2, 3]), keep_aspect_ratio_policy: text('not_smaller') },
  ),
  resize(
    'symmetric',
    image,
    { scales: [1, 1, 1.3, 0.7] },
    { mode: text('linear'), ...coordinates('half_pixel_symmetric') },
    19,
  ),
];
