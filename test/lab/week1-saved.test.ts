import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { decodePng } from '#credence/formats/index';
import { eventually, hasChromium, labTest, savedFigure } from './lab.js';

const test = labTest({ isolated: false });
const FIGURES = { first: /β = 25/, published: /β = 12\.5/, variance: /^Variance/ };

/** The rows of a CSV without quotes, by the names of its head. */
async function rowsSaved(page: Page, figure: RegExp): Promise<Record<string, string>[]> {
  const [head = '', ...lines] = (await savedFigure(page, figure, 'CSV')).toString().trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line
      .replaceAll(/"[^"]*"/g, (quoted) => quoted.slice(1, -1).replaceAll(',', ';'))
      .split(',');
    return Object.fromEntries(names.map((name, k) => [name, cells[k] ?? '']));
  });
}

function kindsOf(rows: readonly Record<string, string>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind = '' } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Dark pixels in the left tenth of a picture, where the numbers of the axis are. */
function inkOf({ width, height, channels, data }: ReturnType<typeof decodePng>): number {
  let dark = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width / 10; x++)
      if (Math.max(...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3)) < 150)
        dark++;
  return dark;
}

describe.skipIf(!hasChromium)('what week 1 saves', () => {
  test('is the figure that is shown: its curve, and the functions drawn', async ({ lab }) => {
    await using opened = await lab.open('#/week1?functions=1');
    const { page } = opened;
    await page.locator('.mark-sample').first().waitFor();
    const functions = await page.locator('.mark-sample').count();
    const first = await rowsSaved(page, FIGURES.first);
    const published = await rowsSaved(page, FIGURES.published);
    const both = await rowsSaved(page, FIGURES.variance);
    const points = 25;
    const grid = both.filter(({ kind }) => kind === 'curve').length / 2;
    expect(kindsOf(first)).toEqual({
      'training point': points,
      curve: grid,
      'drawn function': grid * functions,
    });
    expect(kindsOf(published)).toEqual({ 'training point': points, curve: grid });
    expect(kindsOf(both)).toEqual({ 'training point': points, curve: 2 * grid });
    const curves = (rows: readonly Record<string, string>[]) => new Set(rows.map(({ curve }) => curve));
    expect([...curves(first)].join()).toContain('β = 25');
    expect([...curves(first)].join()).not.toContain('12.5');
    expect([...curves(published)].join()).toContain('β = 12.5');
    const svg = async (figure: RegExp) => (await savedFigure(page, figure, 'SVG')).toString();
    expect(await svg(FIGURES.first)).toContain('drawn functions');
    expect(await svg(FIGURES.published)).toContain('β = 12.5');
    expect(await svg(FIGURES.published)).not.toContain('least at');
    expect(await svg(FIGURES.variance)).toContain('least at');
    expect(opened.complaints).toEqual([]);
  });

  test('is a picture with its letters, the first one too', async ({ lab }) => {
    await using opened = await lab.open('#/week1');
    const { page } = opened;
    await eventually(() => page.locator('.mark-mean').count()).toBeGreaterThan(0);
    const first = decodePng(await savedFigure(page, FIGURES.first, 'PNG'));
    const letters = inkOf(first);
    expect(inkOf(decodePng(await savedFigure(page, FIGURES.first, 'PNG')))).toBe(letters);
    // Nothing else is there.
    expect(letters).toBeGreaterThan(0);
  });

  test.for(['#/week1?seen=0', '#/week1?points='])(
    'without a point seen it is the prior: %s',
    async (hash, { lab }) => {
      await using opened = await lab.open(hash);
      const { page } = opened;
      await eventually(() => page.locator('.mark-mean').count()).toBeGreaterThan(0);
      for (const figure of Object.values(FIGURES)) {
        expect(Object.keys(kindsOf(await rowsSaved(page, figure)))).toEqual(['curve']);
        expect((await savedFigure(page, figure, 'SVG')).toString()).not.toContain('training points</text>');
        expect((await savedFigure(page, figure, 'PNG')).subarray(1, 4).toString()).toBe('PNG');
      }
      expect(opened.complaints).toEqual([]);
    },
  );
});
