import { describe, expect, it } from 'vitest';

import { cholesky, choleskyInverse, choleskySolve, matrix } from '#credence/linalg/index';
import { week2Settings } from '#credence/practical/week2/index';
import { runWeek2With } from '#credence/practical/week2/run';
import type { Week2Settings } from '#credence/practical/week2/index';
import { flatLayout, packParameters, parametersOf } from '#credence/graph/index';
import { logistic } from '#credence/models/index';
import { fold, key } from '#credence/random/index';

const full = week2Settings();
const square = (from: number, to: number, count: number): Week2Settings['planes']['blobs'] => ({
  x: { from, to, count },
  y: { from, to, count: count + 2 },
});
/** Figures 3 and 4 as they are, everything else just begun. */
const small: Week2Settings = {
  ...full,
  laplace: { samples: 50 },
  rays: { samples: 200 },
  variational: {
    ...full.variational,
    epochs: 3,
    samples: 20,
    converged: { ...full.variational.converged, epochs: 20, averaged: 10 },
  },
  variationalMlp: { ...full.variationalMlp, epochs: 5, averaged: 3, samples: 20 },
  dropout: { ...full.dropout, epochs: 5, samples: 20 },
  planes: { blobs: square(-8, 8, 9), moons: square(-3, 4, 9), frames: square(-8, 8, 5) },
};
const progress: [number, number][] = [];
const run = await runWeek2With(small, {
  key: key(3),
  onProgress: (done, total) => progress.push([done, total]),
});

/** Sums over the blobs of what a logistic model with these weights says, in float64. */
function derivatives(w: Float64Array): { gradient: Float64Array; hessian: Float64Array } {
  const { x, y, label } = run.points.blobs;
  const gradient = new Float64Array(3);
  const hessian = new Float64Array(9);
  label.forEach((wanted, i) => {
    const phi = [x[i]!, y[i]!, 1];
    const p = 1 / (1 + Math.exp(-phi.reduce((sum, value, k) => sum + value * w[k]!, 0)));
    phi.forEach((a, j) => {
      gradient[j]! += (p - wanted) * a;
      phi.forEach((b, k) => (hessian[3 * j + k]! += p * (1 - p) * a * b));
    });
  });
  return { gradient, hessian };
}

const N = full.sets.blobs.n;
const plusIdentity = (hessian: Float64Array): ReturnType<typeof matrix> =>
  matrix(
    3,
    3,
    hessian.map((value, i) => value + (i % 4 === 0 ? 1 : 0)),
  );
const deviations = (precision: ReturnType<typeof matrix>): number[] => {
  const { data } = choleskyInverse(cholesky(precision));
  return [0, 4, 8].map((i) => Math.sqrt(data[i]!));
};

describe('figures 3 and 4', () => {
  it("are at Newton's maximum of the posterior under N(0, 1), with its curvature", () => {
    let w: Float64Array = Float64Array.of(1, 1, 0);
    for (let step = 0; step < 20; step++) {
      const { gradient, hessian } = derivatives(w);
      const move = choleskySolve(
        cholesky(plusIdentity(hessian)),
        gradient.map((value, j) => value + w[j]!),
      );
      w = w.map((value, j) => value - move[j]!);
    }
    const { map, laplace } = run.corrected;
    w.forEach((value, j) => expect(Math.abs(map.weights[j]! - value)).toBeLessThan(1e-4));
    const expected = deviations(plusIdentity(derivatives(w).hessian));
    // Float32 sums of 400 terms, and weights that are right to 1e-4.
    expected.forEach((sd, j) => expect(Math.abs(laplace.deviation[j]! - sd)).toBeLessThan(2e-4));
    expect(laplace.distanceToMode).toBeLessThan(1e-3);
  });

  it(
    'are, as published, 20 steps of SGD with momentum and decay, and the Hessian of the mean plus a ' +
      'whole prior',
    () => {
      const { map, laplace } = run.published;
      const { hessian } = derivatives(map.weights);
      const expected = deviations(plusIdentity(hessian.map((value) => value / N)));
      expected.forEach((sd, j) => expect(Math.abs(laplace.deviation[j]! - sd)).toBeLessThan(1e-5));
      laplace.deviation.forEach((sd, j) => expect(laplace.deviationOfTwice[j]! / sd).toBeCloseTo(1, 6));
      expect(laplace.distanceToMode).toBeGreaterThan(0.5);
    },
  );

  it('are, as published, where 20 steps of SGD on the mean loss end', () => {
    const model = logistic({ key: fold(key(3), 'logistic') });
    const w = Float64Array.from(packParameters(flatLayout(model), parametersOf(model)));
    const velocity = new Float64Array(3);
    for (let step = 0; step < 20; step++) {
      derivatives(w).gradient.forEach((sum, j) => {
        velocity[j] = 0.9 * velocity[j]! + sum / N + 0.05 * w[j]!;
      });
      velocity.forEach((value, j) => (w[j]! -= 0.1 * value));
    }
    w.forEach((value, j) => expect(Math.abs(run.published.map.weights[j]! - value)).toBeLessThan(1e-4));
  });

  it('predict what quadrature and the draws say', () => {
    const { rays } = run.corrected;
    rays.laplace.forEach((p, i) => {
      const exact = rays.integral[i]!;
      const error = 5 * Math.sqrt((exact * (1 - exact)) / rays.samples) + 3 / rays.samples + 1e-4;
      expect(Math.abs(p - exact)).toBeLessThan(error);
    });
  });
});

describe('runWeek2', () => {
  it('is a function of its key, whatever the workers', async () => {
    expect(await runWeek2With(small, { key: key(3), workers: 2 })).toEqual(run);
    const other = await runWeek2With(small, { key: key(4) });
    expect(other.points.blobs).not.toEqual(run.points.blobs);
    expect(other.points.moons).not.toEqual(run.points.moons);
  });

  it('computes the same in both settings, and judges its own', async () => {
    const published = await runWeek2With({ ...small, published: true }, { key: key(3) });
    expect(published.published).toEqual(run.published);
    expect(published.corrected).toEqual(run.corrected);
    expect(published.dropout).toEqual(run.dropout);
    const verdict = (claims: typeof run.claims): string =>
      claims.find(({ id }) => id === 'week2/1.2/full-covariance')!.verdict;
    expect([verdict(run.claims), verdict(published.claims)]).toEqual(['holds', 'fails']);
  });

  it('has the pictures of every figure, over its plane, row by row from below', () => {
    const { blobs, moons, frames } = run.planes;
    expect([blobs.x.length, blobs.y.length, frames.y.length]).toEqual([9, 11, 7]);
    expect([moons.x[0], moons.x[8], moons.y[0], moons.y[10]]).toEqual([-3, 4, -3, 4]);
    for (const { map, laplace, variational, frames: own, variationalMlp } of [run.corrected, run.published]) {
      expect(own.map(({ picture }) => picture.epoch)).toEqual([1, 2, 3]);
      for (const { picture, cells } of [
        { picture: map.picture, cells: 99 },
        { picture: laplace.picture, cells: 99 },
        { picture: variational.picture, cells: 99 },
        { picture: variationalMlp.picture, cells: 99 },
        { picture: run.dropout.perPixel, cells: 99 },
        { picture: run.dropout.shared, cells: 99 },
        ...own.map((frame) => ({ picture: frame.picture, cells: 35 })),
      ]) {
        const { probability, total, aleatoric, epistemic } = picture.map;
        expect(probability).toHaveLength(cells);
        probability.forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(0);
          expect(p).toBeLessThanOrEqual(1);
          expect(total[i]).toBeLessThan(Math.LN2 + 1e-12);
          expect(epistemic[i]).toBeGreaterThanOrEqual(0);
          expect(aleatoric[i]! + epistemic[i]!).toBeCloseTo(total[i]!, 6);
        });
        expect(picture.nll).toBeGreaterThan(0);
      }
    }
    // The MAP's weights are positive: the last cell is the upper right corner, the first the lower left.
    const { probability } = run.corrected.map.picture.map;
    expect([probability[0]! < 0.01, probability[98]! > 0.99]).toEqual([true, true]);
    expect(run.corrected.map.picture.accuracy).toBeGreaterThan(0.99);
  });

  it('has points of both classes, as the sets say', () => {
    for (const [name, n] of [
      ['blobs', 400],
      ['moons', 1000],
    ] as const) {
      const { x, y, label } = run.points[name];
      expect([x.length, y.length, label.length]).toEqual([n, n, n]);
      expect(label.reduce((sum, value) => sum + value, 0)).toBe(n / 2);
    }
  });

  it('says how far it is, and stops when it is told', async () => {
    expect(progress[0]).toEqual([0, 13]);
    expect(progress.at(-1)).toEqual([13, 13]);
    const abort = new AbortController();
    const stopped = runWeek2With(small, {
      key: key(3),
      signal: abort.signal,
      onProgress: (done) => done === 2 && abort.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/);
  });

  it('is plain data', () => {
    expect(structuredClone(run)).toEqual(run);
  });

  it('has settings that are frozen all the way down', () => {
    expect(Object.isFrozen(full.variational.converged.optimiser)).toBe(true);
    expect(Object.isFrozen(full.planes.frames.x)).toBe(true);
  });
});
