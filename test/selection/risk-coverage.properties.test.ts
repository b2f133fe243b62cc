import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaUnderRiskCoverage, riskCoverageCurve } from '#credence/selection/index';

const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), {
  minLength: 1,
  maxLength: 30,
});

test('a point counts what is at or below its threshold', () => {
  fc.assert(
    fc.property(sets, (pairs) => {
      const [scores, errors] = [pairs.map(([s]) => s), pairs.map(([, e]) => e)];
      const { thresholds, coverage, risk } = riskCoverageCurve(scores, errors);
      expect([...thresholds]).toEqual([...new Set(scores)].sort((a, b) => a - b));
      thresholds.forEach((threshold, i) => {
        const accepted = pairs.filter(([score]) => score <= threshold);
        expect(coverage[i]).toBe(accepted.length / pairs.length);
        expect(risk[i]).toBe(accepted.filter(([, error]) => error).length / accepted.length);
      });
    }),
  );
});

test('without ties the area is the mean of the risks; the perfect order has no excess', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (errors) => {
      const scores = errors.map((_, i) => i);
      const { risk } = riskCoverageCurve(scores, errors);
      const { area, excess } = areaUnderRiskCoverage(scores, errors);
      expect(area).toBeCloseTo(risk.reduce((sum, value) => sum + value, 0) / errors.length, 12);
      const perfect = areaUnderRiskCoverage(
        [...errors].sort().map((_, i) => i),
        [...errors].sort(),
      );
      expect(perfect.excess).toBeLessThan(1e-12);
      expect(excess).toBeCloseTo(area - perfect.area, 12);
    }),
  );
});

test('a score that says nothing has the error rate as its area', () => {
  expect(areaUnderRiskCoverage([1, 1, 1, 1], [1, 0, 0, 0]).area).toBeCloseTo(0.25, 14);
});

// Of 113 and more errors in a row the sum of 1 / n, n times, came out above 1, which no figure takes.
test('where all is wrong the area is 1 at the most', () => {
  for (let n = 1; n <= 400; n++) {
    const scores = Float64Array.from({ length: n }, (_, i) => i);
    const { area } = areaUnderRiskCoverage(
      scores,
      scores.map(() => 1),
    );
    expect(area).toBeLessThanOrEqual(1);
    expect(area).toBeCloseTo(1, 12);
  }
});
