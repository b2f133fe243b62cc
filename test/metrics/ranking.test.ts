import { describe, expect, it } from 'vitest';
import { DataError } from '#credence/errors/index';
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

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("scikit-learn's documented example", () => {
  // From the documentation of average_precision_score, roc_auc_score, precision_recall_curve and roc_curve.
  const scores = [0.1, 0.4, 0.35, 0.8];
  const positive = [0, 0, 1, 1];

  it('gives the documented areas', () => {
    expect(averagePrecision(scores, positive)).toBeCloseTo(5 / 6, 14);
    expect(auroc(scores, positive)).toBe(0.75);
  });

  it('gives the documented precision-recall curve', () => {
    const { precision, recall, thresholds } = precisionRecallCurve(scores, positive);
    expect([...precision]).toEqual([1, 1, 1 / 2, 2 / 3, 1 / 2]);
    expect([...recall]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...thresholds]).toEqual([infinity, 0.8, 0.4, 0.35, 0.1]);
  });

  it('gives the documented ROC curve', () => {
    const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(scores, positive);
    expect([...falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...thresholds]).toEqual([infinity, 0.8, 0.4, 0.35, 0.1]);
  });
});

describe('by hand, with ties', () => {
  // Groups from the top: 3 {+ -}, 2 {+}, 1 {+ + -}, 0 {- -}: precision 1/2, 2/3, 4/6, 4/8 at recall 1/4, 2/4,
  // 4/4, 4/4.
  const scores = [1, 3, 2, 0, 3, 1, 0, 1];
  const positive = [true, true, true, false, false, true, false, false];

  it('averagePrecision takes each group as one step', () => {
    expect(averagePrecision(scores, positive)).toBeCloseTo(1 / 8 + 2 / 12 + 2 / 6, 14);
  });

  it('auprTrapezoid begins at precision 1', () => {
    const expected = (1 / 4) * ((1 + 1 / 2) / 2) + (1 / 4) * ((1 / 2 + 2 / 3) / 2) + (1 / 2) * (2 / 3);
    expect(auprTrapezoid(scores, positive)).toBeCloseTo(expected, 14);
  });

  it('auroc counts tied pairs half', () => {
    // The negatives at 3, 1, 0, 0 are beaten by 1/2, 2 + 2/2, 4 and 4 positives.
    expect(auroc(scores, positive)).toBe((0.5 + 3 + 4 + 4) / 16);
  });

  it('fprAt95Tpr needs the whole group of the last positive', () => {
    expect(fprAt95Tpr(scores, positive)).toBe(2 / 4);
  });

  it('averagePrecisionOfNegatives walks up from the lowest score', () => {
    // Groups from the bottom: 0 {- -}, 1 {+ + -}, 2 {+}, 3 {+ -}: precision 1, 3/5, 3/6, 4/8.
    expect(averagePrecisionOfNegatives(scores, positive)).toBeCloseTo(2 / 4 + 3 / 20 + 1 / 8, 14);
  });

  it('rankingMetrics is the four together', () => {
    expect(rankingMetrics(scores, positive)).toEqual({
      averagePrecision: averagePrecision(scores, positive),
      aupr: auprTrapezoid(scores, positive),
      auroc: auroc(scores, positive),
      fprAt95Tpr: fprAt95Tpr(scores, positive),
    });
  });
});

describe('edges', () => {
  it('a constant score ranks nothing', () => {
    const constant = { averagePrecision: 1 / 4, aupr: (1 + 1 / 4) / 2, auroc: 0.5, fprAt95Tpr: 1 };
    expect(rankingMetrics([7, 7, 7, 7], [0, 1, 0, 0])).toEqual(constant);
  });

  it('a perfect and a reversed ranking', () => {
    const perfect = { averagePrecision: 1, aupr: 1, auroc: 1, fprAt95Tpr: 0 };
    expect(rankingMetrics([1, 2, 3, 4], [0, 0, 1, 1])).toEqual(perfect);
    const reversed = rankingMetrics([4, 3, 2, 1], [0, 0, 1, 1]);
    expect(reversed).toMatchObject({ auroc: 0, fprAt95Tpr: 1 });
    expect(reversed.averagePrecision).toBeCloseTo((1 / 3 + 2 / 4) / 2, 14);
  });

  it('19 of 20 positives are 95 %, 18 of 19 are not', () => {
    const ranked = (positives: number): { scores: number[]; positive: boolean[] } => {
      // All positives but the last, then one negative, the last positive, one negative.
      const positive = [...Array.from({ length: positives - 1 }, () => true), false, true, false];
      return { scores: positive.map((_, i) => -i), positive };
    };
    expect(fprAt95Tpr(ranked(20).scores, ranked(20).positive)).toBe(0);
    expect(fprAt95Tpr(ranked(19).scores, ranked(19).positive)).toBe(0.5);
  });

  it('infinite scores are ranked, and -0 equals 0', () => {
    expect(auroc([infinity, -infinity, 1], [1, 0, 0])).toBe(1);
    expect(auroc([-infinity, 0, 1], [1, 0, 0])).toBe(0);
    expect(auroc([0, -0], [1, 0])).toBe(0.5);
    expect(auroc([-0, 0], [1, 0])).toBe(0.5);
  });

  it('curves of many points', () => {
    const n = 300_000;
    const scores = Float64Array.from({ length: n }, (_, i) => i);
    const positive = Uint8Array.from({ length: n }, (_, i) => i % 2);
    expect(precisionRecallCurve(scores, positive).thresholds).toHaveLength(n + 1);
  });
});

describe('bad input', () => {
  const metrics = {
    averagePrecision,
    averagePrecisionOfNegatives,
    auprTrapezoid,
    auroc,
    fprAt95Tpr,
    rankingMetrics,
    precisionRecallCurve,
    rocCurve,
  };
  const bad: readonly [string, readonly number[], readonly (boolean | number)[], RegExp][] = [
    ['NaN', [1, nan, 2], [0, 1, 1], /scores: expected numbers without NaN, got NaN \(element 1\); /],
    ['lengths that differ', [1, 2, 3], [0, 1], /positive: expected 3 values.*got 2; /],
    ['nothing', [], [], /scores: expected at least one value, got none; /],
    ['no positives', [1, 2], [0, 0], /both positives and negatives, got 0 positives, 2 negatives; /],
    ['no negatives', [1, 2], [true, true], /got 2 positives, 0 negatives; /],
    ['labels for flags', [1, 2], [0, 7], /positive: expected booleans, or 0 and 1, got 7 \(element 1\); /],
  ];
  for (const [name, metric] of Object.entries(metrics)) {
    it.each(bad)(`${name} refuses %s`, (_, scores, positive, message) => {
      const run = (): unknown => metric(scores, positive);
      expect(run).toThrow(DataError);
      expect(run).toThrow(message);
    });
  }
});
