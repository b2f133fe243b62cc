import { expect, test } from 'vitest';
import { drawFigures } from '#credence/practical/figures';
import { runWeek1 } from '#credence/practical/index';
import type { PracticalResults } from '#credence/practical/index';
import { renderReport } from '#credence/practical/report';
import { key } from '#credence/random/index';
import { typeset } from '#credence/report/index';
import { readPage } from '../cli/report-page.js';
import { runTiny, temporaryFolder } from './week3/tiny.js';

// A tiny week 3 of two seeds, week 1 as published: what the quick run of the command does not show.

const [week1, week3] = [runWeek1({ key: key(1), published: true }), await runTiny({ seeds: [4, 5] })];
const weeks = { week1, week2: undefined, week3 };
const folder = temporaryFolder();
const drawn = await drawFigures(weeks, 4, folder, () => undefined, new AbortController().signal);
const results: PracticalResults = {
  schema: 'credence/practical',
  version: 1,
  command: 'credence practical --weeks 1,3 --seeds 2 --seed 4 --published',
  settings: {
    weeks: [1, 3],
    seeds: [4, 5],
    quick: false,
    shortened: [],
    published: true,
    threads: 1,
    provider: 'cpu',
    ood: { name: 'noise', title: 'Noise', source: 'a test', reason: 'It was asked for.' },
    week1: { ...week1.settings },
    week2: null,
    week3: { ...week3.settings },
  },
  versions: { credence: '0.1.0' },
  week3: { seeds: week3.seeds, summary: week3.summary, orders: week3.orders },
  claims: [...week1.claims, ...week3.claims],
  figures: drawn.map(({ figure: { id, title }, files }) => ({ id, title, files })),
  timings: { 'week 1': 0.1 },
};
const html = renderReport(results, drawn, weeks);
const page = readPage(html);

test('the same results give the same bytes', () => {
  expect(renderReport(results, drawn, weeks)).toBe(html);
});

const decimals = (value: number): string => value.toFixed(3).replace('-', '−');

test('what others reached is beside it, and for the set that it is of', () => {
  expect(page.text).toContain('five seeds of an independent implementation');
  expect(page.text).toContain('0.411, 0.457, 0.458, 0.483, 0.590');
  expect(page.text).toContain('45.89');
  // Those of KMNIST, which this run has not.
  expect(page.text).not.toContain('0.982, 0.985, 0.987');
});

test('several seeds: their means, their wins, a dot for each', () => {
  expect(page.text).toContain('with 2 seeds');
  expect(page.text).toContain('Average precision over 2 seeds, with 95 % Student-t intervals of the mean.');
  expect(page.text).toMatch(/[012] of 2/);
  const { mean, interval } = week3.summary['failure']!['confidnet']!;
  expect(page.text).toContain(mean.toFixed(3));
  expect(page.text).toContain(`${decimals(interval!.low)} – ${decimals(interval!.high)}`);
  const [{ pairs }] = week3.orders as [(typeof week3.orders)[0]];
  const { difference } = pairs[0]!;
  expect(page.text).toContain(`of 2: ${decimals(difference.mean)}`);
  for (const { value } of week3.seeds[0]!.differences) expect(page.text).toContain(decimals(value));
  expect(page.document.getElementById('seeds')).not.toBeNull();
  for (const { accuracy } of week3.seeds) expect(page.text).toContain(String(accuracy));
});

test('weeks that were not run are not there, and nothing leads to them', () => {
  expect(page.text).not.toContain('Week 2. ');
  expect(page.anchors.filter((anchor) => !page.ids.includes(anchor))).toEqual([]);
  expect(page.outside).toEqual([]);
  expect(new Set(page.ids).size).toBe(page.ids.length);
});

test('the settings of every week that was run are there', () => {
  for (const row of ['week 1: linear set', 'week 3: ODIN']) expect(page.text).toContain(row);
  expect(page.text).not.toContain('week 2: ');
});

test('published settings are named as such', () => {
  expect(page.text).toContain('Published settings.');
  expect(page.text).not.toContain('A shortened run.');
  expect(page.text).toContain(results.command);
  for (const { differences } of [week1, week3]) {
    for (const difference of differences) expect(page.text).toContain(typeset(difference));
  }
});

test('what a claim measured is in the page once, by its number', () => {
  for (const { id, evidence } of results.claims) {
    const claim = page.document.getElementById(`claim-${id.replace(/[^\w.-]+/g, '-')}`)!;
    expect(claim.querySelectorAll('tbody tr')).toHaveLength(evidence.length);
  }
});

test('no number is missing', () => {
  expect(page.text).not.toMatch(/\bNaN\b|undefined|\[object|not a number|infinite\b/);
});
