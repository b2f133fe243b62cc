import { describe, expect, it } from 'vitest';

import { predictLinear } from '#credence/linear/index';
import { runWeek1 } from '#credence/practical/week1/index';
import type { RegressionName, Week1Result } from '#credence/practical/week1/index';
import { basisOf } from '#credence/practical/week1/regression';
import { key } from '#credence/random/index';

const RUNS = 40;
const runs = Array.from({ length: RUNS }, (_, seed) => runWeek1({ key: key(seed), published: true }));

function variances(name: RegressionName, at: (run: Week1Result) => number): number[] {
  return runs.map((run) => {
    const { basis, published } = run.regressions[name];
    const design = basisOf(basis).features(Float64Array.of(at(run)));
    return predictLinear(published.posterior, design).variance[0]!;
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Five standard errors of a mean over the runs, for one run's deviation; half a printed digit is added by the
 * caller.
 */
const fiveErrors = (deviation: number): number => (5 * deviation) / Math.sqrt(RUNS);

// The values that the specification of the practical gives for the published beta. Its tolerances are read as
// one run's deviation; where it gives none, the deviation is that of 500 runs with other keys (0.0032 at 0,
// 0.0006 at 2, 0.016 at 12). False-alarm rate: 6e-7 for each mean, were the keys drawn anew.
describe('the published variances', () => {
  it('of the linear set', () => {
    for (const value of variances('linear', (run) => run.regressions.linear.barycentre)) {
      expect(Math.abs(value - 0.0832)).toBeLessThan(0.00005);
    }
    expect(Math.abs(mean(variances('linear', () => 0)) - 0.0932)).toBeLessThan(0.00005 + fiveErrors(0.0032));
    expect(Math.abs(mean(variances('linear', () => -10)) - 1.3)).toBeLessThan(0.005 + fiveErrors(0.25));
    expect(Math.abs(mean(variances('linear', () => 10)) - 0.9)).toBeLessThan(0.005 + fiveErrors(0.17));
  });

  it('of the hole set', () => {
    for (const value of variances('hole', (run) => run.regressions.hole.barycentre)) {
      expect(Math.abs(value - 0.084)).toBeLessThan(0.00005);
    }
    expect(Math.abs(mean(variances('hole', () => 2)) - 0.0878)).toBeLessThan(0.00005 + fiveErrors(0.0006));
    for (const end of [-12, 12]) {
      expect(Math.abs(mean(variances('hole', () => end)) - 0.22)).toBeLessThan(0.0005 + fiveErrors(0.016));
    }
  });

  it('of the Gaussian features: exactly 0.08, with mean 0, at both ends', () => {
    for (const { regressions } of runs) {
      const { grid, published, corrected } = regressions.gaussian;
      for (const i of [0, grid.length - 1]) {
        expect([-1, 2]).toContain(grid[i]);
        expect(published.variance[i]).toBe(0.08);
        expect(corrected.variance[i]).toBe(0.04);
        expect(Math.abs(published.mean[i]!)).toBeLessThan(1e-15);
      }
    }
  });
});

describe('the minimum of the variance', () => {
  it('is where the closed form says, in both settings', () => {
    for (const { regressions } of runs) {
      for (const { points, barycentre, alpha, published, corrected } of [
        regressions.linear,
        regressions.hole,
      ]) {
        const n = points.x.length;
        for (const { beta, minimum, variance } of [published, corrected]) {
          expect(minimum.x).toBeCloseTo((beta * n * barycentre) / (alpha + beta * n), 12);
          expect(minimum.value).toBeLessThanOrEqual(Math.min(...variance));
        }
      }
    }
  });
});
