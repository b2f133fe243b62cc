import { describe, expect, test } from 'vitest';
import { summarise } from '../../bench/kernels/profile.js';
import type { ProfileEvent } from '../../bench/kernels/profile.js';

const run = (dur: number): ProfileEvent => ({
  cat: 'Session',
  name: 'SequentialExecutor::Execute',
  dur,
  args: {},
});
const node = (name: string, index: number, dur: number): ProfileEvent => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  dur,
  args: {
    op_name: 'Conv',
    node_index: `${index}`,
    input_type_shape: [{ float: [50, 1, 28, 28] }, { float: [] }],
    output_type_shape: [{ float: [50, 16, 24, 24] }],
  },
});

describe('summarise', () => {
  const initialisation = { cat: 'Session', name: 'session_initialization', dur: 9e6, args: {} };
  const runs = [
    [run(90_000), node('slow', 1, 50_000), node('fast', 0, 20_000)],
    [run(4000), node('slow', 1, 2000), node('fast', 0, 1000)],
    [run(5000), node('slow', 1, 4000), node('fast', 0, 500)],
  ];

  test('milliseconds of the runs that are not skipped, the slowest node first', () => {
    expect(summarise([initialisation, ...runs.flat()], 1)).toEqual({
      runs: 2,
      milliseconds: 4.5,
      nodes: [
        { name: 'slow', operation: 'Conv', shapes: '50x1x28x28 () -> 50x16x24x24', milliseconds: 3 },
        { name: 'fast', operation: 'Conv', shapes: '50x1x28x28 () -> 50x16x24x24', milliseconds: 0.75 },
      ],
    });
  });

  test('two nodes of one name are two nodes', () => {
    const { nodes } = summarise([run(10), node('same', 0, 1000), node('same', 1, 2000)], 0);
    expect(nodes.map(({ milliseconds }) => milliseconds)).toEqual([2, 1]);
  });
});
