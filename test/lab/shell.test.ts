import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { sinusoidalSet } from '#credence/data/toy';
import { fold, key } from '#credence/random/index';
import {
  eventually,
  controlled,
  filesKept,
  hasChromium,
  labTest,
  LARGE_FILES,
  serveLab,
  violationsIn,
} from './lab.js';

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

const test = labTest({ isolated: true });

describe.skipIf(!hasChromium)('the shell', () => {
  test('what is loaded before the first view is within its budget, without the runtime', async ({ lab }) => {
    const html = await readFile(join(lab.folder, 'index.html'), 'utf8');
    const eager = [...html.matchAll(/(?:src|href)="(\.\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file!);
    expect(eager.length).toBeGreaterThanOrEqual(3);
    expect(await bytesOf(lab.folder, eager)).toBeLessThan(BUDGET);

    // And what the first panel then asks for: nothing more may be needed to see it. The service worker's visits don't count.
    await using opened = await lab.open('', { serviceWorkers: 'block' });
    await opened.page.waitForSelector('.numbers');
    const loaded = await opened.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    );
    expect(loaded.filter((path) => /\.wasm$|onnxruntime|figures/.test(path))).toEqual([]);
    expect(await bytesOf(lab.folder, loaded)).toBeLessThan(BUDGET);
  });

  test('tabs are links, by mouse and keyboard, and keep the state of their panel', async ({ lab }) => {
    await using opened = await lab.open();
    const { page } = opened;
    const current = () => page.locator('.tabs [aria-current="page"]').textContent();
    await page.getByRole('button', { name: 'Line with a hole' }).click();
    await eventually(() => page.url()).toContain('set=hole');
    await page.getByRole('link', { name: 'Week 2' }).click();
    await eventually(current).toBe('Week 2');
    await eventually(() => page.title()).toBe('Week 2 · Credence lab');
    await page.getByRole('link', { name: 'Your model' }).focus();
    await page.keyboard.press('Enter');
    await eventually(current).toBe('Your model');
    await page.goBack();
    await eventually(current).toBe('Week 2');
    await page.getByRole('link', { name: 'Week 1' }).click();
    await eventually(() => page.url()).toContain('#/week1?set=hole');
    await eventually(() => page.getByRole('radio', { name: 'Hole' }).isChecked()).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test('the keyboard reaches the content first', async ({ lab }) => {
    await using opened = await lab.open();
    await opened.page.waitForSelector('.numbers');
    await opened.page.keyboard.press('Tab');
    await opened.page.keyboard.press('Enter');
    await eventually(() => opened.page.evaluate(() => document.activeElement?.id)).toBe('content');
    await eventually(() => opened.page.url()).toMatch(/#\/week1$/);
  });

  test('what cannot be read of the address is said, and defaults stand in', async ({ lab }) => {
    await using opened = await lab.open(UNREADABLE[0][0]);
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

  test('the link that is copied opens the same state', async ({ lab }) => {
    await using opened = await lab.open('', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = opened;
    const alpha = page.getByRole('slider', { name: 'Prior precision α' });
    await alpha.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Copy link' }).click();
    // The button says so for two seconds only, the page's voice until it says something else.
    const said = page.locator('.visually-hidden[role="status"]');
    await eventually(() => said.textContent()).toBe('Copied');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    // Three steps of a twentieth of a decade, from the nearest one to 2.
    const value = /[?&]alpha=([^&]+)/.exec(link)?.[1];
    expect(value).toBe((10 ** 0.15).toPrecision(3));
    await eventually(() => alpha.getAttribute('aria-valuetext')).toBe(value);
    await using second = await lab.open(link);
    const restored = second.page.getByRole('slider', { name: 'Prior precision α' });
    await eventually(() => restored.getAttribute('aria-valuetext')).toBe(value);
    expect(opened.complaints).toEqual([]);
  });

  test('a theme is chosen and kept; without a choice it is the system’s', async ({ lab }) => {
    await using opened = await lab.open('', { colorScheme: 'dark' });
    const { page } = opened;
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const theme = page.getByRole('combobox', { name: 'Colour theme' });
    const white = 'rgb(255, 255, 255)';
    await theme.waitFor();
    const dark = await paper();
    expect(dark).not.toBe(white);
    await theme.selectOption('light');
    await eventually(paper).toBe(white);
    await page.reload();
    await eventually(paper).toBe(white);
    await theme.selectOption('system');
    await eventually(paper).toBe(dark);
    expect(opened.complaints).toEqual([]);
  });

  test('threads: several where the page is isolated, one where it is not', async ({ lab }) => {
    await using plain = await serveLab(lab.folder, { isolated: false });
    await using single = await lab.open(plain.url, { serviceWorkers: 'block' });
    const threads = (page: Page) => page.getByRole('switch', { name: /^Threads/ });
    expect(await single.page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
    await single.page.getByText('Threads: 1').waitFor();
    expect(await threads(single.page).isDisabled()).toBe(true);

    await using opened = await lab.open();
    const { page } = opened;
    await page.waitForSelector('.numbers');
    const cores = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
    if (cores > 1) {
      await page.getByText(`Threads: ${cores}`).waitFor();
      await threads(page).click();
      await page.getByText('Threads: 1').waitFor();
    }
    // The worker was ended; the next one answers.
    await page.getByRole('button', { name: 'Sine, polynomial' }).click();
    const { x } = sinusoidalSet(fold(key(1), 'sinusoidal'));
    const barycentre = x.reduce((sum, value) => sum + value / x.length, 0);
    const told = async () => Number(await page.locator('[data-quantity="barycentre-0"]').textContent());
    await eventually(told).toBeCloseTo(barycentre, 4);
    expect(opened.complaints).toEqual([]);
  });

  test('a worker that cannot be loaded is said', async ({ lab }) => {
    await using opened = await lab.open('about:blank', { serviceWorkers: 'block' });
    const { page } = opened;
    await page.route(/worker-[^/]*\.js$/, (route) => route.abort());
    await page.goto(lab.url);
    await eventually(() => page.getByRole('alert').first().textContent()).toMatch(
      /worker could not be loaded/,
    );
  });

  // That the page itself asks for nothing else is what no complaint of its console says, in every test.
  test.for([true, false])(
    'nothing but its own is loaded, run or talked to; headers: %s',
    async (isolated, { lab }) => {
      await using server = await serveLab(lab.folder, { isolated });
      await using opened = await lab.open(server.url);
      const { page } = opened;
      await page.waitForSelector('.numbers');
      expect(opened.complaints).toEqual([]);
      const refused = await page.evaluateHandle(() => {
        const directives: string[] = [];
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
          directives.push(effectiveDirective),
        );
        const elsewhere = 'https://elsewhere.invalid/';
        fetch(elsewhere).catch(() => undefined);
        new Image().src = `${elsewhere}image.png`;
        const script = document.createElement('script');
        script.textContent = 'document.title = "taken over"';
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.head.append(script, style);
        return directives;
      });
      const expected = ['connect-src', 'img-src', 'script-src-elem', 'style-src-elem'];
      // Each of two equal policies refuses.
      await eventually(async () => [...new Set(await refused.jsonValue())].toSorted()).toEqual(expected);
      expect(await page.title()).toBe('Week 1 · Credence lab');
    },
  );

  test('a tab is shown at once, with nothing of the last one left to be written over its address', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/week1');
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
    await eventually(() => page.url()).toMatch(/#\/week1\?/);
    expect(opened.complaints).toEqual([]);
  });

  test('without a network it is all there, and isolated by the service worker', async ({ lab }) => {
    await using plain = await serveLab(lab.folder, { isolated: false });
    await using opened = await lab.open(plain.url);
    const { page } = opened;
    await controlled(page);
    // The runtime and the network are kept when they are first used.
    await page.getByRole('link', { name: 'Week 3' }).click();
    await eventually(() => filesKept(page)).toEqual(expect.arrayContaining([...LARGE_FILES]));
    await page.locator('[data-quantity="odin-score"]').waitFor();
    await page.getByRole('link', { name: 'Week 1' }).click();
    await page.getByRole('heading', { level: 2, name: 'Week 1' }).waitFor();
    await plain[Symbol.asyncDispose]();
    await page.reload();
    await page.waitForSelector('.numbers');
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    for (const [, name] of PANELS.slice(1)) {
      await page.getByRole('link', { name }).click();
      await page.getByRole('heading', { level: 2, name }).waitFor();
    }
    expect(opened.complaints).toEqual([]);
  });

  test.for([
    { scheme: 'light', width: 1280 },
    { scheme: 'dark', width: 1280 },
    { scheme: 'light', width: 390 },
  ] as const)(
    'a checker of accessibility finds nothing: $scheme, $width pixels',
    async ({ scheme, width }, { lab }) => {
      const viewport = { width, height: 900 };
      await using opened = await lab.open('', { colorScheme: scheme, viewport, bypassCSP: true });
      const { page } = opened;
      for (const [panel, title] of PANELS) {
        await page.evaluate((name) => (location.hash = `#/${name}`), panel);
        await page.getByRole('heading', { level: 2, name: title }).waitFor();
        if (panel === 'week1') await page.waitForSelector('.numbers');
        if (width < 768)
          await page.evaluate(() => document.querySelector('details')?.setAttribute('open', ''));
        expect(await violationsIn(page), panel).toEqual([]);
      }
      expect(opened.complaints).toEqual([]);
    },
  );
});

async function bytesOf(folder: string, files: readonly string[]): Promise<number> {
  const sizes = files.map(async (file) => (await stat(join(folder, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
