import { expect, test } from 'vitest';
import type { Week3Numbers } from '#credence/practical/week3/claims';
import { week3Differences } from '#credence/practical/week3/differences';
import { runTiny } from './tiny.js';

const { seeds, evaluation, digits, ood } = await runTiny();

/** What is said of ODIN where the average precisions at temperature 1 and at T are those of one inversion and of none. */
function sentence(atOne: readonly number[], atT: readonly number[]): string {
  const scores = (values: readonly number[]): { test: Float64Array; ood: Float64Array } => ({
    test: Float64Array.of(0.1, 0.2, 0.3),
    ood: Float64Array.from(values),
  });
  const odin = {
    ...evaluation.odin,
    gradientAtOne: scores(atOne),
    gradientAtTemperature: scores(atT),
    oodWithoutStep: scores(atT).ood,
  };
  const numbers: Week3Numbers = {
    seeds,
    evaluation: { ...evaluation, odin },
    digits,
    ood,
    confidnetParameters: 9,
    inactiveVariationRatios: new Float64Array(10),
  };
  return week3Differences(numbers)[0]!;
}

// Positives at ranks 1 and 2 of 5, an average precision of 1; at ranks 1 and 3, of (1 + 2/3) / 2.
const apart = [0.4, 0.5];
const mixed = [0.25, 0.5];

test('average precisions that differ stand beside each other', () => {
  expect(sentence(mixed, apart)).toContain('its average precision is then 0.8333 in place of 1. Another');
});

test('those that print the same are said to be the same, once', () => {
  const text = sentence(apart, apart);
  expect(text).toContain('its average precision is then the same to four digits, 1. Another');
  expect(text).not.toContain('in place of');
});
