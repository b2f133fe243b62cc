import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build, preview } from 'vite';
import { expect } from 'vitest';
import { findChromium } from '../browser/chromium.js';

/** Where there is none, the tests that need it are skipped. */
export const hasChromium: boolean = findChromium() !== undefined;
if (!hasChromium) {
  process.stdout.write('skipped: no Chromium in the usual places; CHROMIUM_PATH names another one\n');
}

/** The lab as it is hosted: built into a folder that is gone when the test is. */
export async function buildLab(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'credence-lab-'));
  // Vitest's would make it a build for development.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      configFile: 'lab/vite.config.ts',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    });
  } finally {
    process.env['NODE_ENV'] = NODE_ENV;
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** A folder on 127.0.0.1; `isolated`: with the headers of cross-origin isolation. */
export async function serveLab(folder: string, { isolated }: { isolated: boolean }): Promise<Served> {
  const server = await preview({
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: {
      host: '127.0.0.1',
      port: 0,
      headers: isolated
        ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
        : {},
    },
  });
  return { url: server.resolvedUrls!.local[0]!, [Symbol.asyncDispose]: () => server.close() };
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium()!, args: ['--no-sandbox'] });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the page and all that its console warns of. */
  readonly complaints: readonly string[];
}

/** A page of its own browser context, whose storage is empty. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Asks again until it is so; a machine that others use as well may take its time. */
export function eventually<T>(read: () => T, message?: string): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 20_000, ...(message !== undefined && { message }) });
}
