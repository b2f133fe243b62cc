import { Script } from 'node:vm';
import { h } from 'preact';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#credence/errors/index';
import { fontStyleSheet } from '#credence/figures/node/index';
import {
  Claim,
  ClaimSummary,
  Command,
  DataTable,
  FigureBlock,
  Formula,
  Note,
  Question,
  SettingsTable,
  TimingsTable,
  renderPage,
} from '#credence/report/index';
import type { ClaimView, Page } from '#credence/report/index';
import { kinds } from '../figures/examples.js';

const claims: readonly ClaimView[] = [
  {
    id: 'week1/1.5/minimum',
    question: '1.5',
    statement: 'The variance is smallest at the barycentre & nowhere else.',
    verdict: 'fails',
    evidence: [
      { label: 'place of the minimum', value: 1.08234, expected: 'barycentre < 1.13' },
      { label: 'errors', value: 65, unit: 'digits of 10,000' },
    ],
    correction: 'It lies at <β N x̄ / (α + β N)>.',
  },
  {
    id: 'week3/order',
    question: 'III.1',
    statement: 'ODIN is the best.',
    verdict: 'depends',
    dependsOn: 'the score of MC dropout',
    evidence: [],
  },
  { id: 'week2/map', question: 'I.1', statement: 'MAP is linear.', verdict: 'holds', evidence: [] },
];

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const figures = [kinds['training']!('figure-1'), kinds['animation']!('figure-6')];

const page: Page = {
  title: 'Uncertainty <& "quotes">',
  lead: 'Three weeks.',
  summary: h(ClaimSummary, { claims }),
  fonts: fontStyleSheet(),
  sections: [
    {
      id: 'week-1',
      title: 'Week 1 <b>',
      content: h(Formula, { tex: '\\frac{1}{\\beta} + \\phi^\\top S \\phi', display: true }),
      sections: [
        {
          id: 'question-1.5',
          title: 'Question 1.5',
          content: h(
            Question,
            { asked: 'Why?', said: '</dd> because', claims, correction: 'No.' },
            ...figures.map((figure) => h(FigureBlock, { key: figure.id, figure, png })),
          ),
        },
      ],
    },
    {
      id: 'settings',
      title: 'Settings',
      content: [
        h(SettingsTable, {
          rows: [
            ['seed', 1],
            ['quick', false],
            ['alpha', 0.05],
          ],
        }),
        h(TimingsTable, {
          phases: [
            { name: 'training', seconds: 90 },
            { name: 'figures', seconds: 30 },
          ],
        }),
        h(DataTable, { columns: ['score', 'value'], rows: [['MCP', 0.34321]] }),
        h(Note, null, 'Shortened.'),
        h(Command, { command: 'npx credence practical --seed 1 && echo "done" > log' }),
      ],
    },
  ],
  footer: 'Credence',
};

const html = renderPage(page);

/** The page without what stands in it as data. */
const words = html.replace(/(?:data:|url\()[^"')]*/g, '');

/** Not toContain: the message of a failure would be the page. */
function contains(part: string, page = html): void {
  expect(page.includes(part), part).toBe(true);
}

describe('renderPage', () => {
  it('gives the same bytes for the same page', () => {
    expect(renderPage(page) === html).toBe(true);
  });

  it('asks for nothing from anywhere', () => {
    const addresses = new Set(words.match(/(?:https?:)?\/\/[a-z][^"'\s<)]*/g));
    expect([...addresses]).toEqual(['http://www.w3.org/2000/svg']);
    const links = [...html.matchAll(/ (?:src|href)="([^"]{0,20})/g)].map(([, address]) => address!);
    expect(links.filter((address) => !/^(?:#|data:)/.test(address))).toEqual([]);
    expect(words.match(/<(?:link|iframe|img|object|embed)\b|@import/)).toBeNull();
    contains("default-src 'none'");
  });

  it('escapes what it is given', () => {
    contains('<title>Uncertainty &lt;&amp; &quot;quotes&quot;></title>');
    contains('Week 1 &lt;b>');
    contains('&lt;/dd> because');
    contains('It lies at &lt;β N x̄ / (α + β N)>.');
    expect(html.includes('Week 1 <b>')).toBe(false);
  });

  it('says its language, has one title, headings without a gap, and a link to the content', () => {
    expect(html.slice(0, 32)).toBe('<!doctype html>\n<html lang="en">');
    const levels = [...words.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (let i = 1; i < levels.length; i++) expect(levels[i]! - levels[i - 1]!).toBeLessThanOrEqual(1);
    expect(html.indexOf('href="#content"')).toBeLessThan(html.indexOf('<h1'));
    contains('<main id="content"');
  });

  it('has each id once, and every link within the page leads somewhere', () => {
    const ids = [...words.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    for (const [, target] of words.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const [, target] of words.matchAll(/(?:aria-labelledby|data-svg)="([^"]+)"/g)) {
      for (const id of target!.split(' ')) expect(ids).toContain(id);
    }
  });

  it('lists all sections, in order', () => {
    const contents = /<nav[\s\S]*<\/nav>/.exec(html)![0];
    expect([...contents.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)).toEqual([
      'week-1',
      'question-1.5',
      'settings',
    ]);
  });

  it('has scripts that parse', () => {
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, source]) => source!);
    expect(scripts).toHaveLength(3);
    for (const source of scripts) expect(() => new Script(source)).not.toThrow();
  });

  it('refuses sections that share an anchor, or have none', () => {
    for (const id of ['week-1', 'content', '', 'a b']) {
      const sections = [
        { id: 'week-1', title: 'One' },
        { id, title: 'Two' },
      ];
      expect(() => renderPage({ title: 'x', sections })).toThrow(ConfigurationError);
    }
  });
});

describe('FigureBlock', () => {
  it('offers SVG, PNG and CSV by name, each in the page once', () => {
    for (const { id, svg } of figures) {
      for (const extension of ['svg', 'png', 'csv']) {
        expect(html.split(`download="${id}.${extension}"`)).toHaveLength(2);
      }
      // Without the names of its marks, which ARIA forbids where there is no role.
      expect(html.split(svg.replace(/ aria-label="[^"]*"/g, ''))).toHaveLength(2);
    }
    expect(html.split(Buffer.from(png).toString('base64'))).toHaveLength(1 + figures.length);
  });

  it('gives back the CSV and the PNG, byte for byte', () => {
    for (const { id, csv } of figures) {
      const href = (extension: string) =>
        new RegExp(`download="${id}.${extension}" href="([^"]*)"`).exec(html)![1]!;
      const [, text] = /^data:text\/csv;charset=utf-8,(.*)$/s.exec(href('csv').replaceAll('&amp;', '&'))!;
      expect(decodeURIComponent(text!)).toBe(csv);
      const [, data] = /^data:image\/png;base64,(.*)$/.exec(href('png'))!;
      expect(Uint8Array.from(Buffer.from(data!, 'base64'))).toEqual(png);
    }
  });
});

describe('Claim', () => {
  it('says its verdict in words, with the numbers, what was expected and what is right', () => {
    const [text] = new RegExp('<section class="claim fails"[\\s\\S]*?</section>').exec(html)!;
    expect(text).toMatch(/Fails<\/span>/);
    for (const part of ['>1.082<', '>65<', '>digits of 10,000<', '>barycentre &lt; 1.13<', 'Correction.']) {
      expect(text).toContain(part);
    }
    contains('It depends on the score of MC dropout');
    contains('3 claims: 1 holds, 1 fails, 1 depends on a condition.');
  });

  it('stands without evidence', () => {
    const sections = [{ id: 'a', title: 'A', content: h(Claim, { claim: claims[2]! }) }];
    expect(renderPage({ title: 'x', sections })).not.toContain('<table');
  });
});

describe('Formula', () => {
  it('is MathML', () => {
    const [math] = /<math[\s\S]*?<\/math>/.exec(html)!;
    expect(math).toMatch(/display="block"[\s\S]*<mfrac>/);
  });

  it('refuses TeX that cannot be read', () => {
    const sections = [{ id: 'a', title: 'A', content: h(Formula, { tex: '\\frac{1' }) }];
    expect(() => renderPage({ title: 'x', sections })).toThrow(ConfigurationError);
  });
});

describe('tables', () => {
  it('show settings, shares of the time and numbers', () => {
    for (const part of ['>no<', '>0.05<', '>75 %<', '>2 min 00 s<', '>0.3432<']) contains(part);
  });
});

describe('Command', () => {
  it('keeps the command as it is typed', () => {
    contains('<code>npx credence practical --seed 1 &amp;&amp; echo &quot;done&quot; > log</code>');
  });
});
