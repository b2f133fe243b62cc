import { describe, expect } from 'vitest';
import { formulasOf } from '../browser/formulas.js';
import { eventually, hasChromium, labTest } from './lab.js';

const test = labTest({ isolated: false });

describe.skipIf(!hasChromium)('formulas are there whole, on a phone and on a screen', () => {
  // That of your own model takes 15 s to train its example.
  test.for(['week1', 'week2', 'week3', 'your-model'])('%s', async (panel, { lab }) => {
    await using opened = await lab.open(`#/${panel}`);
    const { page } = opened;
    await eventually(() => page.locator('math').count()).toBeGreaterThan(0);
    for (const width of [390, 1200]) {
      await page.setViewportSize({ width, height: 900 });
      const { count, faults } = await formulasOf(page);
      expect({ width, faults }).toEqual({ width, faults: [] });
      expect(count).toBeGreaterThan(0);
    }
  });
});
