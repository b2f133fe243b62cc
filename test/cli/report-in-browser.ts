import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults, ElementContext, RunOptions } from 'axe-core';
import { chromium } from 'playwright-core';
import { formulasOf } from '../browser/formulas.js';
import type { FormulasSeen } from '../browser/formulas.js';

/** What a browser makes of a report. */
export interface Seen {
  /** Errors of the page and what its console warns of. */
  readonly complaints: readonly string[];
  /** Everything it asked for but itself. */
  readonly requests: readonly string[];
  /** What axe finds against WCAG and good practice, one line each. */
  readonly violations: readonly string[];
  readonly scrollWidth: number;
  readonly formulas: FormulasSeen;
  /** Colour behind the text in the reader's own theme, and after a click on the other one. */
  readonly paper: string;
  readonly paperAfterClick: string;
  /** Links that give an SVG which the browser reads. */
  readonly svgDownloads: number;
  /** Whether figure 6 shows another frame after a step back; undefined in a report without frames. */
  readonly framesStepped: boolean | undefined;
}

declare global {
  // Of axe-core, once it is in the page.
  var axe: { run(context: ElementContext, options: RunOptions): Promise<AxeResults> };
}

/** How long a page of several megabytes may take on a machine that others use as well, milliseconds. */
const PATIENCE = 120_000;

export interface InspectOptions {
  readonly executablePath: string;
  readonly width: number;
  readonly theme: 'light' | 'dark';
  /** Whether axe looks into the pictures too, which takes it most of its time. */
  readonly pictures: boolean;
}

export async function inspect(
  file: string,
  { executablePath, width, theme, pictures }: InspectOptions,
): Promise<Seen> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: PATIENCE });
  try {
    // The page's own policy would forbid axe; that it allows the page's own scripts is seen by what they do.
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: theme,
      bypassCSP: true,
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    const url = pathToFileURL(resolve(file)).href;
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
    });
    await page.goto(url);
    const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
    const formulas = await formulasOf(page);
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const paper = await background();

    await page.addScriptTag({
      content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    });
    const { violations } = await page.evaluate(
      (excluded) => globalThis.axe.run({ exclude: excluded }, { resultTypes: ['violations'] }),
      pictures ? [] : [['.picture svg']],
    );

    const svgDownloads = await page.evaluate(() => {
      const links = [...document.querySelectorAll<HTMLAnchorElement>('a[data-svg]')];
      return links.filter((link) => {
        const text = decodeURIComponent(link.href.replace('data:image/svg+xml;charset=utf-8,', ''));
        const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
        return documentElement.localName === 'svg';
      }).length;
    });
    const player = page.locator('.credence-player').first();
    let framesStepped: boolean | undefined;
    if ((await player.count()) > 0) {
      const before = await player.innerHTML();
      await page.locator('.credence-player [data-step="-1"]').first().click();
      framesStepped = (await player.innerHTML()) !== before;
    }
    await page.locator(`.theme button[value="${theme === 'light' ? 'dark' : 'light'}"]`).click();
    const paperAfterClick = await background();
    return {
      complaints,
      requests,
      violations: violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      ),
      scrollWidth,
      formulas,
      paper,
      paperAfterClick,
      svgDownloads,
      framesStepped,
    };
  } finally {
    await browser.close();
  }
}
