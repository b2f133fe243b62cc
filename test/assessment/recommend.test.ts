import { expect, test } from 'vitest';
import { recommend } from '#credence/assessment/recommend';
import type { ScoreResult } from '#credence/assessment/index';

function result(name: string, aurc: number, coverage?: number): ScoreResult {
  const counts = { threshold: 0.5, confidence: 0.975, examples: 100, accepted: 80, errors: 1, tested: 3 };
  return {
    name,
    title: name.toUpperCase(),
    unit: 'nats',
    fittedOn: 'nothing',
    settings: {},
    failure: null,
    ood: {},
    aurc,
    excessAurc: 0,
    certificate: coverage === undefined ? null : { ...counts, coverage },
    selected: null,
    secondsPerInput: 0,
  };
}

const call = { risk: 0.05, confidence: 0.95, errorRate: 0.2, perScore: 0.975, held: 1000 };

test('the certificate that accepts most decides, whatever was measured on the test set', () => {
  const scores = [result('a', 0.01), result('b', 0.3, 0.6), result('c', 0.2, 0.7)];
  const heldAreas = new Map([
    ['a', 0.01],
    ['b', 0.01],
    ['c', 0.3],
  ]);
  const found = recommend({ ...call, scores, heldAreas });
  expect(found).toMatchObject({ score: 'c', threshold: 0.5 });
  expect(found.abstained).toBeCloseTo(0.3, 12);
  expect(found.sentence).toMatch(/abstains on 30 % .* 0\.95, at most 5 % errors .* \(1 of 80/);
});

test('without one it is the order on the examples for the thresholds, not on the test set', () => {
  const heldAreas = new Map([
    ['a', 0.2],
    ['b', 0.1],
  ]);
  const found = recommend({ ...call, scores: [result('a', 0.1), result('b', 0.2)], heldAreas });
  expect(found).toMatchObject({ score: 'b', threshold: null, abstained: null });
  expect(found.sentence).toMatch(/no score separates the errors \(20 % of all\)/);
});
