import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { decodeOnnx, encodeOnnx, float, int, ints, text } from '#credence/graph/index';
import type { Attribute, Attributes, Graph, TensorType } from '#credence/graph/index';
import { key, uniform } from '#credence/random/index';
import { openSession } from '#credence/runtime/session';
import { elementCount, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { compare, concrete, expectShape, SIZES } from './harness.js';
import { toReference } from '#credence/graph/index';

interface Old {
  readonly op: string;
  readonly name?: string;
  readonly opset: number;
  readonly shape?: readonly (number | string)[];
  readonly attributes?: Attributes;
  /** Constants behind the first input. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly outputs?: readonly TensorType[];
  readonly domain?: string;
}

const floats = (...values: readonly number[]): Attribute => ({ type: 'floats', value: values });
const f32 = (...values: readonly number[]): Tensor =>
  tensor('float32', [values.length], Float32Array.from(values));

/** A graph of one node, as an exporter of that time wrote it. */
function old({ op, opset, shape = ['N', 3, 4], attributes = {}, constants = [], outputs }: Old): Graph {
  const types = outputs ?? [{ dtype: 'float32', shape: [] }];
  const names = types.map((_, i) => `y${i}`);
  const named = constants.map((value, i) => [value === undefined ? '' : `c${i}`, value] as const);
  return {
    name: 'old',
    opset,
    domains: {},
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: names,
    nodes: [
      { op, domain: '', name: op, inputs: ['x', ...named.map(([name]) => name)], outputs: names, attributes },
    ],
    constants: new Map(
      named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ),
    parameters: [],
    types: new Map(outputs?.map((type, i) => [names[i]!, type] as const) ?? []),
    metadata: {},
  };
}

const anyRank = (rank: number): TensorType => ({
  dtype: 'float32',
  shape: Array.from({ length: rank }, (_, i) => `?${i}`),
});
const indices = (rank: number): TensorType => ({ ...anyRank(rank), dtype: 'int64' });

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare Sum'
  .split(' ')
  .map((name) => `Reduce${name}`);

const olds: readonly Old[] = [
  ...reductions.flatMap((op): Old[] => [
    {
      op,
      name: 'axes',
      opset: op === 'ReduceSum' ? 11 : 13,
      attributes: { axes: ints([1, -1]), keepdims: int(0) },
      outputs: [anyRank(1)],
    },
    { op, name: 'all axes', opset: op === 'ReduceSum' ? 11 : 17, outputs: [anyRank(3)] },
  ]),
  {
    op: 'Squeeze',
    opset: 9,
    shape: ['N', 1, 3, 1],
    attributes: { axes: ints([1, 3]) },
    outputs: [anyRank(2)],
  },
  { op: 'Squeeze', name: 'all', opset: 11, shape: ['N', 1, 3, 1], outputs: [anyRank(2)] },
  { op: 'Unsqueeze', opset: 9, attributes: { axes: ints([0, 2]) }, outputs: [anyRank(5)] },
  {
    op: 'Unsqueeze',
    name: 'from the end',
    opset: 12,
    attributes: { axes: ints([-1]) },
    outputs: [anyRank(4)],
  },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): Old[] => [
    { op, name: 'flattened from axis 1', opset: 9, outputs: [anyRank(3)] },
    { op, name: 'flattened whole', opset: 11, attributes: { axis: int(0) }, outputs: [anyRank(3)] },
    { op, name: 'last axis', opset: 12, attributes: { axis: int(-1) }, outputs: [anyRank(3)] },
    { op, name: 'negative axis', opset: 12, attributes: { axis: int(-2) }, outputs: [anyRank(3)] },
    { op, name: 'of a matrix', opset: 9, shape: ['N', 5], outputs: [anyRank(2)] },
  ]),
  { op: 'Clip', opset: 9, attributes: { min: float(-0.5), max: float(0.5) }, outputs: [anyRank(3)] },
  { op: 'Clip', name: 'one bound', opset: 10, attributes: { max: float(0.25) }, outputs: [anyRank(3)] },
  { op: 'Clip', name: 'without bounds', opset: 9, outputs: [anyRank(3)] },
  { op: 'Dropout', opset: 9, attributes: { ratio: float(0.3) }, outputs: [anyRank(3)] },
  { op: 'Dropout', name: 'with its mask unread', opset: 11, outputs: [anyRank(3)] },
  ...['constant', 'reflect', 'edge'].map((mode): Old => ({
    op: 'Pad',
    name: mode,
    opset: 9,
    attributes: { pads: ints([0, 1, 2, 0, 0, 1]), mode: text(mode) },
    outputs: [anyRank(3)],
  })),
  {
    op: 'Pad',
    name: 'a value',
    opset: 10,
    attributes: { pads: ints([0, 1, 2, 0, 0, 1]), value: float(1.5) },
    outputs: [anyRank(3)],
  },
  {
    op: 'Slice',
    opset: 9,
    attributes: { starts: ints([1, -3]), ends: ints([3, 2 ** 31 - 1]), axes: ints([1, 2]) },
    outputs: [anyRank(3)],
  },
  {
    op: 'Slice',
    name: 'first axes',
    opset: 9,
    attributes: { starts: ints([0, 1]), ends: ints([2, 3]) },
    outputs: [anyRank(3)],
  },
  {
    op: 'Split',
    name: 'sizes',
    opset: 11,
    attributes: { axis: int(2), split: ints([1, 3]) },
    outputs: [anyRank(3), anyRank(3)],
  },
  { op: 'Split', name: 'even', opset: 9, attributes: { axis: int(2) }, outputs: [anyRank(3), anyRank(3)] },
  {
    op: 'Split',
    name: 'even, opset 13',
    opset: 13,
    attributes: { axis: int(2) },
    outputs: [anyRank(3), anyRank(3)],
  },
  { op: 'TopK', opset: 9, attributes: { k: int(2), axis: int(1) }, outputs: [anyRank(3), indices(3)] },
  {
    op: 'TopK',
    name: 'an input',
    opset: 10,
    constants: [tensor('int64', [1], BigInt64Array.of(2n))],
    outputs: [anyRank(3), indices(3)],
  },
  {
    op: 'BatchNormalization',
    opset: 9,
    attributes: { momentum: float(0.9), epsilon: float(0.01) },
    constants: [f32(1, 2, 3), f32(0, 0.5, 1), f32(0.1, 0.2, 0.3), f32(1, 2, 0.5)],
    outputs: [anyRank(3)],
  },
  {
    op: 'BatchNormalization',
    name: 'spatial',
    opset: 8,
    attributes: { spatial: int(1) },
    constants: [f32(1, 2, 3), f32(0, 0.5, 1), f32(0.1, 0.2, 0.3), f32(1, 2, 0.5)],
    outputs: [anyRank(3)],
  },
  ...['nearest', 'linear'].flatMap((mode): Old[] => [
    {
      op: 'Upsample',
      name: `${mode}, attribute`,
      opset: 8,
      shape: ['N', 2, 3, 4],
      attributes: { mode: text(mode), scales: floats(1, 1, 2, 1.5) },
      outputs: [anyRank(4)],
    },
    {
      op: 'Upsample',
      name: mode,
      opset: 9,
      shape: ['N', 2, 3, 4],
      attributes: { mode: text(mode) },
      constants: [f32(1, 1, 2, 3)],
      outputs: [anyRank(4)],
    },
    {
      op: 'Resize',
      name: `${mode} up`,
      opset: 10,
      shape: ['N', 2, 3, 4],
      attributes: { mode: text(mode) },
      constants: [f32(1, 1, 1.5, 2)],
      outputs: [anyRank(4)],
    },
    {
      op: 'Resize',
      name: `${mode} down`,
      opset: 10,
      shape: ['N', 2, 6, 7],
      attributes: { mode: text(mode) },
      constants: [f32(1, 1, 0.5, 0.6)],
      outputs: [anyRank(4)],
    },
    {
      op: 'Resize',
      name: `${mode}, empty region`,
      opset: 11,
      shape: ['N', 2, 3, 4],
      attributes: { mode: text(mode) },
      constants: [f32(), f32(1, 1, 2, 2)],
      outputs: [anyRank(4)],
    },
    {
      op: 'Resize',
      name: `${mode}, sizes`,
      opset: 11,
      shape: [2, 2, 3, 4],
      attributes: { mode: text(mode), coordinate_transformation_mode: text('align_corners') },
      constants: [f32(), f32(), tensor('int64', [4], BigInt64Array.of(2n, 2n, 5n, 7n))],
      outputs: [anyRank(4)],
    },
  ]),
  {
    op: 'Scatter',
    opset: 9,
    shape: [3, 2],
    attributes: { axis: int(0) },
    constants: [
      tensor('int64', [2, 2], BigInt64Array.of(0n, 1n, 2n, 0n)),
      tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4)),
    ],
    outputs: [anyRank(2)],
  },
  {
    op: 'Gemm',
    name: 'unchanged',
    opset: 9,
    shape: ['N', 2],
    constants: [tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4)), f32(1, 2)],
    outputs: [anyRank(2)],
  },
  { op: 'Cast', name: 'unchanged', opset: 9, attributes: { to: int(7) }, outputs: [indices(3)] },
  {
    op: 'MaxPool',
    name: 'unchanged',
    opset: 8,
    shape: ['N', 2, 4, 4],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    outputs: [anyRank(4)],
  },
];

describe('models of older opsets give the same in the forms of opset 18', () => {
  test.each(olds.map((use) => [`${use.op} ${use.opset}: ${use.name ?? 'attributes'}`, use] as const))(
    '%s',
    async (_name, use) => {
      const before = old(use);
      const after = decodeOnnx(encodeOnnx(before));
      expect(after.opset).toBe(18);
      const shape = concrete(before.inputs[0]!.shape);
      const draws = uniform(key(7), elementCount(shape)).map((u) => 4 * u - 2);
      const positive = ['ReduceLogSum', 'ReduceProd'].includes(use.op);
      const x = tensor(
        'float32',
        shape,
        Float32Array.from(draws, (draw) => (positive ? Math.abs(draw) + 0.1 : draw)),
      );
      await using first = await openSession(before);
      await using second = await openSession(after);
      const [expected, got] = [await first.run({ x }), await second.run({ x })];
      for (const name of before.outputs) {
        expect(got[name]!.shape).toEqual(expected[name]!.shape);
        // The same kernels: only the order of a sum may differ, of at most 12 numbers under 2 (or their squares).
        compare(got[name]!, toReference(expected[name]!), 2 ** -23 * 12 * 8, name);
        expectShape(expected[name]!.shape, after.types.get(name)!.shape, name);
        expect(after.types.get(name)!.dtype).toBe(expected[name]!.dtype);
      }
    },
  );
});

test('values keep their names, and new ones do not meet them', () => {
  const graph = old({
    op: 'Squeeze',
    opset: 9,
    shape: ['N', 1],
    attributes: { axes: ints([1]) },
    outputs: [anyRank(1)],
  });
  const node = { ...graph.nodes[0]!, name: 'Squeeze' };
  const clash = {
    op: 'Relu',
    domain: '',
    name: 'relu',
    inputs: ['y0'],
    outputs: ['y0/axes'],
    attributes: {},
  };
  const after = decodeOnnx(encodeOnnx({ ...graph, nodes: [node, clash], outputs: ['y0/axes'] }));
  expect(after.outputs).toEqual(['y0/axes']);
  expect(after.nodes.map(({ outputs }) => outputs[0])).toEqual(['y0', 'y0/axes']);
  expect([...after.constants.keys()]).toEqual(['y0/axes:1']);
});

test('Clip and Pad behind an operation that is not known', () => {
  const custom = {
    op: 'Custom',
    domain: 'org.example',
    name: 'custom',
    inputs: ['x'],
    outputs: ['z'],
    attributes: {},
  };
  for (const use of [
    { op: 'Clip', opset: 9, attributes: { min: float(0) } },
    { op: 'Pad', opset: 9, attributes: { pads: ints([0, 1]), value: float(2) } },
    { op: 'Softmax', opset: 9 },
  ]) {
    const graph = old({ ...use, shape: ['N'] });
    const node = { ...graph.nodes[0]!, inputs: ['z'] };
    const after = decodeOnnx(encodeOnnx({ ...graph, domains: { 'org.example': 1 }, nodes: [custom, node] }));
    expect(after.nodes.map(({ op }) => op)).toContain(use.op);
    expect(after.types.has('y0')).toBe(false);
  }
});

test('what opset 18 has no form for is refused', () => {
  const normalization: Old = {
    op: 'BatchNormalization',
    opset: 9,
    constants: [f32(1, 2, 3), f32(0, 0.5, 1), f32(0.1, 0.2, 0.3), f32(1, 2, 0.5)],
    outputs: [anyRank(3), anyRank(1)],
  };
  const refused: readonly [Old, RegExp][] = [
    [{ op: 'Relu', opset: 6, outputs: [anyRank(3)] }, /opset: expected at least 7, got 6/],
    [normalization, /BatchNormalization 'BatchNormalization'.*training mode/],
    [{ ...normalization, opset: 8, attributes: { spatial: int(0) }, outputs: [anyRank(3)] }, /spatial 0/],
    [
      { op: 'Resize', opset: 10, shape: ['N', 4, 4], constants: [f32(1, 2, 0.5)], outputs: [anyRank(3)] },
      /all to shrink/,
    ],
  ];
  for (const [use, message] of refused) {
    expect(() => decodeOnnx(encodeOnnx(old(use)))).toThrow(FormatError);
    expect(() => decodeOnnx(encodeOnnx(old(use)))).toThrow(message);
  }
});

test('newer opsets stay as they are', async () => {
  const graph = old({ op: 'Gelu', opset: 20, outputs: [anyRank(3)] });
  const after = decodeOnnx(encodeOnnx(graph));
  expect(after.opset).toBe(20);
  await using session = await openSession(after);
  const x = tensor('float32', [SIZES['N']!, 3, 4], new Float32Array(36).fill(1));
  expect((await session.run({ x }))['y0']!.data[0]).toBeCloseTo(0.8413447, 6);
});
