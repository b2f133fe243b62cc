import { existsSync } from 'node:fs';
import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { ConfigurationError } from '#credence/errors/index';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * CHROMIUM_PATH, or the first of the usual places that is there.
 * @throws ConfigurationError when CHROMIUM_PATH names nothing.
 */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named === undefined || existsSync(named)) return named ?? USUAL_PLACES.find((path) => existsSync(path));
  throw new ConfigurationError({
    what: 'CHROMIUM_PATH',
    expected: 'the path of a Chromium',
    got: `'${named}'`,
  });
}

/** What of a graphics card a page has; the name of its renderer, undefined where there is none or it is a program. */
export interface Graphics {
  readonly webgpu: string | undefined;
  readonly webgl: string | undefined;
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan'];
  return chromium.launch({ executablePath, args });
}

/** A renderer in software is none: it runs on the processor that the other backends have. */
export async function graphicsOf(browser: Browser, url: string): Promise<Graphics> {
  const page = await browser.newPage();
  await page.goto(url);
  const found = await page.evaluate(async () => {
    const gpu: unknown = Reflect.get(navigator, 'gpu');
    const request = async (): Promise<string | undefined> => {
      type Info = { readonly vendor: string; readonly architecture: string; readonly description: string };
      type Gpu = { requestAdapter(): Promise<{ readonly info: Info } | null> };
      const adapter = await (gpu as Gpu | undefined)?.requestAdapter().catch(() => null);
      const { vendor = '', architecture = '', description = '' } = adapter?.info ?? {};
      return adapter ? [vendor, architecture, description].join(' ').trim() || 'unnamed' : undefined;
    };
    const gl = document.createElement('canvas').getContext('webgl2');
    const named = gl?.getExtension('WEBGL_debug_renderer_info');
    const webgl: unknown = named ? gl?.getParameter(named.UNMASKED_RENDERER_WEBGL) : undefined;
    return { webgpu: await request(), webgl: typeof webgl === 'string' ? webgl : undefined };
  });
  await page.close();
  const hardware = (name: string | undefined): string | undefined =>
    name === undefined || /swiftshader|llvmpipe|software/i.test(name) ? undefined : name;
  return { webgpu: hardware(found.webgpu), webgl: hardware(found.webgl) };
}
