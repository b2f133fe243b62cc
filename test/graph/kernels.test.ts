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

test('every operation with a reference has a case', () => {
  const covered = new Set(run.map(({ op }) => op));
  const missing = knownOperations().filter(({ op, evaluate }) => evaluate !== undefined && !covered.has(op));
  expect(missing.map(({ op }) => op)).toEqual([]);
});
