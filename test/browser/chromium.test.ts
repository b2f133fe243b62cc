import { Buffer } from 'node:buffer';
import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlePage } from './bundle.js';
import type { Bundle } from './bundle.js';
import { complaintsOf, findChromium, serveFolder } from './chromium.js';
import { assessNatively, expectSameFindings } from './assessment-comparison.js';
import { computeNatively, expectSame } from './comparison.js';
import type { Native } from './comparison.js';
import type { Handed } from './page.js';

const executablePath = findChromium();
/** How long anything is waited for, milliseconds. */
const PATIENCE = 120_000;
if (executablePath === undefined) {
  process.stdout.write('skipped: no Chromium in the usual places; CHROMIUM_PATH names another one\n');
}

describe.skipIf(executablePath === undefined)('Chromium computes what Node does', () => {
  let bundle: Bundle | undefined;
  let native: Native;
  let browser: Browser | undefined;

  beforeAll(async () => {
    bundle = await bundlePage();
    native = await computeNatively();
    const args = ['--no-sandbox'];
    browser = await chromium.launch({ executablePath: executablePath!, args, timeout: PATIENCE });
  });
  afterAll(async () => {
    await browser?.close();
    await bundle?.[Symbol.asyncDispose]();
  });

  test.each([
    { isolated: false, threads: 1 },
    { isolated: true, threads: 2 },
  ])('isolated: $isolated, threads: $threads', async ({ isolated, threads }) => {
    const { model, images, labels } = native.given;
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const handed: Handed = { model: text(model), images: text(images), labels: text(labels), threads };
    await using server = await serveFolder(bundle!.folder, { isolated });
    const page = await browser!.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints = complaintsOf(page);
    await page.goto(server.url);
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(isolated);
    // Without isolation a page has no SharedArrayBuffer, so nothing may need one.
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe(isolated ? 'function' : 'undefined');
    await page.waitForFunction(() => typeof globalThis.compute === 'function');
    expectSame(await page.evaluate((given) => globalThis.compute(given), handed), native);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a model is assessed, saved and loaded there', async () => {
    const assessed = await assessNatively();
    const { model, ...given } = assessed.given;
    await using server = await serveFolder(bundle!.folder, { isolated: false });
    const page = await browser!.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints = complaintsOf(page);
    await page.goto(server.url);
    await page.waitForFunction(() => typeof globalThis.assess === 'function');
    const handed = { ...given, model: Buffer.from(model).toString('base64') };
    const web = await page.evaluate((own) => globalThis.assess(own), handed);
    await expectSameFindings(web, assessed);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
