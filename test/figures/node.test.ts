import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { fontStyleSheet, renderPng } from '#credence/figures/node/index';
import { fontOfWoff } from '#credence/figures/node/woff';
import { textWidth } from '#credence/figures/measure';
import { decodePng } from './png.js';

const require = createRequire(import.meta.url);
const woff = readFileSync(
  require.resolve('@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff'),
);

const TAG = 4;

/** The tables of an sfnt by tag. */
function tablesOf(font: Uint8Array): Map<string, { bytes: Buffer; checksum: number }> {
  const view = Buffer.from(font);
  return new Map(
    Array.from({ length: view.readUInt16BE(4) }, (_, i) => {
      const at = 12 + 16 * i;
      const offset = view.readUInt32BE(at + 8);
      const bytes = view.subarray(offset, offset + view.readUInt32BE(at + 12));
      return [view.toString('latin1', at, at + TAG), { bytes, checksum: view.readUInt32BE(at + 4) }];
    }),
  );
}

describe('fontOfWoff', () => {
  const tables = tablesOf(fontOfWoff(woff, 'font.woff'));

  it("gives tables whose checksums are the font's own", () => {
    expect(tables.size).toBeGreaterThan(8);
    for (const [tag, { bytes, checksum }] of tables) {
      // The OpenType checksum: a sum of 32-bit words modulo 2^32; `head` leaves out its own adjustment.
      const words = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
      if (tag === 'head') words.writeUInt32BE(0, 8);
      let sum = 0;
      for (let at = 0; at < words.length; at += 4) sum = (sum + words.readUInt32BE(at)) >>> 0;
      expect([tag, sum]).toEqual([tag, checksum]);
    }
  });

  it('refuses other bytes', () => {
    expect(() => fontOfWoff(woff.subarray(1), 'font.woff')).toThrow(FormatError);
    expect(() => fontOfWoff(new Uint8Array(0), 'font.woff')).toThrow(FormatError);
  });

  it('has the widths that legends are laid out with', () => {
    const head = tables.get('head')!.bytes;
    const hmtx = tables.get('hmtx')!.bytes;
    const glyphOf = glyphs(tables.get('cmap')!.bytes);
    for (let code = 32; code < 127; code++) {
      const em = hmtx.readUInt16BE(4 * glyphOf(code)) / head.readUInt16BE(18);
      // The table has two decimals; the measure allows 4 % for other fonts.
      expect(Math.abs(textWidth(String.fromCharCode(code), 1) / 1.04 - em)).toBeLessThanOrEqual(0.005 + 1e-9);
    }
  });
});

/** The glyphs of characters, by a segment table (cmap format 4). */
function glyphs(cmap: Buffer): (code: number) => number {
  const offsets = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) => cmap.readUInt32BE(8 + 8 * i));
  const table = cmap.subarray(offsets.find((offset) => cmap.readUInt16BE(offset) === 4));
  const size = table.readUInt16BE(6);
  return (code) => {
    let at = 0;
    while (table.readUInt16BE(14 + at) < code) at += 2;
    const range = table.readUInt16BE(16 + 3 * size + at);
    const delta = table.readUInt16BE(16 + 2 * size + at);
    if (range === 0) return (code + delta) & 0xffff;
    const start = table.readUInt16BE(16 + size + at);
    return (table.readUInt16BE(16 + 3 * size + at + range + 2 * (code - start)) + delta) & 0xffff;
  };
}

describe('renderPng', () => {
  const draw = (text: string, attributes = ''): string => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20" font-size="14" ' +
      `font-family="'Source Sans 3', sans-serif"><text x="2" y="15" ${attributes}>${text}</text></svg>`;
    const { data } = decodePng(renderPng({ svg }, { scale: 1 }));
    return Buffer.from(data).toString('base64');
  };

  it('draws letters, and different ones differently: none is the box of a missing glyph', () => {
    const letters = 'AbgαβμσφΦΣ±²×−–…·0'.split('');
    expect(new Set(letters.map((letter) => draw(letter))).size).toBe(letters.length);
  });

  it('draws Greek letters beside what other fonts make ligatures of', () => {
    expect(draw('confident fit, σ')).not.toBe(draw('confident fit, τ'));
  });

  it('draws semibold text in its own weight', () => {
    expect(draw('epoch', 'font-weight="600"')).not.toBe(draw('epoch'));
  });

  it('writes characters that the font lacks in others', () => {
    expect(draw('a ≤ b')).toBe(draw('a &lt;= b'));
    expect(draw('a → b')).toBe(draw('a -&gt; b'));
  });
});

describe('fontStyleSheet', () => {
  it('holds the fonts, asks for none, and stays small', () => {
    const css = fontStyleSheet();
    expect(css.match(/@font-face/g)).toHaveLength(4);
    expect(css.replace(/url\(data:[^)]*\)/g, '')).not.toContain('url(');
    expect(css.length).toBeLessThan(80_000);
  });
});
