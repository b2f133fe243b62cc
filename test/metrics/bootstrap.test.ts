import { describe, expect, it } from 'vitest';
import { ConfigurationError, DataError } from '#credence/errors/index';
import {
  bootstrapRankingDifference,
  bootstrapRankingMetrics,
  bootstrapRankings,
  rankingMetrics,
} from '#credence/metrics/index';
import { resampledRankingMetrics } from '#credence/metrics/bootstrap';
import { rank } from '#credence/metrics/ranking';
import { bits, fold, key, normal } from '#credence/random/index';
import type { Key } from '#credence/random/index';

const NAMES = ['averagePrecision', 'aupr', 'auroc', 'fprAt95Tpr'] as const;

/** Positives N(shift, 1) first, then negatives N(0, 1). */
function gaussians(
  of: Key,
  positives: number,
  negatives: number,
  shift: number,
): { scores: Float64Array; positive: Uint8Array } {
  const scores = normal(of, positives + negatives).map((z, i) => (i < positives ? z + shift : z));
  return { scores, positive: Uint8Array.from(scores, (_, i) => (i < positives ? 1 : 0)) };
}

describe('resamples', () => {
  it('are those of the inputs drawn one by one', () => {
    // Classes interleaved and scores tied, so that the counts by group are put to work.
    const scores = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7];
    const positive = [0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1];
    const indices = (flag: number): number[] => [...positive.keys()].filter((i) => positive[i] === flag);
    const [resampled] = resampledRankingMetrics([rank(scores, positive)], key(3), 50);
    for (let r = 0; r < 50; r++) {
      const words = bits(fold(key(3), r), scores.length);
      const drawn = [...words].map((word, i) => {
        const members = i < indices(1).length ? indices(1) : indices(0);
        return members[Math.floor((word / 2 ** 32) * members.length)]!;
      });
      const expected = rankingMetrics(
        drawn.map((i) => scores[i]!),
        drawn.map((i) => positive[i]!),
      );
      // The materialised resample lacks the empty groups, which add exact zeros.
      for (const name of NAMES) expect(resampled![name][r]).toBe(expected[name]);
    }
  });

  it('have the exact bootstrap distribution of two positives and two negatives', () => {
    // Positives at 1 and 3, negatives at 0 and 2. A draw of positives has 0, 1, 2 of '3' with 1/4, 1/2, 1/4,
    // and so have negatives of '2'; only the pairs (1, 2) are lost: with a of '1' and b of '2', AUROC = 1 - a
    // b / 4.
    const R = 20_000;
    const [resampled] = resampledRankingMetrics([rank([1, 3, 0, 2], [1, 1, 0, 0])], key(4), R);
    const probability = new Map([
      [1, 7 / 16],
      [0.75, 4 / 16],
      [0.5, 4 / 16],
      [0, 1 / 16],
    ]);
    const chiSquare = [...probability].reduce((sum, [value, p]) => {
      const observed = resampled!.auroc.filter((auroc) => auroc === value).length;
      return sum + (observed - R * p) ** 2 / (R * p);
    }, 0);
    // Chi-square with 3 degrees of freedom exceeds 21.1 with probability 1e-4: the false-alarm rate over
    // keys.
    expect(chiSquare).toBeLessThan(21.1);
  });
});

describe('bootstrapRankingMetrics', () => {
  const { scores, positive } = gaussians(key(7), 60, 90, 1);

  it('holds the value of the sample itself, between the ends', () => {
    const intervals = bootstrapRankingMetrics(scores, positive, { key: key(1) });
    const values = rankingMetrics(scores, positive);
    for (const name of NAMES) {
      expect(intervals[name].value).toBe(values[name]);
      expect(intervals[name].low).toBeLessThan(values[name]);
      expect(intervals[name].high).toBeGreaterThan(values[name]);
    }
  });

  it('depends on the key alone, and on the scores by their order alone', () => {
    const intervals = bootstrapRankingMetrics(scores, positive, { key: key(1), resamples: 100 });
    expect(bootstrapRankingMetrics(scores, positive, { key: key(1), resamples: 100 })).toEqual(intervals);
    expect(bootstrapRankingMetrics(scores.map(Math.exp), positive, { key: key(1), resamples: 100 })).toEqual(
      intervals,
    );
    expect(bootstrapRankingMetrics(scores, positive, { key: key(2), resamples: 100 })).not.toEqual(intervals);
  });

  it('widens with the level', () => {
    const narrow = bootstrapRankingMetrics(scores, positive, { key: key(1), level: 0.5 });
    const wide = bootstrapRankingMetrics(scores, positive, { key: key(1), level: 0.95 });
    for (const name of NAMES) {
      expect(wide[name].low).toBeLessThan(narrow[name].low);
      expect(wide[name].high).toBeGreaterThan(narrow[name].high);
    }
  });

  it('is a point for a perfect ranking', () => {
    const intervals = bootstrapRankingMetrics([1, 2, 3, 4, 5], [0, 0, 0, 1, 1], { key: key(1) });
    for (const name of ['averagePrecision', 'aupr', 'auroc'] as const) {
      expect(intervals[name]).toEqual({ value: 1, low: 1, high: 1 });
    }
    expect(intervals.fprAt95Tpr).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('has the standard error of the AUROC by DeLong', () => {
    // Both estimate one variance; half the 68.27 % interval is the bootstrap's standard error. Its own error
    // is about 1 / sqrt(2 R) = 1.2 %, the percentile's a little more, and the estimators differ by O(1/60):
    // 10 % is over 4 sigma.
    const { value, low, high } = bootstrapRankingMetrics(scores, positive, {
      key: key(5),
      resamples: 4000,
      level: 0.6827,
    }).auroc;
    const [of1, of0] = [1, 0].map((flag) => scores.filter((_, i) => positive[i] === flag)) as [
      Float64Array,
      Float64Array,
    ];
    const above = (x: number, y: number): number => (x > y ? 1 : 0);
    const variance = (values: Float64Array): number =>
      values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (values.length - 1) / values.length;
    const byPositive = of1.map((x) => of0.reduce((sum, y) => sum + above(x, y), 0) / of0.length);
    const byNegative = of0.map((y) => of1.reduce((sum, x) => sum + above(x, y), 0) / of1.length);
    const deLong = Math.sqrt(variance(byPositive) + variance(byNegative));
    expect(Math.abs((high - low) / 2 / deLong - 1)).toBeLessThan(0.1);
  });

  it('covers the true AUROC about as often as its level says', () => {
    // True value Phi(1 / sqrt 2) = 0.76025. If the coverage is 0.9, the count is Binomial(500, 0.9), sd 6.7;
    // the percentile interval's own shortfall at 100 + 100 inputs is O(1/100), 5 of 500. Band: 450 +- (4 x
    // 6.7 + 5): false alarm 6e-5.
    const truth = 0.76025;
    let covered = 0;
    for (let d = 0; d < 500; d++) {
      const sample = gaussians(fold(key(11), d), 100, 100, 1);
      const options = { key: fold(key(12), d), resamples: 300, level: 0.9 };
      const { low, high } = bootstrapRankingMetrics(sample.scores, sample.positive, options).auroc;
      if (low <= truth && truth <= high) covered++;
    }
    expect(Math.abs(covered - 450)).toBeLessThan(32);
  });

  it('refuses bad options and bad data', () => {
    const run =
      (options: object, flags: ArrayLike<number> = positive) =>
      (): unknown =>
        bootstrapRankingMetrics(scores, flags, { key: key(1), ...options });
    expect(run({ resamples: 1 })).toThrow(ConfigurationError);
    expect(run({ resamples: 2.5 })).toThrow(/resamples: expected an integer of at least 2, got 2.5/);
    expect(run({ level: 1 })).toThrow(ConfigurationError);
    expect(run({ level: 95 })).toThrow(/level: expected a probability strictly between 0 and 1, got 95; /);
    expect(run({}, new Uint8Array(scores.length))).toThrow(DataError);
  });
});

describe('bootstrapRankingDifference', () => {
  const { scores, positive } = gaussians(key(21), 80, 120, 1);
  const noise = normal(key(22), scores.length);
  const blurred = scores.map((score, i) => score + 0.3 * noise[i]!);

  it('is nothing between a score and itself', () => {
    const none = { value: 0, low: 0, high: 0, shareLarger: 0.5 };
    expect(bootstrapRankingDifference(scores, scores.map(Math.tanh), positive, { key: key(1) })).toEqual({
      averagePrecision: none,
      aupr: none,
      auroc: none,
      fprAt95Tpr: none,
    });
  });

  it('turns round with its arguments', () => {
    const there = bootstrapRankingDifference(scores, blurred, positive, { key: key(1) });
    const back = bootstrapRankingDifference(blurred, scores, positive, { key: key(1) });
    for (const name of NAMES) {
      expect(back[name].value).toBe(-there[name].value);
      // The interpolated quantiles are rounded from different ends.
      expect(back[name].low).toBeCloseTo(-there[name].high, 14);
      expect(back[name].high).toBeCloseTo(-there[name].low, 14);
      expect(back[name].shareLarger + there[name].shareLarger).toBe(1);
    }
  });

  it('is paired: narrower than the interval of either score', () => {
    const paired = bootstrapRankingDifference(scores, blurred, positive, { key: key(1) }).auroc;
    const alone = bootstrapRankingMetrics(scores, positive, { key: key(1) }).auroc;
    // Correlation of the scores above 0.9 leaves about 2 (1 - rho) of the variance: under half the width.
    expect(paired.high - paired.low).toBeLessThan((alone.high - alone.low) / 2);
  });

  it('finds a clear difference, and none between exchangeable scores more often than its level', () => {
    const clear = bootstrapRankingDifference(scores, noise, positive, { key: key(1) }).auroc;
    expect(clear.low).toBeGreaterThan(0);
    expect(clear.shareLarger).toBe(1);
    // Two noisy views of one signal have the same true AUROC, so 0 is outside a 0.9 interval with probability
    // 0.1: Binomial(300, 0.1), sd 5.2, allowed 30 + 4 x 5.2 + 5 for the percentile's shortfall (one-sided
    // false alarm 3e-5).
    let alarms = 0;
    for (let d = 0; d < 300; d++) {
      const sample = gaussians(fold(key(31), d), 80, 80, 1);
      const views = [0, 1].map((view) => {
        const blur = normal(fold(key(32), d, view), 160);
        return sample.scores.map((score, i) => score + blur[i]!);
      });
      const options = { key: fold(key(33), d), resamples: 200, level: 0.9 };
      const { low, high } = bootstrapRankingDifference(views[0]!, views[1]!, sample.positive, options).auroc;
      if (low > 0 || high < 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(55);
    expect(alarms).toBeGreaterThan(5);
  });

  it('refuses scores of different inputs', () => {
    const run = (): unknown => bootstrapRankingDifference(scores, [1, 2], positive, { key: key(1) });
    expect(run).toThrow(/second: expected 200 values, one for each of `first`, got 2/);
    const diverged = (): unknown =>
      bootstrapRankingDifference(scores, scores.map(Math.sqrt), positive, { key: key(1) });
    expect(diverged).toThrow(/second: expected numbers without NaN/);
  });
});

describe('bootstrapRankings', () => {
  const { scores: good, positive } = gaussians(key(41), 30, 90, 1);
  const weak = gaussians(key(42), 30, 90, 0.5).scores;
  const noise = normal(key(43), 120);
  const options = { key: key(4), resamples: 100, level: 0.9 };
  const scores = { good, weak, noise };

  it('is what each score and each pair gives alone, to the last bit', () => {
    const pairs = [
      ['good', 'weak'],
      ['noise', 'good'],
    ] as const;
    const { metrics, differences } = bootstrapRankings(scores, positive, { ...options, pairs });
    expect(Object.keys(metrics)).toEqual(['good', 'weak', 'noise']);
    for (const name of ['good', 'weak', 'noise'] as const) {
      expect(metrics[name]).toEqual(bootstrapRankingMetrics(scores[name], positive, options));
    }
    pairs.forEach(([a, b], i) => {
      expect(differences[i]).toEqual(bootstrapRankingDifference(scores[a], scores[b], positive, options));
    });
  });

  it('takes no pairs and no scores', () => {
    expect(bootstrapRankings({ good }, positive, options).differences).toEqual([]);
    expect(bootstrapRankings({}, positive, options)).toEqual({ metrics: {}, differences: [] });
  });

  it('refuses scores of other inputs, and pairs of unknown ones', () => {
    const other = (): unknown => bootstrapRankings({ good, weak: [1, 2] }, positive, options);
    expect(other).toThrow(DataError);
    expect(other).toThrow(/weak/);
    // A name that only a caller without types can give.
    const pairs = [['good', 'bad']] as unknown[] as [['good', 'good']];
    expect(() => bootstrapRankings({ good }, positive, { ...options, pairs })).toThrow(
      /pairs: expected names among 'good', got 'bad'/,
    );
  });
});
