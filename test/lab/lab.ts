import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { preview } from 'vite';
import { expect, inject, test as base } from 'vitest';
import type { TestAPI } from 'vitest';
import { policy } from '../../lab/build/policy.js';
import { parseAddress } from '../../lab/src/state/address.js';
import { complaintsOf, findChromium } from '../browser/chromium.js';

/** Where there is none, the tests that need it are skipped. */
export const hasChromium: boolean = findChromium() !== undefined;

/** How long anything is waited for, in milliseconds: the machine may be slow, and others may use it as well. */
const PATIENCE = 120_000;

/** As `npm run lab` serves it: what a page needs to have threads, and the policy that its worker heeds too. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-security-policy': policy,
};

/** The lab behind a server, and a browser to open it with. */
export interface Lab {
  readonly folder: string;
  readonly url: string;
  /** A page of the lab, at `#/week1` for instance, or at a whole URL. Its browser context, and with it its storage, is its own. */
  open(address?: string, options?: BrowserContextOptions): Promise<OpenPage>;
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the page and all that its console warns of. */
  readonly complaints: readonly string[];
}

/** `test` with a `lab`, which the tests of a file share. `isolated`: with the headers of `npm run lab`, else without any. */
export function labTest({ isolated }: { readonly isolated: boolean }): TestAPI<{ lab: Lab }> {
  return base.extend<{ $file: { lab: Lab } }>({
    lab: [
      // oxlint-disable-next-line no-empty-pattern -- Vitest reads off the parameter what a fixture needs
      async ({}, use) => {
        const folder = inject('labFolder')!;
        await using server = await serveLab(folder, { isolated });
        await using browser = await chromium.launch({
          executablePath: findChromium()!,
          args: ['--no-sandbox'],
          timeout: PATIENCE,
        });
        const open: Lab['open'] = async (address = '', options = {}) => {
          const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
          context.setDefaultTimeout(PATIENCE);
          const page = await context.newPage();
          const complaints = complaintsOf(page);
          await page.goto(/^#|^$/.test(address) ? `${server.url}${address}` : address);
          return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
        };
        await use({ folder, url: server.url, open });
      },
      { scope: 'file' },
    ],
  });
}

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** A folder on 127.0.0.1. To stop it before the scope ends is no error. */
export async function serveLab(
  folder: string,
  { isolated }: { readonly isolated: boolean },
): Promise<Served> {
  const server = await preview({
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0, headers: isolated ? HEADERS : {} },
  });
  let stopped: Promise<void> | undefined;
  return {
    url: server.resolvedUrls!.local[0]!,
    [Symbol.asyncDispose]: () => (stopped ??= server.close()),
  };
}

/** Asks again until it is so: what is asked for may be on its way. */
export function eventually<T>(read: () => T, message?: string): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: PATIENCE, ...(message !== undefined && { message }) });
}

/** What the address says now. */
export function addressOf(page: Page): ReadonlyMap<string, string> {
  return parseAddress(new URL(page.url()).hash).query;
}

/** What the address says once it says what the state is, which it follows a moment later and the tab's link at once. */
export async function settledAddress(page: Page): Promise<ReadonlyMap<string, string>> {
  let address = '';
  const lag = async (): Promise<string> => {
    const [hash, href] = await page.evaluate(() => [
      location.hash,
      document.querySelector('.tabs [aria-current="page"]')?.getAttribute('href') ?? '',
    ]);
    address = hash!;
    return hash === href ? '' : `${hash} is not yet ${href}`;
  };
  await eventually(lag).toBe('');
  return parseAddress(address).query;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where it is in the window, once its letters are there and it stands still. */
export async function boxOf(locator: Locator): Promise<Box> {
  await locator.scrollIntoViewIfNeeded();
  await locator.evaluate(async (element) => {
    await document.fonts.ready;
    for (let last = '', same = 0; same < 5;) {
      await new Promise(requestAnimationFrame);
      const now = JSON.stringify(element.getBoundingClientRect());
      same = now === last ? same + 1 : 0;
      last = now;
    }
  });
  return (await locator.boundingBox())!;
}

/** Waits until the service worker answers for the page. */
export async function controlled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (navigator.serviceWorker.controller === null) await new Promise((r) => setTimeout(r, 20));
  });
}

/** What the service worker has put by, without what a build adds to the names: 'model.onnx'. */
export async function filesKept(page: Page): Promise<string[]> {
  const urls = await page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) found.push(url);
    }
    return found;
  });
  return urls.map((url) => url.replace(/^.*\//, '').replace(/-[\w-]{8}(\.\w+)$/, '$1'));
}

/** The files that are put by when they are first used, of week 3 without a graphics card. */
export const LARGE_FILES: readonly string[] = ['ort-wasm-simd-threaded.wasm', 'model.onnx'];

/** The file that a button hands out. */
export async function savedBy(button: Locator): Promise<Buffer> {
  const [download] = await Promise.all([button.page().waitForEvent('download'), button.click()]);
  return readFile(await download.path());
}

/** A figure as its button saves it: 'SVG', 'PNG' or 'CSV'. */
export function savedFigure(page: Page, figure: RegExp, format: string): Promise<Buffer> {
  const frame = page.getByRole('region', { name: figure });
  return savedBy(frame.getByRole('button', { name: `Save as ${format}` }));
}

/** What axe finds, a line each. The page must have been opened with `bypassCSP`, since its policy allows no scripts but its own. */
export async function violationsIn(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate(async () => {
    // Colours on their way have another contrast.
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
    return globalThis.axe.run(document.documentElement, { resultTypes: ['violations'] });
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/**
 * What a frame costs the page's main thread while something is done, in milliseconds of processor time: of the frames themselves
 * there are fewer where others are at work as well.
 */
export async function costOfFrame(page: Page, act: () => Promise<void>): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async (): Promise<number> => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const counter = await page.evaluateHandle(() => {
    const state = { frames: 0 };
    const count = (): void => {
      state.frames++;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    return state;
  });
  const frames = (): Promise<number> => counter.evaluate((state) => state.frames);
  const [costBefore, framesBefore] = [await spent(), await frames()];
  await act();
  const [cost, count] = [(await spent()) - costBefore, (await frames()) - framesBefore];
  await devTools.detach();
  return cost / count;
}
