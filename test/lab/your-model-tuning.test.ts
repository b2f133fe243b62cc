import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { assess } from '#credence/assessment/index';
import type { Assessment } from '#credence/assessment/index';
import { encodeNpz } from '#credence/formats/index';
import { key } from '#credence/random/index';
import { scores } from '#credence/scores/index';
import { tensorSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import { eventually, hasChromium, labTest } from './lab.js';
import { csvFile, fileOf, fixture, inputsOf, labelledSet, npzFile, onnxFile } from './your-model-data.js';
import type { UploadedFile } from './your-model-data.js';

const test = labTest({ isolated: false });
const PATIENCE = 120_000;
/** A relative error of float32 sums of some hundred products, each rounded to 6e-8. */
const FLOAT32 = 100 * 6e-8;

describe.skipIf(!hasChromium)('your model, tuned', () => {
  test(
    'settings are chosen by a set from elsewhere, as the library chooses them; it is not measured on',
    async ({ lab }) => {
      await using opened = await lab.open('#/your-model?risk=0.3');
      const { page } = opened;
      const set = await labelledSet('mlp', 1, 160);
      const far = inputsOf('mlp', 3, 60, 4);
      await choose(page, 'Model', onnxFile('mlp'));
      await choose(page, 'Validation set', npzFile('validation.npz', set));
      await choose(page, 'Inputs from elsewhere', csvFile('far.csv', far));
      const use = page.getByRole('combobox', { name: 'far: use' });
      await use.selectOption('to tune settings by');
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const within = await use.evaluate((select) => {
          const field = select.closest('.drop')!.getBoundingClientRect();
          return select.getBoundingClientRect().right < field.right;
        });
        expect(within, `${width}`).toBe(true);
      }
      await page.getByRole('button', { name: 'Assess', exact: true }).click();
      const expected = await assessed(set, far);
      await page.waitForSelector('.recommended', { timeout: PATIENCE });

      const table = page.getByRole('region', { name: 'Settings chosen by data' });
      expect(expected.findings.tuned.map(({ score }) => score)).toContain('odin');
      expect(await table.locator('[data-score]').count()).toBe(expected.findings.tuned.length);
      for (const { score, criterion, candidates, chosen } of expected.findings.tuned) {
        const row = table.locator(`[data-score="${score}"]`);
        const by = await row.locator('[data-quantity="criterion"]').textContent();
        expect(by, score).toContain(criterion);
        expect(by!.includes('of far against'), score).toBe(criterion === 'AUROC');
        const best = candidates.find(({ settings }) => same(settings, chosen))!.value;
        const value = Number(await row.locator('[data-quantity="value"]').getAttribute('data-value'));
        // Where a rounding makes another candidate the best, its value is the same to a rounding; an AUROC moves by the
        // share of one of the sixty where a rounding moves that one past known inputs.
        const within = criterion === 'AUROC' ? 1 / 60 : FLOAT32 * Math.max(1, Math.abs(best));
        expect(Math.abs(value - best), score).toBeLessThanOrEqual(within);
      }
      expect(await page.locator('[data-table="ood-far"]').count()).toBe(0);
      expect(opened.complaints).toEqual([]);
    },
    2 * PATIENCE,
  );

  test(
    'what is measured on is not what was fitted on: the same bytes under another name are refused',
    async ({ lab }) => {
      await using opened = await lab.open('#/your-model');
      const { page } = opened;
      const set = await labelledSet('mlp', 1, 80);
      const far = csvFile('far.csv', inputsOf('mlp', 3, 60, 4));
      await choose(page, 'Model', onnxFile('mlp'));
      await choose(page, 'Validation set', npzFile('validation.npz', set));
      await choose(page, 'Inputs from elsewhere', far);
      await page.getByRole('combobox', { name: 'far: use' }).selectOption('to tune settings by');
      await choose(page, 'More from elsewhere', { ...far, name: 'other.csv' });
      await page.getByRole('button', { name: 'Assess', exact: true }).click();
      const error = page.locator('.run .notice.error');
      await error.getByText("expected another set than 'other'").waitFor();
      expect(await page.locator('.recommended').count()).toBe(0);
      expect(opened.complaints).toEqual([]);
    },
    PATIENCE,
  );

  test(
    'colours become grey and the middle is cut out, as the settings say and the address keeps',
    async ({ lab }) => {
      await using opened = await lab.open('#/your-model');
      const { page } = opened;
      const images = tensor('uint8', [50, 20, 24, 3], new Uint8Array(50 * 20 * 24 * 3).fill(90));
      const labels = tensor(
        'uint8',
        [50],
        Uint8Array.from({ length: 50 }, (_, i) => i % 2),
      );
      const content = encodeNpz(
        new Map([
          ['x', images],
          ['y', labels],
        ]),
      );
      await choose(page, 'Model', onnxFile('convnet'));
      await choose(page, 'Validation set', fileOf('colours.npz', content));
      const shape = page.getByRole('region', { name: 'Validation set' }).locator('.drop-found');
      await eventually(() => shape.textContent()).toBe('50 examples of shape (20, 24, 3)');
      await page.getByText('How data are read').click();
      await page.getByRole('switch', { name: 'Grayscale' }).press('Space');
      await eventually(() => shape.textContent()).toBe('50 examples of shape (20, 24, 1)');
      await page.getByRole('textbox', { name: 'Crop' }).fill('16');
      await page.keyboard.press('Tab');
      await eventually(() => shape.textContent()).toBe('50 examples of shape (16, 16, 1)');
      await eventually(() => page.url()).toMatch(/[?&]crop=16&grayscale=1/);
      expect(opened.complaints).toEqual([]);
    },
    PATIENCE,
  );
});

/** The assessment of the library in Node, as the page asks for it. */
async function assessed(
  { inputs, labels }: Awaited<ReturnType<typeof labelledSet>>,
  far: ReturnType<typeof inputsOf>,
): Promise<Assessment> {
  const found = await assess({
    model: fixture('mlp'),
    validation: tensorSource(inputs, { name: 'validation', labels }),
    tuneOod: { far: tensorSource(far, { name: 'far' }) },
    scores: scores.filter(({ name }) => name !== 'confidnet'),
    risk: 0.3,
    confidence: 0.95,
    key: key(1),
    threads: 1,
  });
  await found.close();
  return found;
}

function same(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}

async function choose(page: Page, field: string, file: UploadedFile): Promise<void> {
  await page.getByLabel(`${field}: choose files`).setInputFiles([file]);
}
