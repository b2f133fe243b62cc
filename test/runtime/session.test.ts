import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, RuntimeError, ShapeError } from '#credence/errors/index';
import { add, gather, GraphBuilder, named, reduceMean, reduceSum, softmax } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/index';
import type { Feeds, Provider } from '#credence/runtime/index';
import { sliceRows, tensor, zeros } from '#credence/tensor/index';
import type { DType, Tensor } from '#credence/tensor/index';
import { affine, draws, UNIT_ROUNDOFF } from './graphs.js';

describe('a session', () => {
  test('computes the outputs of its graph', async () => {
    const graph = affine(7);
    await using session = await openSession(graph);
    const x = draws(2, 5, 7);
    const { y, total } = await session.run({ x });
    const weight = graph.constants.get('weight')!.data as Float32Array;
    expect(y!.shape).toEqual([5, 3]);
    expect(total!.shape).toEqual([5]);
    for (let i = 0; i < 5; i++) {
      const row = x.data.subarray(7 * i, 7 * i + 7);
      for (let j = 0; j < 3; j++) {
        const terms = Array.from(row, (value, k) => value * weight[3 * k + j]!);
        // Higham, 2002, section 3.1: n u sum |x_k w_k| / (1 - n u), whatever the order.
        const bound = 7.001 * UNIT_ROUNDOFF * terms.reduce((sum, term) => sum + Math.abs(term), 0);
        const exact = terms.reduce((sum, term) => sum + term, 0);
        expect(Math.abs((y!.data[3 * i + j] as number) - exact)).toBeLessThanOrEqual(bound);
      }
    }
  });

  test('returns only the outputs that are named', async () => {
    await using session = await openSession(affine(2));
    expect(Object.keys(await session.run({ x: draws(2, 1, 2) }, { outputs: ['total'] }))).toEqual(['total']);
    await expect(session.run({ x: draws(2, 1, 2) }, { outputs: ['nothing'] })).rejects.toThrow(RuntimeError);
  });

  test.each([
    tensor('float32', [2], Float32Array.of(0.1, -Infinity)),
    tensor('float64', [2], Float64Array.of(0.1, NaN)),
    tensor('float16', [2], Uint16Array.of(0x3c01, 0xfc00)),
    tensor('int8', [2], Int8Array.of(-128, 127)),
    tensor('uint8', [2], Uint8Array.of(0, 255)),
    tensor('int16', [2], Int16Array.of(-(2 ** 15), 2 ** 15 - 1)),
    tensor('uint16', [2], Uint16Array.of(0, 2 ** 16 - 1)),
    tensor('int32', [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    tensor('uint32', [2], Uint32Array.of(0, 2 ** 32 - 1)),
    tensor('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
    tensor('uint64', [2], BigUint64Array.of(0n, 2n ** 64n - 1n)),
    tensor('bool', [2], Uint8Array.of(0, 1)),
  ])('$dtype values pass through unchanged', async (value: Tensor) => {
    await using session = await openSession(identity(value.dtype, [2]));
    expect((await session.run({ x: value }))['y']).toEqual(value);
  });

  test('takes scalars and empty batches', async () => {
    await using scalar = await openSession(identity('float32', []));
    const half = tensor('float32', [], Float32Array.of(0.5));
    expect((await scalar.run({ x: half }))['y']).toEqual(half);
    await using session = await openSession(affine(4));
    expect((await session.run({ x: zeros('float32', [0, 4]) }))['y']!.shape).toEqual([0, 3]);
  });

  test('takes shared memory', async () => {
    await using session = await openSession(affine(4));
    const x = draws(3, 2, 4);
    const shared = new Float32Array(new SharedArrayBuffer(32));
    shared.set(x.data);
    expect(await session.run({ x: tensor('float32', [2, 4], shared) })).toEqual(await session.run({ x }));
  });

  test('writes to the arrays that it is given, and makes the others', async () => {
    await using session = await openSession(affine(4));
    const x = draws(3, 2, 4);
    const plain = await session.run({ x });
    const y = zeros('float32', [2, 3]);
    const results = await session.run({ x }, { into: { y } });
    expect(results).toEqual(plain);
    expect(results['y']).toBe(y);
    expect(results['total']).not.toBe(plain['total']);
  });

  test('refuses arrays of another shape to write to', async () => {
    await using session = await openSession(affine(4));
    const run = session.run({ x: draws(3, 2, 4) }, { into: { y: zeros('float32', [3, 2]) } });
    await expect(run).rejects.toMatchObject({ code: 'E_RUNTIME' });
  });

  test('runs at once are kept apart', async () => {
    await using session = await openSession(affine(4));
    const inputs = Array.from({ length: 20 }, (_, i) => draws(i, 3, 4));
    const together = await Promise.all(inputs.map((x) => session.run({ x })));
    for (const [i, x] of inputs.entries()) expect(together[i]).toEqual(await session.run({ x }));
  });
});

describe('feeds', () => {
  const wrong: [string, Feeds, RegExp][] = [
    ['missing', {}, /input 'x': expected float32 \(N, 4\), got nothing/],
    [
      'unknown',
      { x: zeros('float32', [1, 4]), y: zeros('float32', [1]) },
      /expected its inputs \(x\), got 'y'/,
    ],
    ['of another type', { x: zeros('float64', [1, 4]) }, /expected float32 \(N, 4\), got float64 \(1, 4\)/],
    ['of another size', { x: zeros('float32', [1, 5]) }, /expected float32 \(N, 4\), got float32 \(1, 5\)/],
    ['of another rank', { x: zeros('float32', [4]) }, /expected float32 \(N, 4\), got float32 \(4\)/],
  ];
  test.each(wrong)('%s: ShapeError', async (_name, feeds, message) => {
    await using session = await openSession(affine(4));
    const run = session.run(feeds);
    await expect(run).rejects.toThrow(ShapeError);
    await expect(run).rejects.toThrow(message);
    // The session is none the worse for it.
    expect((await session.run({ x: zeros('float32', [1, 4]) }))['total']!.data[0]).toBe(0);
  });

  test('a name that is nearly right is suggested', async () => {
    const builder = new GraphBuilder('g');
    const image = builder.input('image', 'float32', ['N']);
    await using session = await openSession(builder.build({ y: add(image, image) }));
    const run = session.run({ images: zeros('float32', [1]) });
    await expect(run).rejects.toMatchObject({ code: 'E_SHAPE', hint: "did you mean 'image'?" });
  });
});

describe('the runtime refuses', () => {
  test('a run of a closed session', async () => {
    const session = await openSession(affine(2));
    await session.close();
    await session.close();
    await expect(session.run({ x: draws(1, 1, 2) })).rejects.toMatchObject({
      code: 'E_RUNTIME',
      message: "session of 'affine': expected an open one, got a closed one",
    });
  });

  test('a provider that it does not have', async () => {
    await expect(openSession(affine(2), { provider: 'webgp' as Provider })).rejects.toMatchObject({
      code: 'E_CONFIGURATION',
      hint: "did you mean 'webgpu'?",
      message: expect.stringContaining('expected one of cpu, webgpu, cuda') as string,
    });
  });

  test.each([0, -1, 1.5, NaN])('%d threads', async (threads) => {
    await expect(openSession(affine(2), { threads })).rejects.toThrow(ConfigurationError);
  });

  test('a graph with an operation that it does not know', async () => {
    const graph = identity('float32', [2]);
    const nodes = graph.nodes.map((node) => ({ ...node, op: 'NoSuchOperation' }));
    const opening = openSession({ ...graph, nodes });
    await expect(opening).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await expect(opening).rejects.toThrow(/opening graph 'identity' on cpu.*NoSuchOperation/);
    await expect(opening).rejects.toHaveProperty('cause');
  });

  test('a value of gigabytes, before it is made', async () => {
    const b = new GraphBuilder('large');
    const sizes = b.constant(tensor('int64', [2], BigInt64Array.of(2n ** 16n, 2n ** 15n)));
    const graph = b.build(b.apply('ConstantOfShape', [sizes], {}, { name: 'large' }));
    const resident = process.memoryUsage().rss;
    await expect(openSession(graph)).rejects.toMatchObject({
      code: 'E_RUNTIME',
      message: expect.stringMatching(/value 'large' of ConstantOfShape: expected at most 4 GiB/) as string,
    });
    expect(process.memoryUsage().rss - resident).toBeLessThan(2 ** 28);
  });

  test('an index out of range, and the next run succeeds', async () => {
    await using session = await openSession(lookup());
    const pick = (i: number): Feeds => ({ pick: tensor('int64', [1], BigInt64Array.of(BigInt(i))) });
    await expect(session.run(pick(3))).rejects.toMatchObject({ code: 'E_RUNTIME' });
    await expect(session.run(pick(3))).rejects.toThrow(/running graph 'lookup': got .*Gather/);
    expect((await session.run(pick(2)))['y']!.data[0]).toBe(12);
  });

  test('and says so once, as an error, not on stderr', () => {
    const program = `
      import { gather, GraphBuilder } from '#credence/graph/index';
      import { openSession } from '#credence/runtime/index';
      import { tensor } from '#credence/tensor/index';
      const b = new GraphBuilder('g');
      const pick = b.input('pick', 'int64', ['N']);
      const table = b.constant(tensor('float32', [3], Float32Array.of(10, 11, 12)));
      const graph = b.build({ y: gather(table, pick) });
      const broken = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, op: 'NoSuchOperation' })) };
      const session = await openSession(graph);
      const failing = [openSession(broken), session.run({ pick: tensor('int64', [1], BigInt64Array.of(7n)) })];
      for (const { reason } of await Promise.allSettled(failing)) console.log(reason.code);`;
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(child.stderr).toBe('');
    expect(child.stdout).toBe('E_RUNTIME\nE_RUNTIME\n');
  });
});

// ONNX Runtime sums in another order when its input does not begin on a boundary of 16 bytes.
test.each([3, 7, 33, 1001])(
  'rows of %d cut out of a larger array give the bytes of their copy',
  async (width) => {
    const builder = new GraphBuilder('rows');
    const x = builder.input('x', 'float32', ['N', width]);
    const graph = builder.build({ sum: reduceSum(x, [1]), mean: reduceMean(x, [1]), soft: softmax(x) });
    await using session = await openSession(graph);
    const whole = draws(4, 8, width);
    for (let start = 0; start < 8; start++) {
      const view = sliceRows(whole, start, 8);
      const copy = tensor('float32', view.shape, view.data.slice());
      expect(await session.run({ x: view })).toEqual(await session.run({ x: copy }));
    }
  },
);

function identity(dtype: DType, shape: readonly number[]): Graph {
  const builder = new GraphBuilder('identity');
  return builder.build([named(builder.input('x', dtype, shape), 'y')]);
}

function lookup(): Graph {
  const builder = new GraphBuilder('lookup');
  const pick = builder.input('pick', 'int64', ['N']);
  return builder.build({
    y: gather(builder.constant(tensor('float32', [3], Float32Array.of(10, 11, 12))), pick),
  });
}
