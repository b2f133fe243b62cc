import { describe, expect, it } from 'vitest';
import { renderPng } from '#credence/figures/node/index';
import { kinds } from './examples.js';
import { decodePng } from './png.js';

const names = Object.keys(kinds);
const draw = (name: string, id?: string) => kinds[name]!(id);

describe.each(names)('every kind of figure: %s', (name) => {
  it('gives the same bytes for the same input, whatever was drawn before', () => {
    const first = draw(name);
    draw(names[(names.indexOf(name) + 1) % names.length]!, 'another');
    expect(draw(name)).toEqual(first);
  });

  it('is one well-formed SVG document that asks for nothing', () => {
    const { svg, width, height } = draw(name);
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
    const words = svg.replace(/data:image[^"]*/g, '');
    expect(words.match(/(?:https?:)?\/\/[^"' ]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(words).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('says what it shows: role, title, description', () => {
    const { svg, alt } = draw(name);
    expect(svg).toMatch(/<svg[^>]* role="img" aria-labelledby="figure-1-title figure-1-desc"/);
    expect(svg).toContain('<title id="figure-1-title">A &#60;title&#62; &#38; &#34;more&#34;</title>');
    expect(alt.length).toBeGreaterThan(40);
    expect(alt).toMatch(/\d/);
  });

  it('keeps its ids under its own', () => {
    const { svg } = draw(name, 'figure-7');
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !id.startsWith('figure-7-'))).toEqual([]);
    for (const [, id] of svg.matchAll(/(?:url\(|href=")#([^")]+)/g)) expect(ids).toContain(id);
  });

  it('is drawn in both themes, in the same size', () => {
    const figure = draw(name);
    const [light, dark] = (['light', 'dark'] as const).map((theme) =>
      decodePng(renderPng(figure, { theme, scale: 1 })),
    );
    expect([light!.width, light!.height]).toEqual([figure.width, figure.height]);
    expect([...light!.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    expect([...dark!.data.subarray(0, 4)]).toEqual([0x14, 0x18, 0x1d, 255]);
  });
});

/** Tags that open without closing, or close what is not open. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, slash, tag, self] of xml.matchAll(/<(\/?)([\w:]+)(?:\s[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (self === '/') continue;
    if (slash === '') open.push(tag!);
    else if (open.pop() !== tag) return [tag!];
  }
  const stray = xml.replace(/<\/?[\w:]+(?:\s[\w:-]+="[^"<]*")*\s*\/?>/g, '').match(/<|&(?!#?\w+;)/g) ?? [];
  return [...open, ...stray];
}
