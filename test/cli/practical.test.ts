import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors } from '#credence/formats/index';
import { resultsJsonSchema, resultsSchema } from '#credence/practical/index';
import type { PracticalResults } from '#credence/practical/index';
import { typeset } from '#credence/report/index';
import { findChromium } from '../browser/chromium.js';
import { rowsOf } from '../figures/csv.js';
import { violations } from '../practical/json-schema.js';
import { credence, filesIn, temporaryFolder } from './command.js';
import type { Outcome } from './command.js';
import { inspect } from './report-in-browser.js';
import { readPage, xmlMistake } from './report-page.js';

// A quick run of everything (45 s on two quiet cores), weeks 1 and 2 twice more (10 s each), week 3 once more with its
// networks there (10 s), an interrupted one (3 s).
const MINUTES = 60_000;

const HAS_KMNIST = existsSync('../shared/data/kmnist');
const SET = HAS_KMNIST ? ['--data', '../shared/data'] : ['--ood', 'fashion-mnist'];
const OOD = HAS_KMNIST ? 'kmnist' : 'fashion-mnist';

const out = join(temporaryFolder(), 'not', 'there', 'yet');
let run: Outcome;
let results: PracticalResults;

beforeAll(async () => {
  run = await credence(['practical', '--quick', '--json', '--threads', '2', ...SET, '--out', out]);
  if (run.code === 0) results = read(out);
}, 6 * MINUTES);

describe('a quick run', () => {
  test('succeeds, with its results on stdout and all else on stderr', () => {
    expect(run.stderr).not.toContain('error');
    expect(run.code).toBe(0);
    expect(run.stdout).toBe(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(run.stderr).toMatch(/Next: credence practical/);
  });

  test('writes the report, the results with their schema, figures and checkpoints, and nothing half', () => {
    const figures = results.figures.flatMap(({ files }) => files);
    expect(filesIn(out)).toEqual(
      [
        'checkpoints/seed-1/classifier.safetensors',
        'checkpoints/seed-1/confidnet.safetensors',
        'report.html',
        'results.json',
        'results.schema.json',
        ...figures,
      ].toSorted(),
    );
  });

  test('its results are valid by their schema, as written and as exported', () => {
    const schema = JSON.parse(readFileSync(join(out, 'results.schema.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(schema).toEqual(JSON.parse(JSON.stringify(resultsJsonSchema())));
    expect(violations(results, schema)).toEqual([]);
    expect(resultsSchema.safeParse(results).error).toBeUndefined();
  });

  test('measures every score for both tasks, in finite numbers', () => {
    const { settings, versions, week3, timings } = results;
    expect(settings).toMatchObject({
      weeks: [1, 2, 3],
      seeds: [1],
      quick: true,
      published: false,
      ood: { name: OOD },
    });
    expect(settings.shortened.length).toBeGreaterThan(3);
    expect(Object.keys(versions)).toEqual(expect.arrayContaining(['credence', 'node', 'onnxruntime-node']));
    expect(week3!.seeds).toHaveLength(1);
    const [{ accuracy, confidnetAccuracy, errors, failure, ood }] = week3!.seeds as [
      (typeof week3 & object)['seeds'][0],
    ];
    // 20,000 digits and 5 epochs; the full run has 0.993.
    expect(accuracy).toBeGreaterThan(0.97);
    expect(accuracy).toBe(1 - errors / 10_000);
    expect(confidnetAccuracy).toBe(accuracy);
    expect(Object.keys(ood)).toEqual([OOD]);
    const detection = ood[OOD]!;
    const scores = [
      failure.mcp,
      failure.mcDropout.entropy,
      failure.mcDropout.mutualInformation,
      failure.mcDropout.variationRatio,
      failure.confidnet,
      detection.mcp,
      detection.mcDropout.entropy,
      detection.mcDropout.mutualInformation,
      detection.mcDropout.variationRatio,
      detection.odin,
    ];
    for (const { intervals, ...measures } of scores) {
      for (const measure of ['averagePrecision', 'aupr', 'auroc', 'fprAt95Tpr'] as const) {
        const { low, high } = intervals[measure];
        for (const value of [measures[measure], low, high]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(low).toBeLessThanOrEqual(high);
      }
      // Better than chance by far: 0.5.
      expect(measures.auroc).toBeGreaterThan(0.8);
    }
    for (const seconds of Object.values(timings)) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(Object.keys(timings)).toEqual(
      expect.arrayContaining([
        'week 1',
        'week 2',
        'training classifier, seed 1',
        'training confidnet, seed 1',
        'figures',
      ]),
    );
  });

  test('has every figure of the report and those that it lacks, as SVG, PNG and CSV', () => {
    const ids = results.figures.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(Array.from({ length: 15 }, (_, i) => `figure-${i + 1}`)));
    expect(ids).toEqual(
      expect.arrayContaining(['posterior', 'polynomial', 'figure-8-smooth', 'training', 'ood-scores']),
    );
    for (const { id, title, files } of results.figures) {
      expect(title).not.toBe('');
      expect(files).toEqual(['svg', 'png', 'csv'].map((extension) => `figures/${id}.${extension}`));
      const [svg, png, csv] = files.map((file) => readFileSync(join(out, file))) as [Buffer, Buffer, Buffer];
      expect(svg.toString()).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(xmlMistake(svg.toString())).toBeUndefined();
      expect(svg.toString()).not.toMatch(/NaN|undefined|Infinity/);
      expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001A\n');
      expect(png.subarray(-8, -4).toString('latin1')).toBe('IEND');
      expect(png.readUInt32BE(16)).toBeGreaterThan(500);
      const rows = rowsOf(csv.toString());
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(Object.values(row)).not.toContain(undefined);
      expect(csv.toString()).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('judges every question, as the specification of the science demands', () => {
    const { claims } = results;
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    const questions = new Set(claims.map(({ id, question }) => `${id.slice(0, 5)} ${question}`));
    expect([...questions].toSorted()).toEqual(
      [
        ...['1.2', '1.3', '1.4', '1.5', '2.1', '2.4', '2.5'].map((question) => `week1 ${question}`),
        ...['1.1', '1.2', '1.3', '2.1'].map((question) => `week2 ${question}`),
        ...['I.1', 'II.1', 'II.2', 'III.1'].map((question) => `week3 ${question}`),
      ].toSorted(),
    );
    for (const { evidence, verdict, dependsOn, correction } of claims) {
      expect(evidence.length).toBeGreaterThan(0);
      expect(dependsOn !== undefined).toBe(verdict === 'depends');
      if (verdict === 'fails') expect(typeof correction === 'string' || evidence.length > 1).toBe(true);
    }
    expect(Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      'week1/1.2/noise-precision': 'fails',
      'week1/1.5/alpha-zero-closed-form': 'holds',
      'week1/1.5/two-distinct-inputs': 'holds',
      'week1/1.5/minimum-at-barycentre': 'depends',
      'week1/1.5/minimum-with-prior': 'holds',
      'week1/2.4/gaussian-variance-falls-back': 'holds',
      'week1/2.4/uncertain-far-away': 'fails',
      'week1/2.4/confidently-wrong': 'holds',
      'week1/2.5/features-vanish': 'holds',
      'week1/2.5/limit-0.08': 'depends',
      'week2/1.1/map-signed-distance': 'holds',
      'week2/1.2/tends-to-half': 'fails',
      'week2/1.2/limit-along-a-ray': 'holds',
      'week2/1.2/full-covariance': 'holds',
      'week2/1.2/hessian-of-the-mean': 'fails',
      'week2/1.3/narrower-than-laplace': 'holds',
      'week2/1.3/mean-is-not-the-map': 'fails',
      'week2/1.3/sigmoid-twice': 'fails',
      'week2/1.3/divergence-detached': 'fails',
      'week2/1.3/scaling-of-the-divergence': 'fails',
      'week2/2.1/evaluation-mode': 'fails',
      'week2/2.1/masks-independent': 'fails',
      'week3/I.1/dropout-at-test-time': 'holds',
      'week3/I.1/errors-are-uncertain': 'holds',
      'week3/I.1/figure-12-is-uncertain': 'fails',
      'week3/I.1/mutual-information-sign': 'holds',
      'week3/II.1/mcp-is-untrained': 'fails',
      'week3/II.2/accuracy-unchanged': 'holds',
      'week3/III.1/odin-raises-confidence': 'fails',
      'week3/III.1/precision-needs-prevalence': 'depends',
    });
  });
});

describe('the report of a quick run', () => {
  let page: ReturnType<typeof readPage>;
  beforeAll(() => {
    page = readPage(readFileSync(join(out, 'report.html'), 'utf8'));
  });

  test('needs nothing but itself', () => {
    expect(page.outside).toEqual([]);
    const policy = page.document.querySelector('meta[http-equiv="Content-Security-Policy"]');
    expect(policy?.getAttribute('content')).toContain("default-src 'none'");
  });

  test('has no number that is none, and no value that is missing', () => {
    expect(page.text).not.toMatch(/\bNaN\b|undefined|\[object|\bnull\b|not a number|infinite\b/);
    expect(page.text).not.toMatch(/figure-undefined|�/);
  });

  test('says what was shortened, how to reproduce it, and which set was out of distribution', () => {
    expect(page.text).toContain('A shortened run.');
    for (const shortened of results.settings.shortened) expect(page.text).toContain(shortened);
    expect(page.text).toContain('How to reproduce this:');
    expect(page.text).toContain(results.command);
    expect(results.command).toBe(`credence practical --seed 1 --quick --ood ${OOD}`);
    expect(page.text).toContain(results.settings.ood!.title);
  });

  test('has every claim with its verdict, and every figure with its files', () => {
    const { document } = page;
    for (const { statement, verdict, correction } of results.claims) {
      const claim = [...document.querySelectorAll('.claim')].find((own) =>
        own.textContent?.includes(typeset(statement)),
      );
      expect(claim?.classList.contains(verdict)).toBe(true);
      if (correction !== undefined) expect(claim?.textContent).toContain(typeset(correction));
    }
    for (const { id, title } of results.figures) {
      const figure = document.getElementById(id)!;
      expect(figure.textContent).toContain(title);
      const names = [...figure.querySelectorAll('a[download]')].map((link) => link.getAttribute('download'));
      expect(names).toEqual([`${id}.svg`, `${id}.png`, `${id}.csv`]);
    }
  });

  test('its links lead somewhere, its ids are there once, its pictures have names', () => {
    expect(new Set(page.ids).size).toBe(page.ids.length);
    expect(page.anchors.filter((anchor) => !page.ids.includes(anchor))).toEqual([]);
    expect(page.anchors.length).toBeGreaterThan(results.claims.length);
    expect(page.unnamedPictures).toBe(0);
  });
});

const chromium = findChromium();
if (chromium === undefined) {
  process.stdout.write('skipped: the report in a browser, there is no Chromium (CHROMIUM_PATH names one)\n');
}

// A page of eight megabytes, looked at by axe: five seconds each.
describe.skipIf(chromium === undefined)('the report in a browser', () => {
  test.each([
    { name: 'light', width: 1200, theme: 'light', pictures: true },
    { name: 'dark, on a phone', width: 390, theme: 'dark', pictures: false },
  ] as const)(
    '$name',
    async ({ width, theme, pictures }) => {
      const seen = await inspect(join(out, 'report.html'), {
        executablePath: chromium!,
        width,
        theme,
        pictures,
      });
      expect(seen.complaints).toEqual([]);
      expect(seen.requests).toEqual([]);
      expect(seen.violations).toEqual([]);
      // Nothing sticks out: what is wider than the page scrolls in its own box.
      expect(seen.scrollWidth).toBe(width);
      expect(seen.formulas.faults).toEqual([]);
      expect(seen.formulas.count).toBeGreaterThan(5);
      expect(seen.paper).toBe(theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 29)');
      expect(seen.paperAfterClick).toBe(theme === 'light' ? 'rgb(20, 24, 29)' : 'rgb(255, 255, 255)');
      expect(seen.svgDownloads).toBe(results.figures.length);
      expect(seen.framesStepped).toBe(true);
    },
    4 * MINUTES,
  );
});

test(
  'weeks 1 and 2 give the same figures and claims again, byte for byte, with any number of threads',
  async () => {
    const figuresOf = (folder: string, { figures }: PracticalResults): Record<string, string> =>
      Object.fromEntries(
        figures
          .flatMap(({ files }) => files)
          .map((file) => [file, readFileSync(join(folder, file)).toString('base64')]),
      );
    const firstWeeks = <T extends { id: string }>(items: readonly T[]): T[] =>
      items.filter(({ id }) => !id.startsWith('week3'));
    for (const threads of ['1', '2']) {
      const folder = temporaryFolder();
      const { code, stderr } = await credence([
        'practical',
        '--weeks',
        '1,2',
        '--threads',
        threads,
        '--out',
        folder,
      ]);
      expect(stderr).not.toContain('error');
      expect(code).toBe(0);
      const again = read(folder);
      expect(again.week3).toBeNull();
      expect(again.claims).toEqual(firstWeeks(results.claims));
      const own = figuresOf(folder, again);
      const first = figuresOf(out, {
        ...results,
        figures: results.figures.filter(({ files: [first = ''] }) => first in own),
      });
      expect(Object.keys(own).length).toBeGreaterThan(30);
      // Named one by one: a difference of whole files would be printed in full.
      expect(Object.keys(own).filter((file) => own[file] !== first[file])).toEqual([]);
    }
  },
  3 * MINUTES,
);

test(
  'a second run in the same folder reuses the networks, says so, and measures the same',
  async () => {
    const { code, stderr } = await credence(['practical', '--weeks', '3', '--quick', ...SET, '--out', out]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/classifier, seed 1: reused from .*classifier\.safetensors/);
    expect(stderr).toMatch(/confidnet, seed 1: reused from .*confidnet\.safetensors/);
    expect(stderr).not.toMatch(/training/);
    const again = read(out);
    expect(again.week3).toEqual(results.week3);
    expect(again.claims).toEqual(results.claims.filter(({ id }) => id.startsWith('week3')));
    expect(again.settings.weeks).toEqual([3]);
  },
  2 * MINUTES,
);

test(
  'Ctrl-C in training: exit code 130, a checkpoint, and a word about how to go on',
  async () => {
    const folder = temporaryFolder();
    let sent = false;
    const { code, stdout, stderr } = await credence(
      ['practical', '--weeks', '3', '--quick', '--json', ...SET, '--out', folder],
      {
        onStderr(text, child) {
          if (sent || !text.includes('✓ data of classifier')) return;
          sent = true;
          void wait(1500).then(() => child.kill('SIGINT'));
        },
      },
    );
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/stopping after the step in hand; Ctrl-C again to stop at once/);
    expect(stderr).toMatch(/^interrupted training classifier, seed 1: .*step \d+ of \d+; .*--resume/m);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain('✓ training');
    expect(filesIn(folder)).toEqual(['checkpoints/seed-1/classifier.safetensors']);
    const { metadata } = decodeSafetensors(
      readFileSync(join(folder, 'checkpoints', 'seed-1', 'classifier.safetensors')),
    );
    expect(Number(metadata['step'])).toBeGreaterThan(0);
  },
  2 * MINUTES,
);

function read(folder: string): PracticalResults {
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as PracticalResults;
}
