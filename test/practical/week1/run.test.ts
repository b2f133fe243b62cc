import { describe, expect, it } from 'vitest';

import { runWeek1, week1Settings } from '#credence/practical/week1/index';
import { key } from '#credence/random/index';

const run = runWeek1({ key: key(11) });
const published = runWeek1({ key: key(11), published: true });

describe('week1Settings', () => {
  it('picks the noise precision', () => {
    expect(week1Settings().beta).toBe(25);
    expect(week1Settings({ published: true }).beta).toBe(12.5);
    expect(1 / week1Settings().beta).toBeCloseTo(week1Settings().noise ** 2, 15);
  });

  it('is frozen all the way down', () => {
    const settings = week1Settings();
    expect(Object.isFrozen(settings.regressions.gaussian.basis)).toBe(true);
    expect(Object.isFrozen(settings.posterior.observations)).toBe(true);
  });
});

describe('runWeek1', () => {
  it('is a function of its key', () => {
    expect(runWeek1({ key: key(11) })).toEqual(run);
    expect(runWeek1({ key: key(12) }).regressions.linear.points).not.toEqual(run.regressions.linear.points);
  });

  it('computes the same curves in both settings, and judges its own', () => {
    expect(published.regressions).toEqual(run.regressions);
    expect(published.posterior).toEqual(run.posterior);
    expect(published.settings.published).toBe(true);
    expect(published.claims).not.toEqual(run.claims);
    expect(published.differences).toEqual(run.differences);
  });

  it('has the data of both panels of every figure', () => {
    const { linear, hole, polynomial, gaussian } = run.regressions;
    expect(
      [linear, hole, polynomial, gaussian].map(({ points, grid }) => [points.x.length, grid.length]),
    ).toEqual([
      [25, 250],
      [20, 100],
      [50, 500],
      [50, 500],
    ]);
    expect([linear.grid[0], linear.grid.at(-1), hole.grid[0], hole.grid.at(-1)]).toEqual([-10, 10, -12, 12]);
    expect(polynomial.points).toEqual(gaussian.points);
    for (const regression of [linear, hole, polynomial, gaussian]) {
      const { points, span, barycentre, grid, truth } = regression;
      expect(span[0]).toBe(Math.min(...points.x));
      expect(span[1]).toBe(Math.max(...points.x));
      expect(barycentre).toBeGreaterThan(span[0]);
      expect(barycentre).toBeLessThan(span[1]);
      expect(points.y).toHaveLength(points.x.length);
      expect(truth).toHaveLength(grid.length);
      for (const curve of [regression.published, regression.corrected]) {
        expect(curve.limit).toBe(1 / curve.beta);
        for (const values of [curve.mean, curve.sd, curve.variance]) {
          expect(values).toHaveLength(grid.length);
          expect(values.every(Number.isFinite)).toBe(true);
        }
        expect(curve.sd[7]! ** 2).toBeCloseTo(curve.variance[7]!, 10);
        expect(curve.variance.every((value) => value >= curve.limit)).toBe(true);
        expect(curve.minimum.value).toBeLessThanOrEqual(Math.min(...curve.variance));
      }
    }
  });

  it('draws its inputs from the published ranges, around the published truths', () => {
    const { linear, hole, gaussian } = run.regressions;
    expect(linear.points.x.every((x) => x >= 0 && x < 2)).toBe(true);
    expect(hole.points.x.filter((x) => x >= -3 && x < -1)).toHaveLength(10);
    expect(hole.points.x.filter((x) => x >= 1 && x < 3)).toHaveLength(10);
    expect(gaussian.points.x.every((x) => x >= 0 && x < 1)).toBe(true);
    linear.grid.forEach((x, i) => expect(linear.truth[i]).toBeCloseTo(-0.3 + 0.5 * x, 14));
    hole.grid.forEach((x, i) => expect(hole.truth[i]).toBeCloseTo(-0.3 + 0.5 * x, 14));
    gaussian.grid.forEach((x, i) => expect(gaussian.truth[i]).toBeCloseTo(Math.sin(2 * Math.PI * x) + x, 13));
  });

  it('shows the posterior after 0, 1, 2, 10 and all points', () => {
    const { w0, w1, truth, corrected } = run.posterior;
    expect(truth[0]).toBeCloseTo(-0.3, 15);
    expect(truth[1]).toBeCloseTo(0.5, 15);
    expect(corrected.map(({ n }) => n)).toEqual([0, 1, 2, 10, 25]);
    for (const { n, points, density, posterior } of corrected) {
      expect(points.x).toEqual(run.regressions.linear.points.x.slice(0, n));
      expect(posterior.observations).toBe(n);
      expect(density).toHaveLength(w0.length * w1.length);
      const total = density.reduce((sum, value) => sum + value, 0) * (w0[1]! - w0[0]!) * (w1[1]! - w1[0]!);
      // The prior's deviation is 0.71, so the grid to +-2 misses 0.9 % of it; later all is inside.
      expect(total).toBeGreaterThan(n === 0 ? 0.98 : 0.99);
      expect(total).toBeLessThan(1.01);
    }
    const last = corrected.at(-1)!.posterior;
    last.mean.forEach((value, k) =>
      expect(value).toBeCloseTo(run.regressions.linear.corrected.posterior.mean[k]!, 12),
    );
  });

  it('is plain data', () => {
    expect(structuredClone(run)).toEqual(run);
  });
});
