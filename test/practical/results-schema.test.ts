import { describe, expect, test } from 'vitest';
import type { PracticalResults } from '#credence/practical/index';
import { resultsJsonSchema, resultsSchema } from '#credence/practical/index';
import { violations } from './json-schema.js';
import { runTiny } from './week3/tiny.js';

const { seeds, summary, orders, claims, settings } = await runTiny({ seeds: [1, 2] });

const RESULTS: PracticalResults = {
  schema: 'credence/practical',
  version: 1,
  command: 'credence practical',
  settings: {
    weeks: [3],
    seeds: [1, 2],
    quick: false,
    shortened: [],
    published: false,
    threads: 2,
    provider: 'cpu',
    ood: { name: 'noise', title: 'Noise', source: 'a test', reason: 'It is at hand.' },
    week1: null,
    week2: null,
    week3: { ...settings },
  },
  versions: { credence: '0.1.0' },
  week3: { seeds, summary, orders },
  claims,
  figures: [{ id: 'figure-9', title: 'Figure 9', files: ['figures/figure-9.svg'] }],
  timings: { training: 1.5 },
};

/** As a reader of the file has it. */
const read = (): Record<string, unknown> => JSON.parse(JSON.stringify(RESULTS)) as Record<string, unknown>;
const schema = resultsJsonSchema();

test('the results of a run are valid by both schemas, and read as they were written', () => {
  expect(violations(read(), schema)).toEqual([]);
  expect(resultsSchema.parse(read())).toEqual(read());
});

test('weeks that were not run are null', () => {
  const none = { ...read(), week3: null, settings: { ...RESULTS.settings, ood: null, week3: null } };
  expect(violations(none, schema)).toEqual([]);
  expect(resultsSchema.safeParse(none).success).toBe(true);
});

describe('both schemas refuse', () => {
  type Path = readonly (string | number)[];
  const changed = (path: Path, change: (parent: Record<string, unknown>, name: string) => void): unknown => {
    const copy = read();
    let parent: Record<string, unknown> = copy;
    for (const name of path.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
    change(parent, String(path.at(-1)));
    return copy;
  };
  const set =
    (value: unknown) =>
    (parent: Record<string, unknown>, name: string): void => {
      parent[name] = value;
    };
  const remove = (parent: Record<string, unknown>, name: string): void => {
    delete parent[name];
  };

  test.each<[string, Path, (parent: Record<string, unknown>, name: string) => void]>([
    ['another version', ['version'], set(2)],
    ['another file', ['schema'], set('credence/other')],
    ['NaN, which JSON has as null', ['week3', 'seeds', 0, 'nll'], set(NaN)],
    ['a missing score', ['week3', 'seeds', 1, 'failure', 'confidnet'], remove],
    ['a missing measure', ['week3', 'seeds', 0, 'ood', 'noise', 'odin', 'fprAt95Tpr'], remove],
    ['a missing interval', ['week3', 'seeds', 0, 'failure', 'mcp', 'intervals', 'aupr'], remove],
    [
      'an interval without an end',
      ['week3', 'seeds', 0, 'failure', 'mcp', 'intervals', 'aupr', 'low'],
      remove,
    ],
    ['an unknown name', ['week3', 'seeds', 0, 'failure', 'mpc'], set({})],
    ['an unknown verdict', ['claims', 0, 'verdict'], set('perhaps')],
    ['evidence without a number', ['claims', 0, 'evidence', 0, 'value'], set('0.5')],
    ['part of an error', ['week3', 'seeds', 0, 'errors'], set(1.5)],
    ['no timings', ['timings'], remove],
  ])('%s', (_, path, change) => {
    const wrong = JSON.parse(JSON.stringify(changed(path, change))) as unknown;
    expect(violations(wrong, schema)).not.toEqual([]);
    expect(resultsSchema.safeParse(wrong).success).toBe(false);
  });
});
