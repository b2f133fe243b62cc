import { int, ints, text } from '#credence/graph/index';
import type { Attributes, Shape } from '#credence/graph/index';
import type { Case } from '../harness.js';

interface Convolution {
  readonly image: Shape;
  readonly kernels: readonly number[];
  readonly bias?: boolean;
  readonly attributes?: Attributes;
}

const conv = (
  op: 'Conv' | 'ConvTranspose',
  name: string,
  { image, kernels, bias = false, attributes = {} }: Convolution,
): Case => ({
  op,
  name,
  build: (c) => {
    const group = attributes['group']?.type === 'int' ? attributes['group'].value : 1;
    const channels = op === 'Conv' ? kernels[0]! : kernels[1]! * group;
    const inputs = [c.floats('x', image), c.floats('w', kernels)];
    return c.apply(op, bias ? [...inputs, c.floats('b', [channels])] : inputs, attributes);
  },
  terms: 200,
});

const window = (lists: Readonly<Record<string, readonly number[]>>): Attributes =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, ints(list)]));

export const convolutionCases: readonly Case[] = [
  conv('Conv', 'plain, bias', { image: ['N', 2, 5, 4], kernels: [3, 2, 3, 2], bias: true }),
  conv('Conv', 'padding', {
    image: ['N', 2, 4, 4],
    kernels: [2, 2, 3, 3],
    attributes: window({ pads: [1, 0, 2, 1] }),
  }),
  conv('Conv', 'strides that leave a rest', {
    image: ['N', 2, 8, 7],
    kernels: [2, 2, 3, 2],
    attributes: window({ strides: [3, 2] }),
  }),
  conv('Conv', 'strides, padding, dilation', {
    image: ['N', 1, 9, 8],
    kernels: [2, 1, 3, 2],
    attributes: window({ strides: [2, 3], pads: [1, 1, 0, 2], dilations: [2, 3] }),
  }),
  conv('Conv', 'groups', {
    image: ['N', 4, 4, 4],
    kernels: [6, 2, 2, 2],
    bias: true,
    attributes: { group: int(2) },
  }),
  conv('Conv', 'depthwise with strides', {
    image: ['N', 3, 6, 6],
    kernels: [3, 1, 3, 3],
    attributes: { group: int(3), ...window({ strides: [2, 2], pads: [1, 1, 1, 1] }) },
  }),
  conv('Conv', 'depthwise, two maps each, dilation', {
    image: [2, 2, 6, 5],
    kernels: [4, 1, 2, 2],
    attributes: { group: int(2), ...window({ dilations: [2, 1] }) },
  }),
  conv('Conv', '1 x 1', { image: ['N', 3, 2, 3], kernels: [2, 3, 1, 1] }),
  conv('Conv', '1 x 1 with strides', {
    image: ['N', 3, 4, 5],
    kernels: [2, 3, 1, 1],
    attributes: window({ strides: [2, 2] }),
  }),
  conv('Conv', 'kernel as large as the image', { image: ['N', 2, 3, 3], kernels: [2, 2, 3, 3] }),
  conv('Conv', 'one example', { image: [1, 1, 4, 4], kernels: [1, 1, 2, 2] }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((pad) =>
    conv('Conv', pad, {
      image: ['N', 1, 6, 5],
      kernels: [2, 1, 4, 2],
      attributes: { auto_pad: text(pad), ...window({ strides: [2, 2] }) },
    }),
  ),
  conv('Conv', 'a line', {
    image: ['N', 2, 7],
    kernels: [3, 2, 3],
    attributes: window({ strides: [2], pads: [1, 0] }),
  }),
  conv('Conv', 'a volume', {
    image: ['N', 1, 4, 3, 4],
    kernels: [2, 1, 2, 2, 2],
    attributes: window({ strides: [2, 1, 1] }),
  }),
  conv('ConvTranspose', 'plain, bias', { image: ['N', 2, 3, 3], kernels: [2, 3, 3, 2], bias: true }),
  conv('ConvTranspose', 'strides, padding', {
    image: ['N', 2, 3, 3],
    kernels: [2, 2, 3, 3],
    attributes: window({ strides: [2, 2], pads: [1, 1, 0, 1] }),
  }),
  conv('ConvTranspose', 'output padding, dilation', {
    image: ['N', 1, 3, 2],
    kernels: [1, 2, 2, 2],
    attributes: window({ strides: [3, 2], dilations: [2, 1], output_padding: [2, 1] }),
  }),
  conv('ConvTranspose', 'groups', {
    image: ['N', 4, 3, 3],
    kernels: [4, 3, 2, 2],
    bias: true,
    attributes: { group: int(2) },
  }),
  conv('ConvTranspose', 'a line', {
    image: ['N', 2, 4],
    kernels: [2, 1, 3],
    attributes: window({ strides: [2] }),
  }),
  ...['SAME_UPPER', 'SAME_LOWER'].map((pad) =>
    conv('ConvTranspose', pad, {
      image: ['N', 1, 3, 4],
      kernels: [1, 2, 4, 3],
      attributes: { auto_pad: text(pad), ...window({ strides: [2, 2] }) },
    }),
  ),
  conv('ConvTranspose', 'output shape', {
    image: ['N', 1, 3, 4],
    kernels: [1, 2, 4, 3],
    attributes: window({ strides: [2, 2], output_shape: [7, 8] }),
  }),
];

const pool = (
  op: string,
  name: string,
  image: Shape,
  lists: Readonly<Record<string, readonly number[]>>,
  attributes: Attributes = {},
): Case => ({
  op,
  name,
  build: (c) => c.apply(op, [c.floats('x', image, { draw: 'apart' })], { ...window(lists), ...attributes }),
});

const pools = (op: string): Case[] => [
  pool(op, 'windows side by side', ['N', 2, 4, 6], { kernel_shape: [2, 3], strides: [2, 3] }),
  pool(op, 'side by side with a rest', ['N', 2, 5, 7], { kernel_shape: [2, 3], strides: [2, 3] }),
  pool(op, 'overlapping', ['N', 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2] }),
  pool(op, 'strides over gaps', ['N', 1, 6, 7], { kernel_shape: [2, 2], strides: [3, 3] }),
  pool(op, 'padded', ['N', 2, 4, 5], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 1, 1, 0] }),
  pool(op, 'rounded up', ['N', 2, 5, 6], { kernel_shape: [2, 3], strides: [2, 2] }, { ceil_mode: int(1) }),
  pool(
    op,
    'rounded up, padded',
    ['N', 1, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    { ceil_mode: int(1) },
  ),
  pool(op, 'a line', ['N', 2, 7], { kernel_shape: [3], strides: [2] }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((pad) =>
    pool(op, pad, ['N', 1, 5, 4], { kernel_shape: [2, 3], strides: [2, 2] }, { auto_pad: text(pad) }),
  ),
];

export const poolingCases: readonly Case[] = [
  ...['MaxPool', 'AveragePool', 'LpPool'].flatMap(pools),
  pool('MaxPool', 'dilated', ['N', 1, 6, 6], { kernel_shape: [2, 2], dilations: [2, 3] }),
  pool('LpPool', 'dilated', ['N', 1, 6, 6], { kernel_shape: [2, 2], dilations: [2, 3] }),
  pool('LpPool', 'p 3', ['N', 1, 4, 4], { kernel_shape: [2, 2], strides: [2, 2] }, { p: int(3) }),
  {
    ...pool('AveragePool', 'dilated', ['N', 1, 6, 6], { kernel_shape: [2, 2], dilations: [2, 3] }),
    opset: 19,
  },
  pool(
    'AveragePool',
    'padding counts',
    ['N', 1, 4, 5],
    { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
    { count_include_pad: int(1) },
  ),
  pool(
    'AveragePool',
    'padding counts, rounded up',
    ['N', 1, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    {
      count_include_pad: int(1),
      ceil_mode: int(1),
    },
  ),
  {
    op: 'MaxPool',
    name: 'with the positions',
    build: (c) =>
      c.apply(
        'MaxPool',
        [c.floats('x', ['N', 2, 5, 5], { draw: 'apart' })],
        window({ kernel_shape: [3, 3], strides: [2, 2] }),
        2,
      ),
  },
  ...['GlobalAveragePool', 'GlobalMaxPool'].flatMap((op): Case[] => [
    { op, name: 'images', build: (c) => c.apply(op, [c.floats('x', ['N', 2, 3, 4], { draw: 'apart' })]) },
    {
      op,
      name: 'images of unknown size',
      build: (c) => c.apply(op, [c.floats('x', ['N', 2, 'N', 'M'], { draw: 'apart' })]),
    },
    { op, name: 'a line', build: (c) => c.apply(op, [c.floats('x', ['N', 2, 3], { draw: 'apart' })]) },
  ]),
];
