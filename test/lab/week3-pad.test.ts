import { describe, expect } from 'vitest';
import { ink } from '../../lab/src/week3/ink.js';
import { addressOf, eventually, hasChromium, labTest, settledAddress } from './lab.js';

const test = labTest({ isolated: false });

describe.skipIf(!hasChromium)('the drawing area', () => {
  test('is drawn on by keyboard: the pen is moved, put down and lifted, a stroke taken back', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/week3');
    const { page } = opened;
    const pad = page.getByRole('application', { name: 'Drawing area' });
    await pad.focus();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    // From the middle, 32, eight steps up and down with Shift, two without.
    await press('Shift+ArrowUp', 'Shift+ArrowUp', 'Enter');
    for (let i = 0; i < 4; i++) await press('Shift+ArrowDown');
    await press('ArrowRight', 'Enter');
    await press('Shift+ArrowLeft', ' ', ' ');
    await settledAddress(page);
    expect(ink.decode(addressOf(page).get('ink')!)).toEqual([
      [
        [32, 16],
        [32, 48],
        [34, 48],
      ],
      [[26, 48]],
    ]);
    await eventually(() => page.locator('.pad .pad-ink').count()).toBe(2);
    await press('Delete');
    await settledAddress(page);
    expect(ink.decode(addressOf(page).get('ink')!)).toHaveLength(1);
    // What is drawn is read: a test digit is shown no more.
    expect(await page.locator('.pad image').count()).toBe(0);
    await press('Tab');
    expect(await pad.evaluate((element) => document.activeElement !== element)).toBe(true);
    expect(opened.complaints).toEqual([]);
  });
});
