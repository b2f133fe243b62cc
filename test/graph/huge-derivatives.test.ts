import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { GraphError } from '#credence/errors/index';
import { float, gradient, GraphBuilder, int, ints, int64s, text } from '#credence/graph/index';
import type { Attributes, Value } from '#credence/graph/index';

const [HUGE, WIDE] = [2 ** 30, 2 ** 13];
/** Milliseconds; each takes some, and what they would take unbounded is minutes. */
const LIMIT = 5000;

function lists(builder: GraphBuilder, ...values: readonly (readonly number[])[]): Value[] {
  return values.map((list) => int64s(builder, list));
}

/** The derivative of the sum of an operation on x of these sizes, as a graph. */
function derive(
  op: string,
  shape: readonly (number | string)[],
  attributes: Attributes,
  inputs: (builder: GraphBuilder) => readonly (Value | undefined)[] = () => [],
): void {
  const builder = new GraphBuilder('huge');
  const x = builder.input('x', 'float32', shape);
  const [y] = builder.apply(op, [x, ...inputs(builder)], attributes);
  gradient(builder.build({ y: y! }), { of: 'y', withRespectTo: ['x'] });
}

describe('sizes that a file states are not believed when its derivative is built', () => {
  const window = { kernel_shape: ints([3]), strides: ints([1]) };
  test.each<[string, () => void]>([
    ['means of windows along an axis', () => derive('AveragePool', ['N', 1, HUGE], window)],
    [
      'means of windows of an image',
      () => derive('AveragePool', ['N', 1, WIDE, WIDE], { kernel_shape: ints([3, 3]) }),
    ],
    ['a window', () => derive('LpPool', ['N', 1, 2 * HUGE], { kernel_shape: ints([HUGE]) })],
    ['margins', () => derive('Pad', ['N', HUGE], { mode: text('edge') }, (b) => lists(b, [0, 2, 0, 0]))],
    [
      'pixels between pixels',
      () =>
        derive('Resize', ['N', 1, HUGE], { mode: text('linear') }, (b) => [
          undefined,
          b.constant({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 1, 0.5) }),
        ]),
    ],
    ['every second element', () => derive('Slice', [HUGE], {}, (b) => lists(b, [0], [HUGE], [0], [2]))],
    ['channels around', () => derive('LRN', ['N', HUGE, 1, 1], { size: int(3) })],
  ])('%s', (_, build) => {
    const start = performance.now();
    const { rss } = process.memoryUsage();
    expect(build).toThrow(GraphError);
    expect(build).toThrow(/a table of at most 16777216 elements/);
    expect(performance.now() - start).toBeLessThan(LIMIT);
    expect(process.memoryUsage().rss - rss).toBeLessThan(2 ** 29);
  });

  test.each<[string, () => void]>([
    [
      'channels far beyond those there are',
      () => derive('LRN', ['N', 4, 1, 1], { size: int(HUGE), alpha: float(1) }),
    ],
    [
      'windows of nearly all of an image',
      () => derive('AveragePool', ['N', 1, WIDE, WIDE], { kernel_shape: ints([WIDE - 1, 3]) }),
    ],
  ])('%s take no time', (_, build) => {
    const start = performance.now();
    build();
    expect(performance.now() - start).toBeLessThan(LIMIT);
  });
});
