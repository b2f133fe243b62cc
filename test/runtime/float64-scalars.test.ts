import { expect, test } from 'vitest';
import { add, cast, GraphBuilder, mul } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/index';
import type { Feeds } from '#credence/runtime/index';
import { splitFloat64Scalars } from '#credence/runtime/float64-scalars';
import { tensor } from '#credence/tensor/index';
import { adam, adamW, sgd, updateGraph } from '#credence/training/index';
import { draws, UNIT_ROUNDOFF, usesFloat64 } from './graphs.js';

const SIZE = 50;

function feedsOf({ inputs }: Graph, step: number): Feeds {
  return Object.fromEntries(
    inputs.map(({ name, dtype }, i) => [
      name,
      dtype === 'float64'
        ? tensor('float64', [], Float64Array.of(step))
        : // The second moment is a mean of squares.
          tensor('float32', [SIZE], draws(i, SIZE, 1).data.map(Math.abs)),
    ]),
  );
}

test.each([adam(), adamW(), sgd({ learningRate: 0.1, momentum: 0.9 })])(
  'the update of $name without float64 is that with it',
  async (optimiser) => {
    const whole = updateGraph(optimiser);
    const split = splitFloat64Scalars(whole);
    expect(usesFloat64(split.graph)).toBe(false);
    await using reference = await openSession(whole);
    await using session = await openSession(split.graph);
    for (const step of [1, 2, 1000]) {
      const feeds = feedsOf(whole, step);
      const given = Object.fromEntries(split.graph.inputs.flatMap(({ name }) => named(feeds, name)));
      const results = await session.run({ ...given, ...split.prepare(feeds) });
      for (const [name, { data }] of Object.entries(await reference.run(feeds))) {
        data.forEach((value, i) => {
          // What is computed apart may round to the next float32, in two factors.
          const bound = 4 * UNIT_ROUNDOFF * Math.max(1, Math.abs(Number(value)));
          expect(Math.abs(Number(results[name]!.data[i]) - Number(value))).toBeLessThanOrEqual(bound);
        });
      }
    }
  },
);

test('float64 that is not computed of scalars alone stays', () => {
  const b = new GraphBuilder('mixed');
  const x = b.input('x', 'float64', ['N']);
  const graph = b.build({ y: add(x, x) });
  expect(splitFloat64Scalars(graph).graph).toBe(graph);
});

test('a scalar that is read twice, and is an output, is computed once', async () => {
  const b = new GraphBuilder('shared');
  const step = b.input('step', 'float64', []);
  const x = b.input('x', 'float32', ['N']);
  const square = mul(step, step);
  const factor = cast(square, 'float32');
  const graph = b.build({ y: mul(x, factor), z: add(x, factor) });
  const { graph: rest, prepare } = splitFloat64Scalars(graph);
  expect(rest.inputs.map(({ dtype }) => dtype)).toEqual(['float32', 'float32']);
  const x4 = tensor('float32', [2], Float32Array.of(1, 2));
  const feeds = { step: tensor('float64', [], Float64Array.of(3)), x: x4 };
  await using session = await openSession(rest);
  const { y, z } = await session.run({ x: x4, ...prepare(feeds) });
  expect([...y!.data, ...z!.data]).toEqual([9, 18, 10, 11]);
});

function named(feeds: Feeds, name: string): [string, Feeds[string]][] {
  const value = feeds[name];
  return value === undefined ? [] : [[name, value]];
}
