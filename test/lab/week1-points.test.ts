import { describe, expect } from 'vitest';
import { addressOf, boxOf, eventually, hasChromium, labTest, settledAddress } from './lab.js';

const test = labTest({ isolated: false });

describe.skipIf(!hasChromium)('the points of week 1', () => {
  test.for([1280, 768, 390])(
    'stay under the pointer that drags the first one, %d wide',
    async (width, { lab }) => {
      await using opened = await lab.open('#/week1');
      const { page } = opened;
      await page.setViewportSize({ width, height: 900 });
      const point = page.locator('.chart .mark-point').first();
      await point.waitFor();
      await point.scrollIntoViewIfNeeded();
      const chart = page.locator('.chart').first();
      const before = await boxOf(chart);
      const { x, y, width: w, height: h } = await boxOf(point);
      await page.mouse.move(x + w / 2, y + h / 2);
      await page.mouse.down();
      await page.mouse.move(x + w / 2 + 12, y + h / 2 - 9, { steps: 3 });
      await eventually(() => page.getByRole('button', { name: 'Undo my points' }).isEnabled()).toBe(true);
      expect(await boxOf(chart)).toEqual(before);
      await page.mouse.up();
      await page.getByRole('button', { name: 'Undo my points' }).click();
      await settledAddress(page);
      expect(addressOf(page).has('points')).toBe(false);
      expect(opened.complaints).toEqual([]);
    },
  );

  test('none of them: there is nothing to play, and those that are added count', async ({ lab }) => {
    await using opened = await lab.open('#/week1?points=');
    const { page } = opened;
    for (const name of ['Play', 'Step', 'Reset'])
      expect(await page.getByRole('button', { name, exact: true }).isDisabled(), name).toBe(true);
    const { x, y, width, height } = await boxOf(page.locator('.chart svg').first());
    await page.mouse.click(x + width / 2, y + height / 2);
    await page.getByText('1 of 1 points seen').waitFor();
    expect(await page.getByRole('button', { name: 'Reset', exact: true }).isEnabled()).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test('lines that run off are drawn no further than a browser can dash them at once', async ({ lab }) => {
    await using opened = await lab.open('#/week1?set=sine&basis=polynomial&degree=15&n=200');
    const { page } = opened;
    await page.locator('.chart .mark-mean').first().waitFor({ state: 'attached' });
    const { farthest, height } = await page.evaluate(() => {
      const paths = Array.from(document.querySelectorAll('.chart path[class^="mark-"]'));
      const numbers = paths.flatMap((path) => path.getAttribute('d')?.match(/-?[\d.]+/g) ?? []);
      const { height: own } = document.querySelector('.chart svg')!.getBoundingClientRect();
      return { farthest: Math.max(...numbers.map((text) => Math.abs(Number(text)))), height: own };
    });
    expect(farthest).toBeGreaterThan(height);
    expect(farthest).toBeLessThan(12 * height);
    expect(opened.complaints).toEqual([]);
  });
});
