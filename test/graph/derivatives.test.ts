import { describe, expect, test } from 'vitest';
import { knownOperations } from '#credence/graph/ops/registry';
import { cases } from './cases/index.js';
import { checkDerivative, realise } from './harness.js';

const derived = cases.filter((use) => use.derivative !== false && realise(use).variables.length > 0);

describe('derivatives against central differences of the float64 reference', () => {
  test.each(derived.map((use) => [`${use.op}: ${use.name}`, use] as const))('%s', (_name, use) => {
    checkDerivative(realise(use));
  });
});

test('every operation with a derivative has a case', () => {
  const covered = new Set(derived.map(({ op }) => op));
  const missing = knownOperations().filter(({ op, gradient }) => gradient !== undefined && !covered.has(op));
  expect(missing.map(({ op }) => op)).toEqual(['OneHot']);
});
