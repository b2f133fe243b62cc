import { describe, expect, test } from 'vitest';
import {
  add,
  cast,
  evaluateReference,
  gradient,
  gradientName,
  GraphBuilder,
  mul,
  prune,
  reduceSum,
  referenceArray,
  relu,
  widen,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/session';
import { tensor } from '#credence/tensor/index';

/** sum relu(w x), w = 2^-14, behind a Cast back and forth; float16 from the input on, or from a Cast on. */
function half(input: 'float16' | 'float32'): Graph {
  const b = new GraphBuilder('half');
  const x = b.input('x', input, ['N', 2]);
  const w = b.constant(tensor('float16', [2], Uint16Array.of(0x0400, 0x0400)), 'w');
  const product = mul(cast(x, 'float16'), w);
  const scale = b.constant(tensor('float16', [], Uint16Array.of(0x0400)), 'scale');
  return b.build({ y: relu(mul(cast(cast(product, 'float32'), 'float16'), scale)) });
}

describe('widen', () => {
  test.each(['float16', 'float32'] as const)('a graph that reads %s computes in float32', async (input) => {
    const graph = half(input);
    const { graph: wide, names } = widen(graph);
    expect(wide.inputs).toMatchObject([{ name: 'x', dtype: input }]);
    expect(wide.outputs).toEqual(['y']);
    const inner = [...wide.types].filter(([name]) => name !== 'x').map(([, { dtype }]) => dtype);
    expect(inner).not.toContain('float16');
    expect([...names.keys()]).toEqual(input === 'float16' ? ['x'] : []);
    const feeds = { x: referenceArray(input, [1, 2], [1, 0.5]) };
    // 2^-28 and 2^-29: float16 ends at 2^-24.
    expect([...evaluateReference(wide, feeds).get('y')!.data]).toEqual([2 ** -28, 2 ** -29]);
    const bits = tensor('float16', [1, 2], Uint16Array.of(0x3c00, 0x3800));
    const floats = tensor('float32', [1, 2], Float32Array.of(1, 0.5));
    const run = async (own: Graph): Promise<unknown> => {
      await using session = await openSession(own);
      return (await session.run({ x: input === 'float16' ? bits : floats }))['y'];
    };
    expect(await run(wide)).toEqual(tensor('float32', [1, 2], Float32Array.of(2 ** -28, 2 ** -29)));
    expect(await run(graph)).toEqual(tensor('float16', [1, 2], Uint16Array.of(0, 0)));
  });

  test('its derivative is there where float16 has none', () => {
    const { graph, names } = widen(half('float16'));
    const b = GraphBuilder.from(graph);
    const total = b.build({ total: reduceSum(b.value('y')) });
    const x = names.get('x')!;
    const derived = gradient(total, { of: 'total', withRespectTo: [x] });
    const values = evaluateReference(derived, { x: referenceArray('float16', [1, 2], [1, -1]) });
    expect([...values.get(gradientName(x))!.data]).toEqual([2 ** -28, 0]);
  });

  test('leaves a graph without float16 as it is', () => {
    const b = new GraphBuilder('wide');
    const x = b.input('x', 'float32', ['N']);
    const graph = prune(b.build({ y: add(x, x) }));
    expect(widen(graph).graph).toBe(graph);
  });
});
