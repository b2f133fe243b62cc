import { describe, expect, test } from 'vitest';
import type { Claim } from '#credence/practical/index';
import { week3Claims } from '#credence/practical/week3/claims';
import type { Week3Numbers } from '#credence/practical/week3/claims';
import { runTiny } from './tiny.js';

const real = await runTiny();

/** Numbers of a real run, with some of them replaced: what the verdicts turn on is set, the rest is as it comes. */
const NUMBERS: Week3Numbers = {
  seeds: real.seeds,
  evaluation: real.evaluation,
  digits: real.digits,
  ood: real.ood,
  confidnetParameters: 9,
  inactiveVariationRatios: new Float64Array(10),
};

function claim(id: string, changed: Partial<Week3Numbers> = {}): Claim {
  return week3Claims({ ...NUMBERS, ...changed }).find((each) => each.id === `week3/${id}`)!;
}

/** A seed with these average precisions, and intervals of their differences of so much to both sides. */
function seed(
  failure: { confidnet: number; mcp: number; ratio: number; entropy: number },
  ood: { odin: number; mcp: number; ratio: number; entropy: number } = {
    odin: 0.9,
    mcp: 0.8,
    ratio: 0.7,
    entropy: 0.6,
  },
  spread = 0.001,
): Week3Numbers['seeds'][number] {
  const first = real.seeds[0]!;
  const at = (averagePrecision: number): (typeof first)['failure']['mcp'] => ({
    ...first.failure.mcp,
    averagePrecision,
  });
  const dropout = ({
    ratio,
    entropy,
  }: {
    ratio: number;
    entropy: number;
  }): (typeof first)['failure']['mcDropout'] => ({
    variationRatio: at(ratio),
    entropy: at(entropy),
    mutualInformation: at(0.5),
  });
  return {
    ...first,
    failure: { confidnet: at(failure.confidnet), mcp: at(failure.mcp), mcDropout: dropout(failure) },
    ood: { noise: { odin: at(ood.odin), mcp: at(ood.mcp), mcDropout: dropout(ood) } },
    differences: [
      difference('failure', 'confidnet', 'mcp', failure.confidnet - failure.mcp, spread),
      difference('failure', 'mcp', 'mcDropout.variationRatio', failure.mcp - failure.ratio, spread),
      difference('failure', 'mcp', 'mcDropout.entropy', failure.mcp - failure.entropy, spread),
      difference('noise', 'odin', 'mcp', ood.odin - ood.mcp, spread),
      difference('noise', 'mcp', 'mcDropout.variationRatio', ood.mcp - ood.ratio, spread),
      difference('noise', 'mcp', 'mcDropout.entropy', ood.mcp - ood.entropy, spread),
    ],
  };
}

function difference(
  task: string,
  first: string,
  second: string,
  value: number,
  spread: number,
): Week3Numbers['seeds'][number]['differences'][number] {
  const interval = { low: value - spread, high: value + spread };
  return { task, first, second, measure: 'averagePrecision', value, interval };
}

const ORDERED = { confidnet: 0.5, mcp: 0.4, ratio: 0.3, entropy: 0.2 };

test('a real run, however small, gives the verdicts that do not depend on long training', () => {
  const verdicts = Object.fromEntries(real.claims.map(({ id, verdict }) => [id, verdict]));
  expect(verdicts).toMatchObject({
    'week3/I.1/dropout-at-test-time': 'holds',
    'week3/I.1/errors-are-uncertain': 'holds',
    'week3/I.1/figure-12-is-uncertain': 'fails',
    'week3/I.1/mutual-information-sign': 'holds',
    'week3/II.1/mcp-is-untrained': 'fails',
    'week3/II.2/accuracy-unchanged': 'holds',
    'week3/III.1/odin-raises-confidence': 'fails',
  });
});

test('every claim has an id of its own, evidence that is finite, each number once, and a condition if it depends', () => {
  for (const changed of [{}, { seeds: [seed(ORDERED), seed({ ...ORDERED, mcp: 0.6 })] }]) {
    const claims = week3Claims({ ...NUMBERS, ...changed });
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    for (const { id, question, statement, verdict, dependsOn, evidence } of claims) {
      expect(id.startsWith(`week3/${question}/`)).toBe(true);
      expect(statement).toMatch(/^[A-Z].*\.$/);
      expect(dependsOn !== undefined).toBe(verdict === 'depends');
      expect(evidence.length).toBeGreaterThan(0);
      expect(new Set(evidence.map(({ label }) => label)).size).toBe(evidence.length);
      for (const { value } of evidence) expect(Number.isFinite(value)).toBe(true);
    }
  }
});

describe('the order of the failure predictors', () => {
  const verdictOf = (...seeds: Week3Numbers['seeds']): Pick<Claim, 'verdict' | 'dependsOn'> =>
    claim('II.2/failure-order', { seeds });
  const measure = 'the measure that MC dropout is read with';

  test('holds where every seed has it, by both readings of MC dropout', () => {
    expect(verdictOf(seed(ORDERED), seed(ORDERED)).verdict).toBe('holds');
  });

  test('fails where no seed has it', () => {
    expect(verdictOf(seed({ ...ORDERED, mcp: 0.6 }), seed({ ...ORDERED, mcp: 0.7 })).verdict).toBe('fails');
    expect(verdictOf(seed({ ...ORDERED, mcp: 0.6 })).verdict).toBe('fails');
    // A tie is no win.
    expect(verdictOf(seed({ ...ORDERED, mcp: 0.5 }), seed({ ...ORDERED, mcp: 0.5 })).verdict).toBe('fails');
  });

  test('depends on the seed where the intervals of a single one leave it open', () => {
    const open = (spread: number, values = ORDERED): ReturnType<typeof verdictOf> =>
      verdictOf(seed(values, undefined, spread));
    expect(open(0.05).verdict).toBe('holds');
    // Steps of 0.1, and of 0.2 to the entropy.
    expect(open(0.15)).toMatchObject({
      verdict: 'depends',
      dependsOn:
        'the seed: one run cannot tell ConfidNet from MCP, nor MCP from MC dropout, variation ratio; ' +
        'the paired interval holds 0',
    });
    // Clear by the entropy, which is above MCP; open by the variation ratio.
    expect(open(0.15, { ...ORDERED, entropy: 0.6 })).toMatchObject({
      verdict: 'depends',
      dependsOn:
        'the measure that MC dropout is read with, and on the seed: one run cannot tell ConfidNet from MCP, ' +
        'nor MCP from MC dropout, variation ratio; the paired interval holds 0',
    });
    // One pair that is clearly the other way round is enough.
    expect(open(0.15, { ...ORDERED, mcp: 0.9 }).verdict).toBe('fails');
  });

  test('depends on the reading, on the seed, or on both', () => {
    const byEntropy = seed({ ...ORDERED, entropy: 0.45 });
    expect(verdictOf(byEntropy, byEntropy)).toMatchObject({ verdict: 'depends', dependsOn: measure });
    expect(verdictOf(seed(ORDERED), byEntropy)).toMatchObject({
      verdict: 'depends',
      dependsOn: `${measure}, and on the seed`,
    });
    const turned = seed({ ...ORDERED, mcp: 0.6 });
    expect(verdictOf(seed(ORDERED), turned)).toMatchObject({ verdict: 'depends', dependsOn: 'the seed' });
  });

  test('counts its seeds', () => {
    const { evidence } = claim('II.2/failure-order', {
      seeds: [seed(ORDERED), seed({ ...ORDERED, ratio: 0.45 }), seed({ ...ORDERED, mcp: 0.6 })],
    });
    const counted = Object.fromEntries(evidence.map(({ label, value }) => [label, value]));
    expect(counted).toMatchObject({
      'ConfidNet > MCP > MC dropout, variation ratio': 1,
      'ConfidNet > MCP': 2,
      'MCP > MC dropout, variation ratio': 2,
      'ConfidNet > MCP > MC dropout, entropy': 2,
      'MCP > MC dropout, entropy': 3,
    });
    expect(counted['mean average precision, MCP']).toBeCloseTo((0.4 + 0.4 + 0.6) / 3, 12);
  });
});

test('the order of the detectors, and what it is in this run', () => {
  const turned = claim('III.1/ood-order', {
    seeds: [seed(ORDERED, { odin: 0.98, mcp: 0.97, ratio: 0.96, entropy: 0.99 })],
  });
  expect(turned.verdict).toBe('depends');
  expect(turned.correction).toContain(
    'ODIN > MCP > MC dropout, variation ratio; and MC dropout, entropy > ODIN > MCP.',
  );
  expect(claim('III.1/ood-order', { seeds: [seed(ORDERED)] }).verdict).toBe('holds');
});

describe('one run is noise', () => {
  const verdictOf = (...seeds: Week3Numbers['seeds']): string =>
    claim('II.2/one-run-is-noise', { seeds }).verdict;

  test('where the interval of the difference holds 0, or another seed has it the other way round', () => {
    const turned = { ...ORDERED, mcp: 0.6 };
    expect(verdictOf(seed(ORDERED, undefined, 0.15))).toBe('holds');
    expect(verdictOf(seed(ORDERED, undefined, 0.05))).toBe('depends');
    expect(verdictOf(seed(turned, undefined, 0.05))).toBe('depends');
    expect(verdictOf(seed(ORDERED), seed(turned))).toBe('holds');
    expect(verdictOf(seed(turned), seed(turned))).toBe('depends');
  });
});

describe('verdicts turn with their numbers', () => {
  const { evaluation, digits } = real;

  test('dropout', () => {
    expect(
      claim('I.1/dropout-at-test-time', { inactiveVariationRatios: Float64Array.of(0, 0.5) }).verdict,
    ).toBe('fails');
    const still = {
      ...evaluation.test,
      'mcDropout.variationRatio': new Float64Array(evaluation.errors.length),
    };
    expect(claim('I.1/dropout-at-test-time', { evaluation: { ...evaluation, test: still } }).verdict).toBe(
      'fails',
    );
    expect(claim('I.1/errors-are-uncertain', { evaluation: { ...evaluation, test: still } }).verdict).toBe(
      'fails',
    );
  });

  test("figure 12's caption", () => {
    const rank = { ...digits.rank, uncertain: 0.1 };
    expect(claim('I.1/figure-12-is-uncertain', { digits: { ...digits, rank } }).verdict).toBe('holds');
  });

  test('what MCP is trained by', () => {
    expect(claim('II.1/mcp-is-untrained', { evaluation: { ...evaluation, mcpChange: 0.01 } }).verdict).toBe(
      'holds',
    );
  });

  test("ConfidNet's accuracy", () => {
    const seeds = [{ ...real.seeds[0]!, confidnetAccuracy: real.seeds[0]!.accuracy - 1e-4 }];
    expect(claim('II.2/accuracy-unchanged', { seeds }).verdict).toBe('fails');
  });

  test("ODIN's step, and what it may know", () => {
    const attack = { ...evaluation, odin: { ...evaluation.odin, before: 0.9, after: 0.8 } };
    expect(claim('III.1/odin-raises-confidence', { evaluation: attack }).verdict).toBe('holds');
    const blind = { ...evaluation, odin: { ...evaluation.odin, oodWithoutStep: evaluation.ood.odin! } };
    expect(claim('III.1/one-epsilon', { evaluation: blind }).verdict).toBe('holds');
    const same = {
      ...evaluation,
      odin: { ...evaluation.odin, gradientAtOne: evaluation.odin.gradientAtTemperature },
    };
    expect(claim('III.1/gradient-at-temperature', { evaluation: same }).verdict).toBe('holds');
    // The strange images as suspicious as can be under the other gradient.
    const other = {
      ...same,
      odin: {
        ...same.odin,
        gradientAtOne: { test: evaluation.test.odin!, ood: evaluation.ood.odin!.map((score) => score - 1) },
      },
    };
    expect(claim('III.1/gradient-at-temperature', { evaluation: other }).verdict).toBe('depends');
  });

  test('a precision that only shows the share of positives', () => {
    const at = (averagePrecision: number, auroc: number): (typeof real.seeds)[0]['failure']['mcp'] => ({
      ...real.seeds[0]!.failure.mcp,
      averagePrecision,
      auroc,
    });
    const numbers = (
      failure: ReturnType<typeof at>,
      detection: ReturnType<typeof at>,
    ): Partial<Week3Numbers> => {
      const one = real.seeds[0]!;
      const ood = { noise: { ...one.ood['noise']!, mcp: detection } };
      return { seeds: [{ ...one, failure: { ...one.failure, mcp: failure }, ood }] };
    };
    const id = 'III.1/precision-needs-prevalence';
    expect(claim(id, numbers(at(0.4, 0.98), at(0.98, 0.98))).verdict).toBe('depends');
    expect(claim(id, numbers(at(0.4, 0.9), at(0.98, 0.98))).verdict).toBe('holds');
    expect(claim(id, numbers(at(0.4, 0.98), at(0.98, 0.9))).verdict).toBe('fails');
  });
});
