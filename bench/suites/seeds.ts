import { join } from 'node:path';
import { mannWhitneyTest, permutationTest } from '#credence/metrics/index';
import { rankingOf } from '#credence/practical/week3/results';
import { runWeek3 } from '#credence/practical/week3/run';
import { week3Settings } from '#credence/practical/week3/settings';
import type { Context } from '../context.js';
import { jointPermutationTest } from '../joint-test.js';
import { digits } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { loadSets } from '../sets.js';
import { FIVE_SEEDS } from './five-seeds.js';

/** How often the verdict may be a false alarm. */
const FALSE_ALARMS = 0.05;
const FIRST_SEED = 1;

/** Networks of several seeds by the practical's own code in full settings, against the five of the reference. */
export async function seeds({ options, scratch, signal, say }: Context): Promise<readonly Section[]> {
  const sets = await loadSets({ data: options.data, ood: options.ood, signal });
  const workers = options.threads > 1 ? options.threads : 0;
  const run = {
    folder: options.out ?? join(scratch, 'seeds'),
    workers,
    provider: 'cpu' as const,
    resume: options.out !== undefined,
    reporter: {
      phase: async <T>(name: string, work: (progress: () => void) => Promise<T>): Promise<T> => {
        say(name);
        return work(() => {});
      },
      note: say,
    },
    signal,
  };
  const numbers = Array.from({ length: options.seeds }, (_, i) => FIRST_SEED + i);
  const result = await runWeek3(run, numbers, sets, week3Settings({ quick: false, published: false }));

  // The reference has no other out-of-distribution set.
  const reference = FIVE_SEEDS.filter(({ task }) => task === 'failure' || task === sets.ood.name);
  const rows = reference.map(({ task, score, title, values }) => {
    const own = result.seeds.map(
      (seed) => rankingOf(task === 'failure' ? seed.failure : seed.ood[task]!, score).averagePrecision,
    );
    const permutation = permutationTest(own, values).pValue;
    return {
      title,
      reference: values,
      own,
      permutation,
      mannWhitney: mannWhitneyTest(own, values).pValue,
      bonferroni: Math.min(1, permutation * reference.length),
    };
  });
  const joint = jointPermutationTest(
    rows.map((row) => row.reference),
    rows.map((row) => row.own),
  );
  const differs = joint.pValue <= FALSE_ALARMS;
  const accuracies = result.seeds.map(({ accuracy }) => 100 * accuracy);
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(' ');
  const alarm = `at most ${100 * FALSE_ALARMS} % over all rows together`;
  return [
    {
      name: 'seeds',
      title: `Average precision of ${options.seeds} seeds, full settings, beside the reference's five`,
      table: {
        columns: [
          { title: 'score' },
          { title: 'reference', align: 'left' },
          { title: 'Credence', align: 'left' },
          ...['p', 'p, ranks', 'p, Bonferroni'].map((title) => ({ title })),
        ],
        rows: rows.map((row) => [
          row.title,
          list(row.reference),
          list(row.own),
          digits(row.permutation),
          digits(row.mannWhitney),
          digits(row.bonferroni),
        ]),
      },
      notes: [
        differs
          ? `DIFFERENT from the reference: joint p = ${digits(joint.pValue)}, false alarms ${alarm}.`
          : `Not told apart from the reference: joint p = ${digits(joint.pValue)}, false alarms ${alarm}.`,
        `The joint test exchanges whole seeds (${joint.assignments} ways) and takes the largest standardised difference of means of any row: no p below ${digits(1 / joint.assignments)}.`,
        'p: two-sided exact permutation test of the means; ranks: Mann-Whitney; Bonferroni: p times the rows, which so few seeds cannot bring under 5 % before there are six.',
        `Accuracies: ${accuracies.map((value) => value.toFixed(2)).join(' ')} % (reference: 99.29 to 99.40 %).`,
        ...(sets.ood.name === 'kmnist'
          ? []
          : [`Only failure prediction is compared: the reference has KMNIST, this run ${sets.ood.title}.`]),
      ],
      data: { seeds: numbers, accuracies, rows, joint, falseAlarms: FALSE_ALARMS, differs },
    },
  ];
}
