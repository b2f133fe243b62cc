import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLab, eventually, hasChromium, launchChromium, openPage, serveLab } from './lab.js';
import type { Served } from './lab.js';

/** Of JavaScript and CSS before the first view, bytes. */
const BUDGET = 500_000;
const UNREADABLE = [
  ['#/nothing?alpha=3', "'nothing' in the address: expected one of week1"],
  ['#/week1?alpha=many', "'alpha' in the address: expected a number from 0.0001 to 1000, got 'many'"],
  ['#/week1?points=1,2;3', "'points' in the address"],
  ['#/week1?speling=1', "'speling' in the address"],
] as const;
const PANELS = [
  ['week1', 'Week 1'],
  ['week2', 'Week 2'],
  ['week3', 'Week 3'],
  ['your-model', 'Your model'],
] as const;

describe.skipIf(!hasChromium)('the shell', () => {
  let lab: Awaited<ReturnType<typeof buildLab>> | undefined;
  let server: Served | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    lab = await buildLab();
    server = await serveLab(lab.folder, { isolated: true });
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const open = (hash = '', options = {}) => openPage(browser!, `${server!.url}${hash}`, options);

  test('what is loaded before the first view is within its budget, without the runtime', async () => {
    const html = await readFile(join(lab!.folder, 'index.html'), 'utf8');
    const eager = [...html.matchAll(/(?:src|href)="(\.\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file!);
    expect(eager.length).toBeGreaterThanOrEqual(3);
    expect(await bytesOf(lab!.folder, eager)).toBeLessThan(BUDGET);

    // And what the first panel then asks for: nothing more may be needed to see it. The service worker's visits don't count.
    await using opened = await open('', { serviceWorkers: 'block' });
    await opened.page.waitForSelector('.numbers');
    const loaded = await opened.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    );
    expect(loaded.filter((path) => /\.wasm$|onnxruntime|figures/.test(path))).toEqual([]);
    expect(await bytesOf(lab!.folder, loaded)).toBeLessThan(BUDGET);
  });

  test('tabs are links, by mouse and keyboard, and keep the state of their panel', async () => {
    await using opened = await open();
    const { page } = opened;
    const current = () => page.locator('.tabs [aria-current="page"]').textContent();
    await page.getByRole('button', { name: 'Line with a hole' }).click();
    await eventually(() => page.url()).toContain('set=hole');
    await page.getByRole('link', { name: 'Week 2' }).click();
    await eventually(current).toBe('Week 2');
    expect(await page.title()).toBe('Week 2 · Credence lab');
    await page.getByRole('link', { name: 'Your model' }).focus();
    await page.keyboard.press('Enter');
    await eventually(current).toBe('Your model');
    await page.goBack();
    await eventually(current).toBe('Week 2');
    await page.getByRole('link', { name: 'Week 1' }).click();
    await eventually(() => page.url()).toContain('#/week1?set=hole');
    await page.waitForSelector('.numbers');
    expect(await page.getByRole('radio', { name: 'Hole' }).isChecked()).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test('the keyboard reaches the content first', async () => {
    await using opened = await open();
    await opened.page.waitForSelector('.numbers');
    await opened.page.keyboard.press('Tab');
    await opened.page.keyboard.press('Enter');
    expect(await opened.page.evaluate(() => document.activeElement?.id)).toBe('content');
    expect(opened.page.url()).not.toContain('#content');
  });

  test('what cannot be read of the address is said, and defaults stand in', async () => {
    await using opened = await open(UNREADABLE[0][0]);
    const { page } = opened;
    await page.waitForSelector('.numbers');
    for (const [hash, message] of UNREADABLE) {
      await page.evaluate((text) => (location.hash = text), hash);
      await eventually(() => page.locator('main [role="status"]').textContent()).toContain(message);
      await eventually(() => page.url(), hash).toMatch(/#\/week1$/);
    }
    await page.getByRole('button', { name: 'Close' }).click();
    await eventually(() => page.locator('main [role="status"]').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test('the link that is copied opens the same state', async () => {
    await using opened = await open('', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = opened;
    const alpha = page.getByRole('slider', { name: 'Prior precision α' });
    await alpha.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const value = await alpha.getAttribute('aria-valuetext');
    expect(value).not.toBe('2');
    await using second = await openPage(browser!, link);
    const restored = second.page.getByRole('slider', { name: 'Prior precision α' });
    expect(await restored.getAttribute('aria-valuetext')).toBe(value);
    expect(opened.complaints).toEqual([]);
  });

  test('a theme is chosen and kept; without a choice it is the system’s', async () => {
    await using opened = await open('', { colorScheme: 'dark' });
    const { page } = opened;
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    const theme = page.getByRole('combobox', { name: 'Colour theme' });
    await theme.selectOption('light');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    expect(dark).not.toBe('rgb(255, 255, 255)');
    await page.reload();
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await theme.selectOption('system');
    expect(await paper()).toBe(dark);
    expect(opened.complaints).toEqual([]);
  });

  test('threads: several where the page is isolated, one where it is not', async () => {
    await using plain = await serveLab(lab!.folder, { isolated: false });
    await using single = await openPage(browser!, plain.url, { serviceWorkers: 'block' });
    const threads = (page: Page) => page.getByRole('switch', { name: /^Threads/ });
    expect(await single.page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
    await single.page.waitForSelector('.numbers');
    expect(await threads(single.page).isDisabled()).toBe(true);
    expect(await single.page.getByText('Threads: 1').count()).toBe(1);

    await using opened = await open();
    const { page } = opened;
    await page.waitForSelector('.numbers');
    const cores = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
    if (cores > 1) {
      expect(await page.getByText(`Threads: ${cores}`).count()).toBe(1);
      await threads(page).click();
      expect(await page.getByText('Threads: 1').count()).toBe(1);
    }
    // The worker was ended; the next one answers.
    await page.getByRole('button', { name: 'Sine, polynomial' }).click();
    await eventually(() => page.locator('[data-quantity="limit-0"]').count()).toBe(1);
    await eventually(() => page.locator('[data-quantity="formula-0"]').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test('a worker that cannot be loaded is said', async () => {
    await using opened = await openPage(browser!, 'about:blank', { serviceWorkers: 'block' });
    const { page } = opened;
    await page.route(/worker-[^/]*\.js$/, (route) => route.abort());
    await page.goto(server!.url);
    await eventually(() => page.getByRole('alert').first().textContent()).toMatch(
      /worker could not be loaded/,
    );
  });

  test('a tab is shown at once, with nothing of the last one left to be written over its address', async () => {
    await using opened = await open('#/week1');
    const { page } = opened;
    await page.waitForSelector('.numbers');
    const hash = await page.evaluate(() => {
      const slider = document.querySelector<HTMLInputElement>('input[type=range]')!;
      slider.value = slider.max;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      const tabs = [...document.querySelectorAll<HTMLAnchorElement>('.tabs a')];
      tabs[1]!.click();
      tabs[0]!.click();
      tabs[2]!.click();
      return location.hash;
    });
    expect(hash).toMatch(/^#\/week3/);
    await page.getByRole('heading', { level: 2, name: 'Week 3' }).waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/week3/);
    // What was set before the click is kept for the way back.
    await page.goBack();
    await page.waitForSelector('.numbers');
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/week1\?/);
    expect(opened.complaints).toEqual([]);
  });

  test('without a network it is all there, and isolated by the service worker', async () => {
    const plain = await serveLab(lab!.folder, { isolated: false });
    let stopped = false;
    try {
      await using opened = await openPage(browser!, plain.url);
      const { page } = opened;
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
        while (navigator.serviceWorker.controller === null) await new Promise((r) => setTimeout(r, 20));
      });
      // The runtime is kept when it is first used.
      await page.getByRole('link', { name: 'Week 2' }).click();
      await eventually(() => page.evaluate(runtimeKept)).toBeGreaterThan(10_000_000);
      await page.getByRole('link', { name: 'Week 1' }).click();
      await plain[Symbol.asyncDispose]();
      stopped = true;
      await page.reload();
      await page.waitForSelector('.numbers');
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
      for (const [, name] of PANELS.slice(1)) {
        await page.getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 2, name }).waitFor();
      }
      expect(opened.complaints).toEqual([]);
    } finally {
      if (!stopped) await plain[Symbol.asyncDispose]();
    }
  });

  test.each([
    { scheme: 'light', width: 1280 },
    { scheme: 'dark', width: 1280 },
    { scheme: 'light', width: 390 },
  ] as const)(
    'a checker of accessibility finds nothing: $scheme, $width pixels',
    async ({ scheme, width }) => {
      await using opened = await open('', { colorScheme: scheme, viewport: { width, height: 900 } });
      const { page } = opened;
      await page.addScriptTag({ content: axe.source });
      for (const [panel, title] of PANELS) {
        await page.evaluate((name) => (location.hash = `#/${name}`), panel);
        await page.getByRole('heading', { level: 2, name: title }).waitFor();
        if (panel === 'week1') await page.waitForSelector('.numbers');
        if (width < 768)
          await page.evaluate(() => document.querySelector('details')?.setAttribute('open', ''));
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, {}));
        const found = violations.map(
          ({ id, nodes }) => `${panel}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
        );
        expect(found).toEqual([]);
      }
      expect(opened.complaints).toEqual([]);
    },
    // Four panels begin to compute meanwhile.
    120_000,
  );
});

/** The bytes of WebAssembly that the service worker has put by. */
async function runtimeKept(): Promise<number> {
  let bytes = 0;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const requests = await cache.keys();
    for (const request of requests.filter(({ url }) => url.endsWith('.wasm'))) {
      const kept = await cache.match(request);
      bytes += (await kept?.blob())?.size ?? 0;
    }
  }
  return bytes;
}

async function bytesOf(folder: string, files: readonly string[]): Promise<number> {
  const sizes = files.map(async (file) => (await stat(join(folder, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
