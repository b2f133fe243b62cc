import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { complaintsOf, findChromium } from '../browser/chromium.js';
import { eventually, filesKept, hasChromium, serveLab } from './lab.js';
import type { Served } from './lab.js';
import { adapterOf, launchWithWebgpu, skipWithout, webgpuRequests } from './webgpu.js';

/** A minute for each thing that a measurement waits for, and then some: WebGPU in software takes seconds for a step. */
const PATIENCE = 240_000;
/** Of the test that measures: twice three such things. */
const LONGEST = 600_000;
const TRAINING = '[data-computed="week3-training"]';
const PASSES = '[data-computed="week3-passes"]';
/** Tolerances of the losses, nats, and of probabilities: see `workloads.ts`. */
const MEASURED = [
  { line: TRAINING, tolerance: 1e-3 },
  { line: PASSES, tolerance: 5e-4 },
];

describe.skipIf(!hasChromium)('wasm or WebGPU', () => {
  let server: Served | undefined;
  let browsers: Record<'plain' | 'webgpu', Browser> | undefined;

  beforeAll(async () => {
    server = await serveLab(inject('labFolder')!, { isolated: true });
    const args = ['--no-sandbox', '--disable-gpu'];
    const plain = await chromium.launch({ executablePath: findChromium()!, args });
    browsers = { plain, webgpu: await launchWithWebgpu() };
  });
  afterAll(async () => {
    for (const browser of Object.values(browsers ?? {})) await browser.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Week 3 with a training of an epoch, and what of the runtimes it has asked for. */
  async function open(browser: Browser, query = '') {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    const ofWebgpu = webgpuRequests(context);
    await page.goto(`${server!.url}${query}#/week3?epochs=1&seed=2`);
    await page.locator(TRAINING).waitFor();
    return { page, context, complaints, ofWebgpu, [Symbol.asyncDispose]: () => context.close() };
  }

  test('without an adapter nothing is loaded for it, and the page says so', async () => {
    await using opened = await open(browsers!.plain);
    const { page } = opened;
    await begin(page);
    await expectChoice(page, 'wasm', 'absent');
    expect(await page.locator(TRAINING).textContent()).toMatch(
      /computed with wasm, \d+ threads?; this browser offers no WebGPU here\.$/,
    );
    await page.locator('[data-quantity="live-accuracy"]').waitFor({ timeout: PATIENCE });
    expect(opened.ofWebgpu).toEqual([]);
    expect(opened.complaints).toEqual([]);
    expect(await adapterOf(page)).toBeUndefined();
  });

  test('where it is asked for and not there, wasm computes', async () => {
    await using opened = await open(browsers!.plain, '?compute=webgpu');
    const { page } = opened;
    expect(await page.getByLabel('Compute with').inputValue()).toBe('webgpu');
    await begin(page);
    await expectChoice(page, 'wasm', 'absent');
    expect(opened.ofWebgpu).toEqual([]);
  });

  test(
    'with an adapter both are measured, agree, and the faster one is taken and kept',
    async ({ skip }) => {
      await using opened = await open(browsers!.webgpu);
      const { page } = opened;
      const adapter = await adapterOf(page);
      skipWithout(adapter, skip);
      expect(opened.ofWebgpu).toEqual([]);
      await begin(page);
      const said: string[] = [];
      for (const { line, tolerance } of MEASURED) {
        const choice = page.locator(`${line} [data-reason]`);
        await choice.waitFor({ timeout: PATIENCE });
        const text = (await choice.textContent())!;
        if (/no answer within/.test(text)) skip(`WebGPU in software is too slow here: ${text}`);
        const [backend, reason] = [
          await choice.getAttribute('data-backend'),
          await choice.getAttribute('data-reason'),
        ];
        const difference = Number(await choice.getAttribute('data-difference'));
        expect(difference, text).toBeLessThanOrEqual(tolerance);
        const [first, second] = [...text.matchAll(/([\d.]+) ms/g)].map(([, time]) => Number(time));
        // The one that computes is told first.
        if (backend === 'webgpu') expect([reason, first! < second!]).toEqual(['faster', true]);
        else if (reason === 'slower') expect(first).toBeLessThanOrEqual(second!);
        else expect(reason, text).toBe('noise');
        said.push(text);
      }
      process.stdout.write(`${adapter}: ${said.join(' ')}\n`);
      await page.locator('[data-quantity="live-accuracy"]').waitFor({ timeout: PATIENCE });
      expect(opened.ofWebgpu.length).toBeGreaterThan(0);
      expect(await filesKept(page)).toContain('ort-wasm-simd-threaded.asyncify.wasm');

      // What was chosen holds for the visit.
      await page.reload();
      for (const [i, { line }] of MEASURED.entries()) {
        await eventually(() => page.locator(`${line} [data-reason]`).textContent()).toBe(said[i]);
      }
      expect(opened.complaints).toEqual([]);
    },
    LONGEST,
  );

  test('set to wasm nothing is measured; a WebGPU that cannot be loaded is ruled out', async ({ skip }) => {
    await using opened = await open(browsers!.webgpu, '?compute=wasm');
    const { page, context } = opened;
    skipWithout(await adapterOf(page), skip);
    await begin(page);
    await expectChoice(page, 'wasm', 'set');
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor({ timeout: PATIENCE });
    expect(opened.ofWebgpu).toEqual([]);

    await context.route(/asyncify/, (route) => route.abort());
    await page.getByLabel('Compute with').selectOption('auto');
    await begin(page);
    await expectChoice(page, 'wasm', 'failed');
    expect(await page.locator(TRAINING).textContent()).toMatch(
      /computed with wasm, \d+ threads?: [\d.]+ ms a step; WebGPU is not used: /,
    );
  });
});

async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
}

/** Of the training. */
async function expectChoice(page: Page, backend: string, reason: string): Promise<void> {
  const choice = page.locator(`${TRAINING} [data-backend="${backend}"][data-reason="${reason}"]`);
  await choice.waitFor({ timeout: PATIENCE });
}
