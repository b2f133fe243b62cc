import { describe, expect, test } from 'vitest';
import {
  evaluateReference,
  float,
  gradient,
  gradientName,
  GraphBuilder,
  int,
  ints,
  referenceArray,
} from '#credence/graph/index';
import type { Attributes, Value } from '#credence/graph/index';
import { openSession } from '#credence/runtime/session';
import { tensor } from '#credence/tensor/index';
import { checkRuntime } from './harness.js';

/** d sum(op(x)) / dx at these numbers, by the reference and by ONNX Runtime, which must agree. */
async function slopes(
  x: readonly number[],
  apply: (x: Value) => Value | undefined,
  shape: readonly number[] = [x.length],
): Promise<number[]> {
  const b = new GraphBuilder('kink');
  const y = apply(b.input('x', 'float32', shape))!;
  const graph = gradient(b.build([y]), { of: y.name, withRespectTo: ['x'] });
  const feeds = { x: referenceArray('float32', shape, x) };
  await checkRuntime(graph, feeds);
  return [...evaluateReference(graph, feeds).get(gradientName('x'))!.data];
}

const on =
  (op: string, attributes: Attributes = {}) =>
  (x: Value) =>
    x.builder.apply(op, [x], attributes)[0];

describe('derivatives at kinks follow PyTorch', () => {
  test.each<[string, Attributes, number[], number[]]>([
    ['Relu', {}, [-1, 0, 1], [0, 0, 1]],
    ['LeakyRelu', { alpha: float(0.25) }, [-1, 0, 1], [0.25, 0.25, 1]],
    ['Elu', { alpha: float(0.5) }, [0, 1], [0.5, 1]],
    ['Celu', { alpha: float(0.5) }, [0, 1], [1, 1]],
    ['Selu', { alpha: float(0.5), gamma: float(2) }, [0, 1], [1, 2]],
    ['Abs', {}, [-1, 0, 1], [-1, 0, 1]],
    ['HardSwish', {}, [-4, -3, 3, 4], [0, -0.5, 1.5, 1]],
    ['ThresholdedRelu', {}, [1, 2], [0, 1]],
    ['HardSigmoid', { alpha: float(0.25), beta: float(0.5) }, [-2, 0, 2], [0, 0.25, 0]],
    ['Sign', {}, [-1, 0, 1], [0, 0, 0]],
    ['Floor', {}, [0.5, 1], [0, 0]],
  ])('%s %j', async (op, attributes, x, expected) => {
    expect(await slopes(x, on(op, attributes))).toEqual(expected);
  });

  test('Clip passes at its bounds', async () => {
    const clip = (x: Value): Value | undefined => {
      const bound = (value: number): Value =>
        x.builder.constant(tensor('float32', [], Float32Array.of(value)));
      return x.builder.apply('Clip', [x, bound(-1), bound(1)])[0];
    };
    expect(await slopes([-2, -1, 0, 1, 2], clip)).toEqual([0, 1, 1, 1, 0]);
  });

  test('a norm at 0 has the derivative 0', async () => {
    expect(
      await slopes([0, 0, 3, 4], (x) => x.builder.apply('ReduceL2', [x, axis(x, 1)])[0], [2, 2]),
    ).toEqual([0, 0, 0.6, 0.8].map((value) => expect.closeTo(value, 12) as number));
    expect(await slopes([0, 0], on('ReduceL1'))).toEqual([0, 0]);
  });

  test('a power at 0', async () => {
    const power = (exponent: number) => (x: Value) =>
      x.builder.apply('Pow', [x, x.builder.constant(tensor('float32', [], Float32Array.of(exponent)))])[0];
    expect(await slopes([0, 2], power(2))).toEqual([0, 4]);
    expect(await slopes([0, 2], power(1))).toEqual([1, 1]);
    expect(await slopes([0, 2], power(0))).toEqual([0, 0]);
    const varied = (x: Value): Value | undefined =>
      x.builder.apply('Pow', [
        x,
        x.builder.apply('Mul', [x, x.builder.constant(tensor('float32', [], Float32Array.of(0)))])[0],
      ])[0];
    expect((await slopes([2], varied)).every(Number.isFinite)).toBe(true);
  });
});

describe('ties share the derivative evenly', () => {
  test.each(['Max', 'Min'])('%s of three values', async (op) => {
    const b = new GraphBuilder('ties');
    const values = ['a', 'b', 'c'].map((name) => b.input(name, 'float32', [3]));
    const y = b.apply(op, values)[0]!;
    const graph = gradient(b.build([y]), { of: y.name, withRespectTo: ['a', 'b', 'c'] });
    const sign = op === 'Max' ? 1 : -1;
    const lists = { a: [1, 2, 1], b: [1, 2, 0], c: [1, 0, 0] };
    const feeds = Object.fromEntries(
      Object.entries(lists).map(([name, list]) => [
        name,
        referenceArray(
          'float32',
          [3],
          list.map((x) => sign * x),
        ),
      ]),
    );
    const evaluated = evaluateReference(graph, feeds);
    const by = (name: string): number[] => [...evaluated.get(gradientName(name))!.data];
    expect([by('a'), by('b'), by('c')]).toEqual([
      [1 / 3, 0.5, 1],
      [1 / 3, 0.5, 0],
      [1 / 3, 0, 0],
    ]);
  });

  test.each(['ReduceMax', 'ReduceMin'])('%s', async (op) => {
    const x = [2, 2, 1, 0, 0, 0].map((value) => (op === 'ReduceMax' ? value : -value));
    const derivative = await slopes(
      x,
      (value) => value.builder.apply(op, [value, axis(value, 1)])[0],
      [2, 3],
    );
    expect(derivative).toEqual([0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3]);
  });

  test('GlobalMaxPool', async () => {
    expect(await slopes([1, 1, 0, 1], on('GlobalMaxPool'), [1, 1, 2, 2])).toEqual([1 / 3, 1 / 3, 0, 1 / 3]);
  });

  test('MaxPool with windows side by side', async () => {
    const pool = on('MaxPool', { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
    const image = [0, 0, 1, 2, 0, 0, 2, 0];
    expect(await slopes(image, pool, [1, 1, 2, 4])).toEqual([0.25, 0.25, 0, 0.5, 0.25, 0.25, 0.5, 0]);
    // The last column belongs to no window.
    expect(await slopes([3, 3, 9, 3, 0, 9], pool, [1, 1, 2, 3])).toEqual([1 / 3, 1 / 3, 0, 1 / 3, 0, 0]);
  });
});

test('MaxPool with windows that overlap: the first of the largest', async () => {
  const pool = on('MaxPool', { kernel_shape: ints([2, 2]), strides: ints([1, 1]) });
  expect(await slopes([1, 1, 1, 1, 1, 1], pool, [1, 1, 2, 3])).toEqual([1, 1, 0, 0, 0, 0]);
});

test('TopK of equal values takes the first', async () => {
  const top = (x: Value): Value | undefined =>
    x.builder.apply(
      'TopK',
      [x, x.builder.constant(tensor('int64', [1], BigInt64Array.of(2n)))],
      {},
      { outputs: 2 },
    )[0];
  expect(await slopes([1, 2, 2, 2], top)).toEqual([0, 1, 1, 0]);
});

test('a value used several times gathers its derivatives', async () => {
  const sum = (x: Value): Value | undefined =>
    x.builder.apply('Sum', [x, x, x.builder.apply('Mul', [x, x])[0]])[0];
  expect(await slopes([3], sum)).toEqual([8]);
});

describe('an empty batch', () => {
  const empty = (
    op: string,
    shape: readonly number[],
    attributes: Attributes = {},
  ): [string, (x: Value) => Value | undefined, readonly number[]] => [op, on(op, attributes), shape];

  test.each([
    empty('Relu', [0, 3]),
    empty('Softmax', [0, 3]),
    empty('LogSoftmax', [0, 3]),
    empty('Flatten', [0, 3, 2]),
    empty('Transpose', [0, 3]),
    empty('ReduceSum', [0, 3]),
    empty('ReduceL1', [0, 3], { keepdims: int(0) }),
  ])('%s', async (_op, apply, shape) => {
    expect(await slopes([], apply, shape)).toEqual([]);
  });

  test('a dense layer: the weight has gradient 0', async () => {
    const b = new GraphBuilder('empty');
    const w = b.parameter('w', tensor('float32', [2, 3], new Float32Array(6).fill(1)));
    const y = b.apply('Gemm', [b.input('x', 'float32', ['N', 3]), w], { transB: int(1) })[0]!;
    const graph = gradient(b.build([y]), { of: y.name, withRespectTo: ['w', 'x'] });
    await using session = await openSession(graph);
    const { [gradientName('w')]: slope } = await session.run({
      x: tensor('float32', [0, 3], new Float32Array(0)),
    });
    expect([...slope!.data]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(
      evaluateReference(graph, { x: referenceArray('float32', [0, 3], []) }).get(gradientName('x'))!.shape,
    ).toEqual([0, 3]);
  });
});

function axis({ builder }: Value, i: number): Value {
  return builder.constant(tensor('int64', [1], BigInt64Array.of(BigInt(i))));
}
