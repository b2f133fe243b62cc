import { describe, expect, inject, test } from 'vitest';
import { assessmentSchema } from '#credence/assessment/index';
import { complaintsOf } from '../browser/chromium.js';
import { hasChromium, savedBy, serveLab } from './lab.js';
import { adapterOf, launchWithWebgpu, skipWithout, webgpuRequests } from './webgpu.js';
import { labelledSet, npzFile, onnxFile, reference } from './your-model-data.js';
import { assessFiles, choose, expectFindings } from './your-model-page.js';

/** WebGPU in software takes a second for what takes a card milliseconds. */
const PATIENCE = 240_000;
/** Of the probabilities that are compared: of 80 terms a path, or so (see `workload.ts`). */
const TOLERANCE = 1e-3;

describe.skipIf(!hasChromium)('your model, wasm or WebGPU', () => {
  test(
    'both are measured on its network, and agree; what all scores find on WebGPU is what Node finds',
    async ({ skip }) => {
      await using server = await serveLab(inject('labFolder')!, { isolated: true });
      await using browser = await launchWithWebgpu();
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(PATIENCE);
      const complaints = complaintsOf(page);
      const ofWebgpu = webgpuRequests(page.context());
      await page.goto(`${server.url}#/your-model?risk=0.3`);
      skipWithout(await adapterOf(page), skip);

      const given = { model: 'mlp', validation: await labelledSet('mlp', 1, 80), risk: 0.3 };
      const expected = await reference(given);
      await page.getByRole('button', { name: 'Assess the example' }).waitFor();
      expect(ofWebgpu).toEqual([]);
      await choose(page, 'model', onnxFile('mlp'));
      await choose(page, 'validation', npzFile('validation.npz', given.validation));
      await page.getByText('80 examples of shape').waitFor();
      await assessFiles(page);
      const choice = page.locator('[data-computed="assessment"] [data-reason]');
      const text = (await choice.textContent())!;
      expect(text).toMatch(/computed with .*[\d.]+ ms for \d+ inputs; .*[\d.]+ ms/);
      expect(Number(await choice.getAttribute('data-difference'))).toBeLessThanOrEqual(TOLERANCE);
      expect(ofWebgpu.length).toBeGreaterThan(0);

      await page.getByLabel('Compute with').selectOption('webgpu');
      await assessFiles(page);
      await page.locator('[data-computed="assessment"] [data-backend="webgpu"]').waitFor();
      await expectFindings(page, expected);
      const saved = await savedBy(page.getByRole('button', { name: 'Save results.json' }));
      const results = assessmentSchema.parse(JSON.parse(saved.toString()));
      expect(results.versions['computed with']).toBe('WebGPU');
      expect(results.scores.map(({ name }) => name)).toEqual(
        expected.findings.scores.map(({ name }) => name),
      );
      expect(complaints).toEqual([]);
    },
    2 * PATIENCE,
  );
});
