import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { findChromium } from '../browser/chromium.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the lab lies as it is hosted; undefined without a browser to open it with. */
    readonly labFolder: string | undefined;
  }
}

/** Builds the lab once for all files of tests, into a folder that is gone when they are done. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findChromium() === undefined) {
    process.stdout.write('skipped: no Chromium in the usual places; CHROMIUM_PATH names another one\n');
    provide('labFolder', undefined);
    return undefined;
  }
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
  provide('labFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
