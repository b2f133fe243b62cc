import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findChromium } from '../browser/chromium.js';

/** A browser with WebGPU, in software where there is no card. */
export async function launchWithWebgpu(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: ['--no-sandbox', '--enable-unsafe-webgpu'],
  });
}

/** What of the runtime with WebGPU is asked for from now on. */
export function webgpuRequests(context: BrowserContext): string[] {
  const urls: string[] = [];
  context.on('request', (request) => {
    if (/onnxruntime-webgpu|asyncify/.test(request.url())) urls.push(request.url());
  });
  return urls;
}

/** The name of the page's adapter. */
export function adapterOf(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    type Gpu = { requestAdapter(): Promise<{ readonly info: { readonly architecture: string } } | null> };
    const gpu = Reflect.get(navigator, 'gpu') as Gpu | undefined;
    return (await gpu?.requestAdapter().catch(() => null))?.info.architecture;
  });
}

export function skipWithout(adapter: string | undefined, skip: (note: string) => void): void {
  if (adapter !== undefined) return;
  process.stdout.write('skipped: this Chromium gives no WebGPU adapter, not even one in software\n');
  skip('no adapter');
}
