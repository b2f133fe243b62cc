import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Assessment } from '#credence/assessment/index';
import type { UploadedFile } from './your-model-data.js';

/**
 * What float32 makes of two runtimes' kernels: a rounding of 6e-8 a product, in sums of some hundred products, in logits and
 * scores of at most 30.
 */
const FLOAT32 = 30 * 100 * 6e-8;
export const FIELDS: {
  readonly model: string;
  readonly validation: string;
  readonly test: string;
  readonly train: string;
  readonly ood: RegExp;
} = {
  model: 'Model',
  validation: 'Validation set',
  test: 'Test set',
  train: 'Training set',
  ood: /^(Inputs|More) from elsewhere/,
};

/** Has the page assess the files that it was given, and waits for the end; an assessment of the example may have been there before. */
export async function assessFiles(page: Page, by: 'mouse' | 'keyboard' = 'mouse'): Promise<void> {
  const button = page.getByRole('button', { name: 'Assess', exact: true });
  await (by === 'mouse' ? button.click() : button.press('Enter'));
  // While it is being done 'Cancel' is in its place.
  await button.waitFor();
  expect(await page.locator('.run .notice').allTextContents()).toEqual([]);
}

/** What is shown against what the library finds in Node. */
export async function expectFindings(page: Page, { findings, measured }: Assessment): Promise<void> {
  const value = async (selector: string): Promise<number> =>
    Number(await page.locator(selector).first().getAttribute('data-value'));
  expect(await value('[data-quantity="accuracy"]')).toBe(findings.classifier.accuracy);
  const { before, after } = findings.classifier;
  expect(Math.abs((await value('[data-quantity="nll"]')) - before.nll)).toBeLessThan(FLOAT32);
  expect(Math.abs((await value('[data-quantity="brier"]')) - before.brier)).toBeLessThan(FLOAT32);
  // The temperature is searched for to a relative 1e-6.
  expect(Math.abs((await value('[data-quantity="nll-after"]')) - after!.nll)).toBeLessThan(2 * FLOAT32);
  expect(await page.locator('[data-table="thresholds"] [data-score]').count()).toBe(findings.scores.length);
  for (const { name, failure, ood } of findings.scores) {
    const of = (table: string): string =>
      `[data-table="${table}"] [data-score="${name}"] [data-quantity="auroc"]`;
    const own = measured.scores.get(name)!;
    const isError = measured.errors;
    const within = closePairs(
      [...own].filter((_, i) => isError[i]),
      [...own].filter((_, i) => !isError[i]),
    );
    expect(Math.abs((await value(of('failure'))) - failure!.auroc), name).toBeLessThanOrEqual(within);
    for (const [set, { auroc }] of Object.entries(ood)) {
      const outside = closePairs([...measured.ood[set]!.get(name)!], [...own]);
      expect(Math.abs((await value(of(`ood-${set}`))) - auroc), `${name}, ${set}`).toBeLessThanOrEqual(
        outside,
      );
    }
  }
}

/** How far an AUROC may move when scores move by roundings: the share of pairs that are closer than that. */
function closePairs(positives: readonly number[], negatives: readonly number[]): number {
  const size = Math.max(...positives.map(Math.abs), ...negatives.map(Math.abs));
  const reach = (2 * FLOAT32 * Math.max(size, 1)) / 30;
  let close = 0;
  for (const a of positives) for (const b of negatives) close += Number(Math.abs(a - b) <= reach);
  return close / (positives.length * negatives.length) + 1e-12;
}

export async function choose(page: Page, field: keyof typeof FIELDS, file: UploadedFile): Promise<void> {
  const name = FIELDS[field];
  const label =
    typeof name === 'string' ? `${name}: choose files` : new RegExp(`${name.source}: choose files$`);
  await page.getByLabel(label).setInputFiles([file]);
}
