import { describe, expect, test } from 'vitest';
import { ConfigurationError, GraphError, ShapeError } from '#credence/errors/index';
import {
  activateDropout,
  add,
  cutAtRandom,
  decodeOnnx,
  dropout,
  dropoutLayers,
  encodeOnnx,
  evaluateReference,
  extract,
  flatLayout,
  foldConstants,
  gradient,
  gradientName,
  GraphBuilder,
  ints,
  merge,
  packParameters,
  prune,
  referenceArray,
  relu,
  split,
  toReference,
  unpackParameters,
} from '#credence/graph/index';
import type { Graph, Value } from '#credence/graph/index';
import { openSession } from '#credence/runtime/session';
import { tensor, zeros } from '#credence/tensor/index';

const int = (value: number) => ({ type: 'int', value }) as const;

describe('what a node leaves out connects it to no other', () => {
  /** TopK of x whose values nobody asks for. */
  function indicesOnly(graph: Graph): Graph {
    const nodes = graph.nodes.map((node) =>
      node.op === 'TopK' ? { ...node, outputs: ['', node.outputs[1]!] } : node,
    );
    return { ...graph, nodes };
  }

  test('a node that no output needs goes', () => {
    const b = new GraphBuilder('dead');
    const x = b.input('x', 'float32', ['N', 4]);
    const k = b.constant(tensor('int64', [1], BigInt64Array.of(1n)));
    b.apply('TopK', [x, k], {}, { outputs: 2 });
    const high = b.constant(tensor('float32', [], Float32Array.of(1)));
    const graph = b.build({ y: b.apply('Clip', [x, undefined, high])[0]! });
    expect(prune(indicesOnly(graph)).nodes.map(({ op }) => op)).toEqual(['Clip', 'Identity']);
  });

  test('what is deterministic stays in the trunk', () => {
    const b = new GraphBuilder('cut');
    const x = b.input('x', 'float32', ['N', 4]);
    const k = b.constant(tensor('int64', [1], BigInt64Array.of(1n)));
    const dropped = dropout(x, 0.5, 'drop');
    const picks = b.apply('TopK', [dropped, k], {}, { outputs: 2 })[1]!;
    const high = b.constant(tensor('float32', [], Float32Array.of(1)));
    const clipped = relu(b.apply('Clip', [x, undefined, high])[0]!);
    const second = b.apply('Cast', [picks], { to: int(1) })[0]!;
    const { trunk, head } = cutAtRandom(indicesOnly(activateDropout(b.build({ y: add(clipped, second) }))));
    expect(trunk.nodes.map(({ op }) => op)).toEqual(['Clip', 'Relu']);
    expect(head.nodes.map(({ op }) => op)).not.toContain('Clip');
  });
});

describe('constants of more elements than a call takes arguments', () => {
  const count = 300_000;
  // The largest is 299,999 and the sum of squares 3.
  const long = (b: GraphBuilder): Value => {
    const data = new Float32Array(count);
    data.set([1, -1], 7);
    data[count - 1] = 1;
    return b.constant(tensor('float32', [1, 1, count], data));
  };
  const keep = { keepdims: int(0) };

  test.each<[string, (b: GraphBuilder, x: Value) => Value, number]>([
    ['ReduceMax', (b, x) => b.apply('ReduceMax', [x], keep)[0]!, 1],
    ['ReduceMin', (b, x) => b.apply('ReduceMin', [x], keep)[0]!, -1],
    ['ReduceL2', (b, x) => b.apply('ReduceL2', [x], keep)[0]!, Math.fround(Math.sqrt(3))],
    [
      'ReduceLogSumExp',
      (b, x) => b.apply('ReduceLogSumExp', [x], keep)[0]!,
      Math.fround(Math.log(count - 3 + 2 * Math.E + 1 / Math.E)),
    ],
    ['ArgMax', (b, x) => b.apply('ArgMax', [x], { axis: int(2), keepdims: int(0) })[0]!, 7],
    ['GlobalMaxPool', (b, x) => b.apply('GlobalMaxPool', [x])[0]!, 1],
  ])('%s is folded', (_op, reduce, expected) => {
    const b = new GraphBuilder('long');
    const y = reduce(b, long(b));
    const folded = foldConstants(b.build([b.apply('Identity', [y])[0]!]));
    expect(folded.nodes.map(({ op }) => op)).toEqual(['Identity']);
    expect(Number(folded.constants.get(folded.nodes[0]!.inputs[0]!)!.data[0])).toBe(expected);
  });
});

describe('a dropout rate that is computed', () => {
  function layer(rate: (b: GraphBuilder) => Value): Graph {
    const b = new GraphBuilder('computed');
    const x = b.input('x', 'float32', ['N', 2]);
    return b.build([b.apply('Dropout', [x, rate(b)], {}, { name: 'drop' })[0]!]);
  }
  const quarter = (b: GraphBuilder): Value => b.constant(tensor('float32', [], Float32Array.of(0.25)));

  test('is that of the constants it is computed of', () => {
    const graph = layer((b) => b.apply('Identity', [quarter(b)])[0]!);
    expect(dropoutLayers(graph)).toEqual([{ name: 'drop', rate: 0.25 }]);
  });

  test('is refused where it is fed: it is not the default', () => {
    const graph = layer((b) => b.input('rate', 'float32', []));
    expect(() => activateDropout(graph)).toThrow(ConfigurationError);
    expect(() => activateDropout(graph)).toThrow(/rate: expected a constant, got value 'rate'/);
  });
});

describe('the flat vector of parameters', () => {
  const b = new GraphBuilder('matrix');
  b.parameter('w', zeros('float32', [2, 3]));
  const layout = flatLayout(b.build([]));

  test('takes no parameter of another shape, though it has as many elements', () => {
    const transposed = new Map([['w', zeros('float32', [3, 2])]]);
    expect(() => packParameters(layout, transposed)).toThrow(ShapeError);
    expect(() => packParameters(layout, transposed)).toThrow(
      /parameter 'w': expected float32 \(2, 3\), got float32 \(3, 2\)/,
    );
    expect(() => packParameters(layout, new Map())).toThrow(/got nothing/);
  });

  test.each([5, 7])('of %d elements is no vector of 6', (length) => {
    expect(() => unpackParameters(layout, new Float32Array(length))).toThrow(ShapeError);
  });
});

test.each([1, 2])('the derivative of a vector of zeros over its %d-norm is 0', async (p) => {
  const b = new GraphBuilder('normalised');
  const x = b.input('x', 'float32', ['N', 3]);
  const y = b.apply('LpNormalization', [x], { p: int(p) }, { name: 'y' })[0]!;
  const graph = gradient(b.build([y]), { of: 'y', withRespectTo: ['x'] });
  const rows = [0, 0, 0, 3, 0, 4];
  const reference = evaluateReference(graph, { x: referenceArray('float32', [2, 3], rows) });
  await using session = await openSession(graph);
  const values = await session.run({ x: tensor('float32', [2, 3], Float32Array.from(rows)) });
  expect([...values['y']!.data].slice(0, 3)).toEqual([0, 0, 0]);
  for (const slope of [reference.get(gradientName('x'))!.data, values[gradientName('x')]!.data]) {
    expect([...slope].slice(0, 3)).toEqual([0, 0, 0]);
    expect([...slope].every(Number.isFinite)).toBe(true);
  }
});

test('a part that starts at one output of a node computes the others that it needs', async () => {
  const b = new GraphBuilder('halves');
  const x = b.input('x', 'float32', ['N', 4]);
  const [left, right] = split(x, [2, 2], 1);
  const graph = b.build({ y: add(left!, relu(right!)) });
  const part = extract(graph, [left!.name], ['y']);
  expect(part.inputs.map(({ name }) => name).toSorted()).toEqual([left!.name, 'x'].toSorted());
  await using session = await openSession(part);
  const { y } = await session.run({
    x: tensor('float32', [1, 4], Float32Array.of(1, 2, -3, 4)),
    [left!.name]: tensor('float32', [1, 2], Float32Array.of(10, 20)),
  });
  expect([...y!.data]).toEqual([10, 24]);
});

test('the order in which MaxPool would count positions does not change its derivative', async () => {
  const slopes = [0, 1].map(async (order) => {
    const b = new GraphBuilder('pool');
    const x = b.input('x', 'float32', [1, 1, 3, 4]);
    const window = { kernel_shape: ints([2, 2]), strides: ints([1, 1]), storage_order: int(order) };
    const y = b.apply('MaxPool', [x], window, { name: 'y' })[0]!;
    await using session = await openSession(gradient(b.build([y]), { of: 'y', withRespectTo: ['x'] }));
    const image = Float32Array.of(1, 9, 2, 3, 4, 5, 6, 7, 0, 8, 1, 2);
    const values = await session.run({ x: tensor('float32', [1, 1, 3, 4], image) });
    return [...values[gradientName('x')]!.data];
  });
  const expected = [0, 2, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0];
  expect(await Promise.all(slopes)).toEqual([expected, expected]);
});

test('a batch normalisation of half floats may have parameters of float32, as ONNX Runtime runs it', async () => {
  const vectors = ['scale', 'shift', 'mean', 'variance'];
  const inputs = ['x', ...vectors];
  const node = { op: 'BatchNormalization', domain: '', name: 'bn', inputs, outputs: ['y'], attributes: {} };
  const file = encodeOnnx({
    ...new GraphBuilder('mixed').build([]),
    inputs: [{ name: 'x', dtype: 'float16', shape: ['N', 2] }],
    outputs: ['y'],
    nodes: [node],
    constants: new Map(vectors.map((name) => [name, tensor('float32', [2], Float32Array.of(1, 4))])),
  });
  const graph = gradient(decodeOnnx(file), { of: 'y', withRespectTo: ['x', 'scale', 'mean'] });
  expect(graph.types.get('y')?.dtype).toBe('float16');
  await using session = await openSession(graph);
  // 3 and 8, as half floats.
  const values = await session.run({ x: tensor('float16', [1, 2], Uint16Array.of(0x4200, 0x4800)) });
  const numbers = (name: string): number[] => [...toReference(values[name]!).data];
  // (x - mean) / sqrt(variance) is 2 and 2, but for epsilon (1e-5 of the variance at most) and the 11 bits of a half.
  const close = (got: number[], expected: number[]): void =>
    got.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2 ** -10 * 12));
  close(numbers('y'), [3, 12]);
  close(numbers(gradientName('x')), [1, 2]);
  close(numbers(gradientName('scale')), [2, 2]);
  close(numbers(gradientName('mean')), [-1, -2]);
  expect(graph.types.get(gradientName('scale'))?.dtype).toBe('float32');
});

test("sizes that a file calls '?' are unknown, and not the same", () => {
  const b = new GraphBuilder('sizes');
  const x = b.input('x', 'float32', ['QQ', 3, 'QQ']);
  const text = Buffer.from(encodeOnnx(b.build({ y: relu(x) }))).toString('latin1');
  const [n, , width] = decodeOnnx(Buffer.from(text.replaceAll('QQ', '??'), 'latin1')).inputs[0]!.shape;
  expect([typeof n, typeof width]).toEqual(['string', 'string']);
  expect(n).not.toBe(width);
});

test('noise of two laws under one name is not merged', () => {
  const noisy = (probability: number): Graph => {
    const b = new GraphBuilder('noisy');
    return b.build({ y: relu(b.input('noise', 'uint8', ['N', 2], { kind: 'bernoulli', probability })) });
  };
  const other = (probability: number): Graph => {
    const graph = noisy(probability);
    return { ...graph, outputs: [graph.nodes[0]!.outputs[0]!] };
  };
  expect(() => merge(noisy(0.5), other(0.25))).toThrow(GraphError);
  expect(() => merge(noisy(0.5), other(0.25))).toThrow(/input 'noise': expected one law, got two/);
  expect(merge(noisy(0.5), other(0.5)).inputs).toHaveLength(1);
});
