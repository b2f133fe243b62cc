import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  energy,
  entropy,
  margin,
  maximumClassProbability,
  maxLogit,
  mcp,
  temperatureScaledMcp,
} from '#credence/scores/index';
import type { FittedScore, Score } from '#credence/scores/index';

import {
  identityClassifier,
  matrixOf,
  relativeError,
  ROUNDING,
  rowsOf,
  scoresOf,
  tensorOf,
} from './classifiers.js';

const fitted = (score: Score, settings = score.settings): FittedScore => ({
  score,
  fitted: { tensors: {}, settings },
});
const run = (score: Score, rows: number[][], settings = score.settings): Promise<number[]> =>
  scoresOf(identityClassifier(rows[0]!.length), fitted(score, settings), tensorOf(rows));

/** Plain definitions in float64, from the probabilities. */
const softmax = (row: number[]): number[] => {
  const sum = row.reduce((total, f) => total + Math.exp(f), 0);
  return row.map((f) => Math.exp(f) / sum);
};
const sorted = (row: number[]): number[] => row.toSorted((a, b) => b - a);
const plain: Record<string, (row: number[]) => number> = {
  mcp: (row) => 1 - Math.max(...softmax(row)),
  entropy: (row) => -softmax(row).reduce((sum, p) => sum + p * Math.log(p), 0),
  margin: (row) => 1 - (sorted(softmax(row))[0]! - sorted(softmax(row))[1]!),
  maxLogit: (row) => -Math.max(...row),
  energy: (row) => -Math.log(row.reduce((sum, f) => sum + Math.exp(f), 0)),
};
const all = [mcp, entropy, margin, maxLogit, energy()];

describe.each(all.map((score) => [score.name, score] as const))('%s', (name, score) => {
  it('is its definition', async () => {
    const rows = rowsOf(matrixOf(1, 200, 5, 2));
    // Float64 inside and one rounding; the definitions themselves lose digits of 1 - p, a few 2^-52.
    expect(relativeError(await run(score, rows), rows.map(plain[name]!), 1e-14)).toBeLessThan(2 * ROUNDING);
  });

  it('does not depend on the order of the classes', async () => {
    const rows = rowsOf(matrixOf(2, 50, 4, 3));
    const turned = rows.map(([a, b, c, d]) => [c!, a!, d!, b!]);
    expect(relativeError(await run(score, turned), await run(score, rows), 1e-30)).toBeLessThan(2 * ROUNDING);
  });

  it('takes classes that are ruled out, and gives NaN for NaN', async () => {
    const [out, , first, last] = await run(score, [
      [2, 1, -Infinity],
      [2, 1, 0],
      [NaN, 1, 2],
      [1, 2, NaN],
    ]);
    const [without] = await run(score, [[2, 1]]);
    expect(out).toBeCloseTo(without!, 6);
    expect([first, last]).toEqual([NaN, NaN]);
  });
});

describe('scores of the softmax', () => {
  // Quarters, so that a shift by a whole number is exact.
  const logit = fc.integer({ min: -80, max: 80 }).map((quarters) => quarters / 4);
  const row = fc.array(logit, { minLength: 3, maxLength: 3 });

  it('ignore what is added to all logits, which the energy and the largest logit take up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 5, maxLength: 5 }),
        fc.integer({ min: -50, max: 50 }),
        async (rows, shift) => {
          const shifted = rows.map((own) => own.map((f) => f + shift));
          for (const score of [mcp, entropy, margin]) {
            expect(await run(score, shifted)).toEqual(await run(score, rows));
          }
          for (const score of [maxLogit, energy(), energy({ temperature: 3 })]) {
            const [moved, own] = [await run(score, shifted), await run(score, rows)];
            // Numbers under 100, each rounded once.
            moved.forEach((value, i) =>
              expect(Math.abs(value - own[i]! + shift)).toBeLessThan(3 * 100 * ROUNDING),
            );
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('are largest where all logits are equal', async () => {
    const rows = [[0.3, 0.3, 0.3, 0.3]];
    expect(await run(mcp, rows)).toEqual([Math.fround(3 / 4)]);
    expect(await run(margin, rows)).toEqual([1]);
    expect((await run(entropy, rows))[0]).toBeCloseTo(Math.log(4), 6);
  });

  it('still tell the very confident apart', async () => {
    // Two classes: p = 1 / (1 + e^gap), H = log(1 + e^-gap) + gap p, without a cancellation.
    const gaps = Array.from({ length: 20 }, (_, i) => 4 * (i + 1));
    const rows = gaps.map((gap) => [gap, 0]);
    const p = gaps.map((gap) => Math.exp(-gap) / (1 + Math.exp(-gap)));
    expect(relativeError(await run(mcp, rows), p)).toBeLessThan(2 * ROUNDING);
    expect(
      relativeError(
        await run(margin, rows),
        p.map((own) => 2 * own),
      ),
    ).toBeLessThan(2 * ROUNDING);
    const entropies = gaps.map((gap, i) => Math.log1p(Math.exp(-gap)) + gap * p[i]!);
    expect(relativeError(await run(entropy, rows), entropies)).toBeLessThan(2 * ROUNDING);
  });

  it('is as good as the score that the practical computes', async () => {
    const logits = matrixOf(3, 300, 10, 12);
    const own = await scoresOf(identityClassifier(10), fitted(mcp), logits);
    expect(relativeError(own, maximumClassProbability(logits))).toBeLessThan(2 * ROUNDING);
  });

  it('of temperature T are those of the logits over T', async () => {
    const rows = rowsOf(matrixOf(4, 50, 4, 8));
    const divided = rows.map((own) => own.map((f) => f / 4));
    expect(await run(temperatureScaledMcp, rows, { temperature: 4 })).toEqual(await run(mcp, divided));
    const scaled = (await run(energy(), divided)).map((value) => 4 * value);
    expect(await run(energy({ temperature: 4 }), rows)).toEqual(scaled);
  });

  it('the energy tends to the largest logit as T falls', async () => {
    const rows = rowsOf(matrixOf(5, 50, 4, 3));
    const [cold, largest] = [await run(energy({ temperature: 1e-3 }), rows), await run(maxLogit, rows)];
    // T log K at most.
    cold.forEach((value, i) => expect(Math.abs(value - largest[i]!)).toBeLessThan(1e-3 * Math.log(4) + 1e-5));
  });

  it('refuses a temperature that is none', () => {
    for (const temperature of [0, -1, NaN, Infinity]) {
      expect(() => energy({ temperature })).toThrow(/energy: temperature: expected a number over 0/);
    }
  });
});
