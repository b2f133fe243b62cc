import { expect, test } from 'vitest';
import { recommend } from '#credence/assessment/recommend';
import type { Rule } from '#credence/assessment/certify';

function rule(name: string, area: number, coverage?: number): Rule {
  const counts = { threshold: 0.5, risk: 0.05, confidence: 0.975, examples: 100, accepted: 80, errors: 1 };
  return {
    name,
    title: name.toUpperCase(),
    unit: 'nats',
    area,
    certificate: coverage === undefined ? undefined : { ...counts, coverage, tested: 3 },
  };
}

const call = { risk: 0.05, confidence: 0.95, errorRate: 0.2, held: 1000 };

test('the certificate that accepts most decides', () => {
  const found = recommend({ ...call, rules: [rule('a', 0.01), rule('b', 0.01, 0.6), rule('c', 0.3, 0.7)] });
  expect(found).toMatchObject({ score: 'c', threshold: 0.5 });
  expect(found.abstained).toBeCloseTo(0.3, 12);
  expect(found.sentence).toMatch(/abstains on 30 % .* 0\.95, at most 5 % errors .* \(1 of 80/);
});

test('without one it is the order of trust', () => {
  const found = recommend({ ...call, rules: [rule('a', 0.2), rule('b', 0.1)] });
  expect(found).toMatchObject({ score: 'b', threshold: null, abstained: null });
  expect(found.sentence).toMatch(/no score separates the errors \(20 % of all\)/);
});
