import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  auprTrapezoid,
  auroc,
  averagePrecision,
  averagePrecisionOfNegatives,
  fprAt95Tpr,
  precisionRecallCurve,
  rankingMetrics,
  rocCurve,
} from '#credence/metrics/index';

/** Sums of n terms of [0, 1] by two orders differ by less than n roundings. */
const TOLERANCE = 60 * Number.EPSILON;

/** Ranked inputs with both classes and many ties: few distinct integer scores. */
const ranked = fc
  .array(fc.record({ score: fc.integer({ min: -6, max: 6 }), positive: fc.boolean() }), {
    minLength: 2,
    maxLength: 60,
  })
  .filter((inputs) => inputs.some(({ positive }) => positive) && inputs.some(({ positive }) => !positive))
  .map((inputs) => ({
    scores: inputs.map(({ score }) => score),
    positive: inputs.map(({ positive }) => positive),
  }));

interface Point {
  readonly threshold: number;
  readonly tpr: number;
  readonly fpr: number;
  readonly precision: number;
}

/** The definition, threshold by threshold, each counted afresh. */
function points(scores: readonly number[], positive: readonly boolean[]): Point[] {
  const thresholds = [...new Set(scores)].sort((a, b) => b - a);
  return thresholds.map((threshold) => {
    const flagged = positive.filter((_, i) => scores[i]! >= threshold);
    const truePositives = flagged.filter(Boolean).length;
    const positives = positive.filter(Boolean).length;
    return {
      threshold,
      tpr: truePositives / positives,
      fpr: (flagged.length - truePositives) / (positive.length - positives),
      precision: truePositives / flagged.length,
    };
  });
}

describe('against the definitions, O(n^2)', () => {
  it('averagePrecision is the step sum', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        let expected = 0;
        let recall = 0;
        for (const { tpr, precision } of points(scores, positive)) {
          expected += (tpr - recall) * precision;
          recall = tpr;
        }
        expect(Math.abs(averagePrecision(scores, positive) - expected)).toBeLessThan(TOLERANCE);
      }),
    );
  });

  it('auprTrapezoid is the area under straight lines from (0, 1)', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        let expected = 0;
        let last = { tpr: 0, precision: 1 };
        for (const point of points(scores, positive)) {
          expected += ((point.tpr - last.tpr) * (point.precision + last.precision)) / 2;
          last = point;
        }
        expect(Math.abs(auprTrapezoid(scores, positive) - expected)).toBeLessThan(TOLERANCE);
      }),
    );
  });

  it('auroc is the share of pairs', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        let won = 0;
        let pairs = 0;
        scores.forEach((score, i) => {
          scores.forEach((other, j) => {
            if (!positive[i] || positive[j]) return;
            pairs++;
            won += score > other ? 1 : score === other ? 0.5 : 0;
          });
        });
        expect(auroc(scores, positive)).toBe(won / pairs);
      }),
    );
  });

  it('auroc is the trapezoid area under rocCurve', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(scores, positive);
        let area = 0;
        for (let k = 1; k < x.length; k++) area += ((x[k]! - x[k - 1]!) * (y[k]! + y[k - 1]!)) / 2;
        expect(Math.abs(auroc(scores, positive) - area)).toBeLessThan(TOLERANCE);
      }),
    );
  });

  it('fprAt95Tpr is the least FPR among thresholds that find enough', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const enough = points(scores, positive).filter(({ tpr }) => tpr >= 0.95);
        expect(fprAt95Tpr(scores, positive)).toBe(Math.min(...enough.map(({ fpr }) => fpr)));
      }),
    );
  });

  it('the curves pass through the definition at every threshold', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const expected = points(scores, positive);
        const roc = rocCurve(scores, positive);
        const pr = precisionRecallCurve(scores, positive);
        expect([...roc.falsePositiveRate]).toEqual([0, ...expected.map(({ fpr }) => fpr)]);
        expect([...roc.truePositiveRate]).toEqual([0, ...expected.map(({ tpr }) => tpr)]);
        expect([...pr.recall]).toEqual([0, ...expected.map(({ tpr }) => tpr)]);
        expect([...pr.precision]).toEqual([1, ...expected.map(({ precision }) => precision)]);
        const thresholds = [Infinity, ...expected.map(({ threshold }) => threshold)];
        expect([...roc.thresholds]).toEqual(thresholds);
        expect([...pr.thresholds]).toEqual(thresholds);
      }),
    );
  });
});

describe('laws', () => {
  it('a strictly increasing map of the scores changes nothing', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const mapped = scores.map((score) => Math.exp(score) - 1000);
        expect(rankingMetrics(mapped, positive)).toEqual(rankingMetrics(scores, positive));
      }),
    );
  });

  it('the order of the inputs changes nothing', () => {
    const shuffled = ranked.chain(({ scores, positive }) =>
      fc
        .shuffledSubarray([...scores.keys()], { minLength: scores.length })
        .map((order) => ({ scores, positive, order })),
    );
    fc.assert(
      fc.property(shuffled, ({ scores, positive, order }) => {
        const metrics = rankingMetrics(
          order.map((i) => scores[i]!),
          order.map((i) => positive[i]!),
        );
        expect(metrics).toEqual(rankingMetrics(scores, positive));
      }),
    );
  });

  it('auroc(s) + auroc(-s) = 1, and turning the class round turns it too', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const negated = scores.map((score) => -score);
        const others = positive.map((flag) => !flag);
        expect(auroc(scores, positive) + auroc(negated, positive)).toBeCloseTo(1, 14);
        expect(auroc(negated, others)).toBe(auroc(scores, positive));
      }),
    );
  });

  it('averagePrecisionOfNegatives turns both the scores and the class', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const turned = averagePrecision(
          scores.map((score) => -score),
          positive.map((flag) => !flag),
        );
        expect(averagePrecisionOfNegatives(scores, positive)).toBe(turned);
      }),
    );
  });

  it('repeating every input changes nothing', () => {
    fc.assert(
      fc.property(ranked, ({ scores, positive }) => {
        const twice = rankingMetrics([...scores, ...scores], [...positive, ...positive]);
        const once = rankingMetrics(scores, positive);
        for (const name of ['averagePrecision', 'aupr', 'auroc', 'fprAt95Tpr'] as const) {
          expect(Math.abs(twice[name] - once[name])).toBeLessThan(TOLERANCE);
        }
      }),
    );
  });

  it('lifting a positive never makes a ranking worse', () => {
    fc.assert(
      fc.property(ranked, fc.nat(), ({ scores, positive }, choice) => {
        const candidates = [...positive.keys()].filter((i) => positive[i]);
        const lifted = candidates[choice % candidates.length]!;
        const lift = (values: readonly number[]): number[] =>
          values.map((score, i) => (i === lifted ? score + 1.5 : score));
        const [before, after] = [rankingMetrics(scores, positive), rankingMetrics(lift(scores), positive)];
        expect(after.auroc).toBeGreaterThanOrEqual(before.auroc);
        expect(after.fprAt95Tpr).toBeLessThanOrEqual(before.fprAt95Tpr);
        // Average precision needs distinct scores: leaving a group of ties costs the others of the group
        // their precision.
        const distinct = scores.map((score, i) => score + i / 1000);
        expect(averagePrecision(lift(distinct), positive)).toBeGreaterThanOrEqual(
          averagePrecision(distinct, positive) - TOLERANCE,
        );
      }),
    );
  });
});
