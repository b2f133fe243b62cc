import { describe, expect, test } from 'vitest';
import { GraphError } from '#credence/errors/index';
import {
  add,
  batchNormalization,
  cast,
  concat,
  conv,
  equal,
  expand,
  flatten,
  gather,
  gemm,
  GraphBuilder,
  int,
  int64s,
  ints,
  matmul,
  maxPool,
  mul,
  reduceSum,
  reshape,
  shapeOf,
  slice,
  split,
  squeeze,
  text,
  transpose,
  unsqueeze,
  where,
} from '#credence/graph/index';
import type { Attributes, Shape, Value } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';

const floats = (b: GraphBuilder, shape: Shape, name = `x${shape.join('x')}`): Value =>
  b.input(name, 'float32', shape);

describe('what does not fit is an error where it is built, with the operation, the types and the place', () => {
  const apply =
    (op: string, attributes: Attributes, ...shapes: readonly Shape[]) =>
    (b: GraphBuilder) =>
      b.apply(
        op,
        shapes.map((shape, i) => floats(b, shape, `i${i}`)),
        attributes,
      );
  const window = { kernel_shape: ints([2, 2]) };

  test.each<[string, (b: GraphBuilder) => unknown, RegExp]>([
    [
      'sizes that do not broadcast',
      apply('Add', {}, ['N', 3], [4]),
      /Add\(float32 \(N, 3\), float32 \(4\)\).*broadcasting: expected sizes that are equal or 1.*node 'Add' of graph 'g'/,
    ],
    [
      'types that differ',
      (b) => add(floats(b, [2]), b.input('i', 'int64', [2])),
      /Add\(float32 \(2\), int64 \(2\)\).*expected element type float32/,
    ],
    [
      'a logarithm of integers',
      (b) => b.apply('Log', [b.input('i', 'int64', [2])]),
      /Log\(int64 \(2\)\).*expected floating-point numbers/,
    ],
    ['logic on numbers', apply('And', {}, [2], [2]), /And.*expected booleans/],
    [
      'a missing input',
      (b) => b.apply('Add', [floats(b, [2])]),
      /Add\(float32 \(2\)\).*input 1: expected a value, got nothing/,
    ],
    [
      'matrices that do not fit',
      apply('MatMul', {}, ['N', 3], [4, 2]),
      /matrix product: expected equal inner sizes, got \(N, 3\) x \(4, 2\)/,
    ],
    ['a product with a scalar', apply('MatMul', {}, [], [4]), /expected vectors or matrices/],
    ['Gemm of vectors', apply('Gemm', {}, [3], [3, 2]), /Gemm: expected two matrices/],
    ['Gemm with a large c', apply('Gemm', {}, [1, 3], [3, 2], [5, 2]), /Gemm: c: expected \(1, 2\)/],
    [
      'channels that do not fit',
      apply('Conv', {}, ['N', 3, 8, 8], [4, 2, 3, 3]),
      /channels: expected 2 x 1 groups, got 3/,
    ],
    [
      'kernels in uneven groups',
      apply('Conv', { group: int(2) }, ['N', 4, 8, 8], [3, 2, 3, 3]),
      /a multiple of 2 groups, got 3/,
    ],
    [
      'a bias of another length',
      apply('Conv', {}, ['N', 2, 8, 8], [4, 2, 3, 3], [3]),
      /bias: expected \(4\), got \(3\)/,
    ],
    [
      'a kernel_shape of another size',
      apply('Conv', window, ['N', 2, 8, 8], [4, 2, 3, 3]),
      /kernel_shape: expected \(3, 3\), got \(2, 2\)/,
    ],
    [
      'an image smaller than the kernel',
      apply('Conv', {}, ['N', 2, 2, 8], [4, 2, 3, 3]),
      /an image of at least 3 along axis 2/,
    ],
    ['ranks that differ', apply('Conv', {}, ['N', 2, 8], [4, 2, 3, 3]), /of one rank, at least 3/],
    [
      'strides of another rank',
      apply('MaxPool', { ...window, strides: ints([1]) }, ['N', 2, 8, 8]),
      /strides: expected 2 integers of at least 1/,
    ],
    [
      'a pool without kernel',
      apply('AveragePool', {}, ['N', 2, 8, 8]),
      /kernel_shape: expected a size for each spatial axis/,
    ],
    [
      'a transposed convolution',
      apply('ConvTranspose', {}, ['N', 3, 8, 8], [4, 2, 3, 3]),
      /ConvTranspose: channels: expected 4 in 1 groups, got 3/,
    ],
    [
      'elements that get lost',
      (b) => reshape(floats(b, [2, 3]), [4]),
      /Reshape: expected 6 elements as in \(2, 3\), got \(4\)/,
    ],
    ['elements that do not divide', (b) => reshape(floats(b, [2, 3]), [4, -1]), /sizes that divide \(2, 3\)/],
    [
      'a permutation that is none',
      (b) => transpose(floats(b, [2, 3]), [0, 0]),
      /a permutation of the axes of \(2, 3\), got \[0, 0\]/,
    ],
    ['squeezing what is not 1', (b) => squeeze(floats(b, [2, 3]), [1]), /Squeeze: axis 1: expected size 1/],
    [
      'an axis beyond the rank',
      (b) => reduceSum(floats(b, [2, 3]), [2]),
      /axis: expected an integer of \[-2, 2\), got 2/,
    ],
    ['an axis twice', (b) => unsqueeze(floats(b, [2]), [0, 0]), /Unsqueeze: axes: expected different ones/],
    [
      'a concatenation of other shapes',
      (b) => concat([floats(b, [2, 3]), floats(b, [2, 4])], 0),
      /Concat: expected \(2, 3\) but for axis 0, got \(2, 4\)/,
    ],
    [
      'pieces that do not add up',
      (b) => split(floats(b, [5]), [2, 2]),
      /Split: sizes: expected 2 that add up to 5, got \[2, 2\]/,
    ],
    [
      'a slice without end',
      (b) => b.apply('Slice', [floats(b, [5]), int64s(b, [1]), int64s(b, [])]),
      /an end for each start/,
    ],
    [
      'a range that does not move',
      (b) =>
        b.apply(
          'Range',
          [1, 2, 0].map((n) => b.constant(tensor('int64', [], BigInt64Array.of(BigInt(n))))),
        ),
      /Range: delta/,
    ],
    [
      'a condition of numbers',
      (b) => where(floats(b, [2]), floats(b, [2], 'a'), floats(b, [2], 'c')),
      /Where: condition: expected element type bool/,
    ],
    [
      'an unknown reduction',
      apply('ScatterElements', { reduction: text('sub') }, [2], [2], [2]),
      /reduction: expected none, add, mul, max, min, got 'sub'/,
    ],
    [
      'an unknown padding',
      (b) => b.apply('Pad', [floats(b, [2]), int64s(b, [1, 1])], { mode: text('mirror') }),
      /Pad: mode.*got 'mirror'/,
    ],
    [
      'pads of another rank',
      (b) => b.apply('Pad', [floats(b, [2, 2]), int64s(b, [1, 1])]),
      /Pad: pads: expected 4, before and after each axis, got 2/,
    ],
    [
      'repeats of another rank',
      (b) => b.apply('Tile', [floats(b, [2, 2]), int64s(b, [2])]),
      /Tile: repeats: expected one for each axis/,
    ],
    [
      'scales of another rank',
      (b) =>
        b.apply('Resize', [
          floats(b, [2, 2]),
          undefined,
          b.constant(tensor('float32', [1], Float32Array.of(2))),
        ]),
      /scales or sizes of 2 axes/,
    ],
    [
      'more than there is',
      (b) => b.apply('TopK', [floats(b, [2]), int64s(b, [3])], {}, { outputs: 2 }),
      /TopK: k: expected at most 2, got 3/,
    ],
    [
      'letters that do not fit',
      apply('Einsum', { equation: text('ij,jk->ik') }, [2, 3], [4, 2]),
      /Einsum: axis 'j': expected size 3, got 4/,
    ],
    [
      'a letter too many',
      apply('Einsum', { equation: text('ijk->i') }, [2, 3]),
      /a letter for each axis of each input/,
    ],
    [
      'statistics of another length',
      (b) =>
        batchNormalization(
          floats(b, ['N', 3]),
          ...([3, 3, 3, 4].map((n, i) => floats(b, [n], `s${i}`)) as [Value, Value, Value, Value]),
        ),
      /a number for each channel of \(N, 3\), got \(4\)/,
    ],
    [
      'batch normalisation that trains',
      (b) =>
        b.apply(
          'BatchNormalization',
          [floats(b, ['N', 3]), ...[0, 1, 2, 3].map((i) => floats(b, [3], `s${i}`))],
          { training_mode: int(1) },
        ),
      /expected evaluation mode/,
    ],
    [
      'groups that do not divide',
      apply('GroupNormalization', { num_groups: int(2) }, ['N', 3, 4], [2], [2]),
      /channels in 2 groups/,
    ],
    [
      'blocks that do not divide',
      apply('SpaceToDepth', { blocksize: int(2) }, ['N', 1, 3, 4]),
      /a size divisible by 2/,
    ],
    ['a negative size', (b) => floats(b, [-1]), /axes of sizes of at least 0/],
    [
      'an operation that nobody knows',
      (b) => b.apply('Frobnicate', [floats(b, [2])]),
      /Frobnicate: expected an operation whose types are known/,
    ],
  ])('%s', (_name, build, message) => {
    const b = new GraphBuilder('g');
    expect(() => build(b)).toThrow(message);
    if (!message.source.includes('axes of sizes'))
      expect(() => build(new GraphBuilder('g'))).toThrow(GraphError);
  });

  test('the place is the scope', () => {
    const b = new GraphBuilder('net');
    const x = floats(b, ['N', 3]);
    expect(() => b.scope('encoder', () => b.scope('fc1', () => matmul(x, floats(b, [4, 2]))))).toThrow(
      /node 'encoder\/fc1\/MatMul' of graph 'net'/,
    );
  });
});

describe('shapes that a graph computes', () => {
  const b = new GraphBuilder('shapes');
  const x = b.input('x', 'float32', ['N', 3, 8, 'W']);
  const sizes = shapeOf(x);
  const pick = (i: number): Value => gather(sizes, int64s(b, [i]));
  const scalar = (i: number): Value =>
    gather(sizes, b.constant(tensor('int64', [], BigInt64Array.of(BigInt(i)))));

  test('are followed through Shape, Gather, Slice, Concat and arithmetic', () => {
    expect(sizes.content).toEqual(['N', 3, 8, 'W']);
    expect(reshape(x, concat([pick(0), int64s(b, [-1])], 0)).shape[0]).toBe('N');
    expect(reshape(x, concat([pick(0), mul(pick(1), pick(2)), pick(3)], 0)).shape).toEqual(['N', 24, 'W']);
    expect(reshape(x, concat([slice(sizes, [0], [2], [0]), int64s(b, [2, 4]), pick(-1)], 0)).shape).toEqual([
      'N',
      3,
      2,
      4,
      'W',
    ]);
    expect(unsqueeze(scalar(0), [0]).content).toEqual(['N']);
    expect(cast(cast(sizes, 'int32'), 'int64').content).toEqual(['N', 3, 8, 'W']);
    expect(add(pick(1), int64s(b, [0])).content).toEqual([3]);
    expect(mul(pick(0), int64s(b, [1])).content).toEqual(['N']);
    const [first, , third] = split(sizes, [1, 2, 1]);
    expect(third!.shape).toEqual([1]);
    expect(reshape(x, concat([first!, int64s(b, [-1])], 0)).shape.length).toBe(2);
  });

  test('are not taken for known where they are not', () => {
    const doubled = mul(sizes, int64s(b, [2]));
    const [n, channels, ...rest] = doubled.content!;
    expect([channels, rest[0]]).toEqual([6, 16]);
    expect([n, rest[1]].map((dim) => `${dim}`.startsWith('?'))).toEqual([true, true]);
    expect(n).not.toBe(rest[1]);
    expect(b.apply('Sub', [sizes, int64s(b, [1])])[0]!.content).toBeUndefined();
    expect(b.apply('Neg', [int64s(b, [2, 3])])[0]!.content).toEqual([-2, -3]);
    expect(reduceSum(sizes).content).toBeUndefined();
  });

  test("'the size asked for, or the present one for -1', as exporters write Expand", () => {
    const wanted = int64s(b, [-1, 3, 8, -1]);
    const ones = b.apply('ConstantOfShape', [int64s(b, [4])], {
      value: { type: 'tensor', value: tensor('int64', [1], BigInt64Array.of(1n)) },
    })[0]!;
    const target = where(equal(wanted, mul(ones, int64s(b, [-1]))), ones, wanted);
    expect(target.content).toEqual([1, 3, 8, 1]);
    expect(expand(x, target).shape).toEqual(['N', 3, 8, 'W']);
    const present = where(equal(sizes, int64s(b, [-1])), ones, sizes);
    expect(present.content).toEqual(['N', 3, 8, 'W']);
  });

  test('names survive what keeps their sizes', () => {
    expect(flatten(x, 3).shape[1]).toBe('W');
    expect(transpose(x, [3, 0, 1, 2]).shape).toEqual(['W', 'N', 3, 8]);
    expect(maxPool(x, [3, 3], { strides: [1, 1], pads: [1, 1, 1, 1] }).shape).toEqual(['N', 3, 8, 'W']);
    expect(conv(x, b.parameter('w', tensor('float32', [4, 3, 1, 1], new Float32Array(12)))).shape).toEqual([
      'N',
      4,
      8,
      'W',
    ]);
    expect(slice(x, [0], [2 ** 31 - 1], [3]).shape).toEqual(['N', 3, 8, 'W']);
    expect(slice(x, [1], [3], [3]).shape[3]).toMatch(/^\?/);
  });

  test('unknown sizes of two graphs are not the same', () => {
    const part = (name: string): Value => {
      const own = new GraphBuilder(name);
      const graph = own.build([slice(own.input(name, 'float32', ['N']), [1], [3], [0])]);
      const names = b.append(graph);
      return b.value(names.get(graph.outputs[0]!)!);
    };
    expect(part('p').shape[0]).not.toBe(part('q').shape[0]);
  });

  test('what has no shape before it runs has no type', () => {
    const axes = b.input('axes', 'int64', ['K']);
    for (const build of [
      () => b.apply('Squeeze', [x, axes]),
      () => b.apply('Unsqueeze', [x, axes]),
      () => b.apply('Reshape', [x, axes]),
      () => b.apply('ReduceSum', [x, axes], { keepdims: int(0) }),
    ]) {
      expect(build).toThrow(/an operation whose types are known/);
    }
    expect(b.apply('ReduceSum', [x, axes])[0]!.shape.length).toBe(4);
    expect(gemm(floats(b, ['N', 2]), floats(b, [2, 3])).shape).toEqual(['N', 3]);
  });
});
