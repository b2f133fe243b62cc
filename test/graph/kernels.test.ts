import { describe, expect, test } from 'vitest';
import { knownOperations } from '#credence/graph/ops/registry';
import { cases } from './cases/index.js';
import { checkRuntime, realise } from './harness.js';

const run = cases.filter(({ runtime }) => runtime === undefined);

describe('the reference, its derivatives and the inferred types against ONNX Runtime', () => {
  test.each(run.map((use) => [`${use.op}: ${use.name}`, use] as const))('%s', async (_name, use) => {
    const { graph, feeds } = realise(use);
    await checkRuntime(graph, feeds, use);
  });
});

test('all the same in opset 24, the newest that ONNX Runtime 1.30 takes whole', async () => {
  for (const use of run) {
    // Once its scale was by group.
    if (use.op === 'GroupNormalization' && use.opset === 18) continue;
    const { graph, feeds } = realise({ ...use, opset: 24 });
    await checkRuntime(graph, feeds, use);
  }
});

test('every operation with a reference has a case', () => {
  const covered = new Set(run.map(({ op }) => op));
  const missing = knownOperations().filter(({ op, evaluate }) => evaluate !== undefined && !covered.has(op));
  expect(missing.map(({ op }) => op)).toEqual([]);
});
