import { describe, expect, test } from 'vitest';
import { add, cast, gemm, GraphBuilder, mul } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/index';
import type { Feeds, Fetches, Session } from '#credence/runtime/index';
import { openWithoutFloat64 } from '#credence/runtime/without-float64';
import { fitScore, scoreGraph } from '#credence/scores/index';
import type { FittedScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import { adam, updateGraph } from '#credence/training/index';
import { quickScores, trainedClassifier } from '../scores/classifiers.js';
import { draws, usesFloat64 } from './graphs.js';

interface Parts {
  readonly device: Graph[];
  readonly cpu: Graph[];
}

/** A session in parts, both on the CPU of this machine, and the parts. */
async function opened(graph: Graph): Promise<{ session: Session; parts: Parts; closed: Graph[] }> {
  const parts: Parts = { device: [], cpu: [] };
  const closed: Graph[] = [];
  const session = await openWithoutFloat64(graph, async (part, where) => {
    parts[where].push(part);
    const own = await openSession(part);
    return {
      ...own,
      close: async () => {
        closed.push(part);
        await own.close();
      },
    };
  });
  return { session, parts, closed };
}

/** How far float32 rounding may take what both compute: the parts are optimised apart. */
function expectSame(actual: Fetches, expected: Fetches, tolerance: number): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    expect([actual[name]!.dtype, actual[name]!.shape], name).toEqual([dtype, shape]);
    data.forEach((value, i) => {
      const apart = Math.abs(Number(actual[name]!.data[i]) - Number(value));
      expect(apart, name).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(Number(value))));
    });
  }
}

describe('a session without float64', () => {
  test('computes every score; the device has the network, its derivative and the passes, and no float64', async () => {
    const { classifier, x, examples } = await trainedClassifier();
    const fitted: FittedScore[] = [];
    for (const score of quickScores(5)) fitted.push(await fitScore(score, classifier, { examples }));
    const graph = scoreGraph(classifier, fitted);
    const { session, parts, closed } = await opened(graph);
    expect([parts.device.length, parts.cpu.length]).toEqual([1, 1]);
    const [device, cpu] = [parts.device[0]!, parts.cpu[0]!];
    expect(usesFloat64(device)).toBe(false);
    const weights = ({ constants }: Graph): string[] =>
      [...constants.keys()].filter((name) => classifier.graph.parameters.includes(name));
    expect(weights(device)).toEqual(expect.arrayContaining([...classifier.graph.parameters]));
    expect(weights(cpu)).toEqual([]);

    await using whole = await openSession(graph);
    // Some thirty float32 operations on numbers below ten.
    expectSame(await session.run({ x }), await whole.run({ x }), 30 * 10 * 2 ** -24);
    // Of what the device alone makes nothing is run on the CPU, and the order is that which was asked for.
    const early = device.outputs.find((name) => graph.outputs.includes(name))!;
    const late = cpu.outputs[0]!;
    expect(Object.keys(await session.run({ x }, { outputs: [early] }))).toEqual([early]);
    expect(Object.keys(await session.run({ x }, { outputs: [late, early] }))).toEqual([late, early]);
    await session.close();
    expect(closed).toEqual([device, cpu]);
  });

  test('a step of an optimiser is on the device as a whole', async () => {
    const graph = updateGraph(adam());
    const { session, parts } = await opened(graph);
    expect([parts.device.length, parts.cpu.length]).toEqual([1, 0]);
    const feeds: Feeds = Object.fromEntries(
      graph.inputs.map(({ name, dtype }, i) => [
        name,
        dtype === 'float64'
          ? tensor('float64', [], Float64Array.of(3))
          : tensor('float32', [20], draws(i, 20, 1).data.map(Math.abs)),
      ]),
    );
    await using whole = await openSession(graph);
    expectSame(await session.run(feeds), await whole.run(feeds), 4 * 2 ** -24);
    await session.close();
  });

  test('a graph that is float64 from its input on runs on the CPU alone', async () => {
    const b = new GraphBuilder('precise');
    const x = b.input('x', 'float64', ['N']);
    const { session, parts } = await opened(b.build({ y: add(x, x) }));
    expect([parts.device.length, parts.cpu.length]).toEqual([0, 1]);
    const { y } = await session.run({ x: tensor('float64', [2], Float64Array.of(1, 0.1)) });
    expect([...y!.data]).toEqual([2, 0.2]);
    await session.close();
  });

  test('what comes back from float64 stays on the CPU, and is written where it is wanted', async () => {
    const b = new GraphBuilder('there and back');
    const x = b.input('x', 'float32', ['N', 2]);
    const weight = b.parameter('weight', draws(1, 2, 2));
    const z = gemm(x, weight);
    const precise = cast(z, 'float64');
    const graph = b.build({ z, y: mul(cast(mul(precise, precise), 'float32'), z) });
    const { session, parts } = await opened(graph);
    expect(parts.cpu[0]!.inputs.map(({ dtype }) => dtype)).toEqual(['float32']);
    const into = {
      z: tensor('float32', [3, 2], new Float32Array(6)),
      y: tensor('float32', [3, 2], new Float32Array(6)),
    };
    const rows = draws(2, 3, 2);
    const made = await session.run({ x: rows }, { into });
    await using whole = await openSession(graph);
    expectSame(into, await whole.run({ x: rows }), 8 * 2 ** -24);
    expect([made['y'], made['z']]).toEqual([into.y, into.z]);
    await session.close();
  });

  test('feeds are checked against the whole graph, and a closed session says so', async () => {
    const b = new GraphBuilder('checked');
    const step = b.input('step', 'float64', []);
    const x = b.input('x', 'float32', ['N']);
    const { session } = await opened(b.build({ y: mul(x, cast(mul(step, step), 'float32')) }));
    const given = tensor('float32', [1], Float32Array.of(1));
    await expect(session.run({ x: given })).rejects.toThrow(/input 'step': expected float64/);
    const scalar = tensor('float64', [], Float64Array.of(2));
    await expect(session.run({ x: given, stepp: scalar })).rejects.toThrow(/did you mean 'step'\?/);
    expect([...(await session.run({ x: given, step: scalar }))['y']!.data]).toEqual([4]);
    await session.close();
    await expect(session.run({ x: given, step: scalar })).rejects.toThrow(/closed/);
  });
});
