import { describe, expect, it } from 'vitest';
import { kinds } from './examples.js';

// Coordinates have two decimals already; the pictures inside are compared by parts.test.ts, pixel by pixel.
describe.each(Object.keys(kinds))('the figure of kind %s', (name) => {
  it('looks as it did', async () => {
    const { svg, csv } = kinds[name]!();
    const body = svg
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .replace(/base64,[^"]*/g, 'base64,')
      .replaceAll('><', '>\n<');
    await expect(`${body}\n`).toMatchFileSnapshot(`snapshots/${name}.svg`);
    // Git may store other line ends than CSV has.
    await expect(csv.replaceAll('\r\n', '\n')).toMatchFileSnapshot(`snapshots/${name}.csv`);
  });
});
