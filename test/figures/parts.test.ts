import { describe, expect, it } from 'vitest';
import { legend } from '#credence/figures/legend';
import { textWidth } from '#credence/figures/measure';
import { compact, logTick, logTicks, significant } from '#credence/figures/numbers';
import { diverging, sequential } from '#credence/figures/ramp';
import { assertGrid, rasterImage } from '#credence/figures/raster';
import { table } from '#credence/figures/table';
import { color, seriesColor, withTheme } from '#credence/figures/theme';
import { kinds } from './examples.js';
import { rowsOf } from './csv.js';
import { picturesOf, pixel } from './png.js';

/** Relative luminance of '#rrggbb' (WCAG 2.2). */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const asHex = (rgb: readonly number[]): string => `#${Buffer.from(rgb).toString('hex')}`;
const dark = (hex: string): string => /"(#\w+)"/.exec(withTheme(`fill="${hex}"`, 'dark'))![1]!;

describe('colours', () => {
  it.each([
    ['light', (hex: string) => hex],
    ['dark', dark],
  ] as const)('text can be read in the %s theme', (_, themed) => {
    const paper = themed(color.paper);
    expect(contrast(themed(color.ink), paper)).toBeGreaterThan(7);
    expect(contrast(themed(color.muted), paper)).toBeGreaterThan(4.5);
    // WCAG 1.4.11 asks 3 of graphics; the first three series, which most figures have, reach it.
    for (const k of [0, 1, 2]) expect(contrast(themed(seriesColor(k)), paper)).toBeGreaterThan(3);
  });

  it('the dark theme replaces every role, and nothing else', () => {
    const { svg } = kinds['decision']!();
    const themed = withTheme(svg, 'dark');
    for (const role of Object.values(color))
      expect(themed).not.toMatch(new RegExp(`(fill|stroke)="${role}"`));
    expect(themed).toContain('fill="#8fd0ff"');
    expect(withTheme(svg, 'light')).toBe(svg.replace(/<style>[\s\S]*?<\/style>/, ''));
  });

  it('the sequential map grows in lightness, the diverging one is lightest in the middle', () => {
    const shares = Array.from({ length: 41 }, (_, i) => i / 40);
    const lightness = shares.map((share) => luminance(asHex(sequential(share))));
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1]!);
    const two = shares.map((share) => luminance(asHex(diverging(share))));
    for (let i = 1; i <= 20; i++) expect(two[i]).toBeGreaterThan(two[i - 1]!);
    for (let i = 21; i <= 40; i++) expect(two[i]).toBeLessThan(two[i - 1]!);
  });
});

describe('rasterImage', () => {
  const place = { x: 0, y: 0, width: 40, height: 20, ramp: sequential, domain: [0, 1] } as const;

  it('interpolates linearly between the points and draws bands', () => {
    const [picture] = picturesOf(rasterImage({ x: [0, 1], y: [0, 1] }, [0, 1, 0, 1], { ...place, bands: 4 }));
    expect([picture!.width, picture!.height]).toEqual([40, 20]);
    for (let x = 0; x < 40; x++) {
      const band = (Math.floor(x / 10) + 0.5) / 4;
      for (const y of [0, 19]) expect(`#${pixel(picture!, x, y).slice(0, 6)}`).toBe(asHex(sequential(band)));
    }
  });

  it('takes what lies outside the domain for its end', () => {
    const [picture] = picturesOf(rasterImage({ x: [0, 1], y: [0, 1] }, [-5, -5, 7, 7], place));
    expect(`#${pixel(picture!, 0, 0).slice(0, 6)}`).toBe(asHex(sequential(0.975)));
    expect(`#${pixel(picture!, 0, 19).slice(0, 6)}`).toBe(asHex(sequential(0.025)));
  });

  it('takes float32 grids', () => {
    const axis = Float32Array.from({ length: 100 }, (_, i) => -6 + (12 * i) / 99);
    expect(() => assertGrid('map', { x: axis, y: axis }, new Float32Array(10_000))).not.toThrow();
  });
});

describe('numbers', () => {
  it.each([
    [0.08317, '0.0832'],
    [1.3, '1.30'],
    [-0.5, '−0.500'],
    [123.4, '123'],
    [65558, '65600'],
    [2.1e-7, '2.10e-7'],
    [0, '0'],
  ])('%d with three digits is %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it('compact leaves out zeros after the point, and only those', () => {
    expect([0.04, 12.5, 100, 1, 0.1].map((value) => compact(value))).toEqual([
      '0.04',
      '12.5',
      '100',
      '1',
      '0.1',
    ]);
  });

  it('ticks of a logarithmic axis are powers of ten, more where there are few, fewer where there are many', () => {
    expect(logTicks([0.015, 0.4])).toEqual([0.02, 0.05, 0.1, 0.2]);
    expect(logTicks([0.5, 2000])).toEqual([1, 10, 100, 1000]);
    expect(logTicks([1e-3, 1e17]).length).toBeLessThan(9);
    expect([1e-5, 0.02, 100, 1e6].map(logTick)).toEqual(['1e-5', '0.02', '100', '1e6']);
  });
});

describe('legend', () => {
  it('breaks rows before they grow too wide', () => {
    const items = Array.from(
      { length: 9 },
      (_, i) => ({ label: `series ${i}`, shape: 'line', color: '#000' }) as const,
    );
    const width = 200;
    const { svg, height } = legend([items], { x: 10, y: 0, width });
    const labels = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)/g)];
    expect(labels).toHaveLength(9);
    for (const [, x, , label] of labels)
      expect(Number(x) + textWidth(label!)).toBeLessThanOrEqual(10 + width);
    expect(height).toBe(18 * new Set(labels.map(([, , y]) => y)).size);
  });
});

describe('table', () => {
  it('puts rows of several kinds below each other, and leaves out what a kind does not have', () => {
    const rows = rowsOf(table({ kind: 'a', x: [1, 2] }, { kind: 'b', y: ['p, "q"'] }));
    expect(rows).toEqual([
      { kind: 'a', x: '1', y: '' },
      { kind: 'a', x: '2', y: '' },
      { kind: 'b', x: '', y: 'p, "q"' },
    ]);
  });
});
