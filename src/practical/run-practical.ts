import { join } from 'node:path';
import { defaultOodSet, loadImageSet, loadMnist } from '../data/index.js';
import type { ImageSet } from '../data/index.js';
import { ConfigurationError } from '../errors/index.js';
import { outputFolder, writeFileAtomic } from '../files/index.js';
import { key as keyOf } from '../random/index.js';
import type { Provider } from '../runtime/index.js';
import type { Claim } from './claims.js';
import { drawFigures } from './figures.js';
import type { WeekResults } from './figures.js';
import { renderReport } from './report.js';
import { RESULTS_VERSION } from './results.js';
import type { PracticalResults } from './results.js';
import { resultsJsonSchema } from './results-schema.js';
import type { Reporter } from './run.js';
import { setInWords } from './setting-rows.js';
import { versions } from './versions.js';
import { runWeek1 } from './week1/index.js';
import { runWeek2 } from './week2/index.js';
import { runWeek3 } from './week3/run.js';
import { shortenings, week3Settings } from './week3/settings.js';

export interface PracticalOptions {
  readonly weeks: readonly (1 | 2 | 3)[];
  /** How many networks week 3 trains, with seeds `seed`, `seed` + 1, ... */
  readonly seeds: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly published: boolean;
  /** Name of the out-of-distribution set; KMNIST where it is at hand, else Fashion-MNIST, unless given. */
  readonly ood?: string;
  readonly data?: string;
  /** The folder that everything is written to. */
  readonly out: string;
  readonly threads: number;
  readonly provider: Provider;
  readonly resume: boolean;
  /** The command that reproduces the run, for the report. */
  readonly command: string;
}

/**
 * Runs the practical and writes its report, results, figures and checkpoints.
 * @param timings filled with the seconds of each phase by the reporter.
 * @throws InterruptedError when the signal is given; checkpoints are written first.
 */
export async function runPractical(
  options: PracticalOptions,
  reporter: Reporter,
  timings: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<PracticalResults> {
  const { weeks, seed, published, quick } = options;
  const sets = weeks.includes(3) ? await loadSets(options, reporter, signal) : undefined;
  await outputFolder(options.out);
  const key = keyOf(seed);
  const workers = options.threads > 1 ? options.threads : 0;

  const week1 = weeks.includes(1)
    ? await reporter.phase('week 1', async () => runWeek1({ key, published }))
    : undefined;
  signal.throwIfAborted();
  const week2 = weeks.includes(2)
    ? await reporter.phase('week 2', (onProgress) =>
        runWeek2({ key, published, workers, onProgress, signal }),
      )
    : undefined;
  signal.throwIfAborted();
  const settings = week3Settings({ quick, published });
  const seeds = Array.from({ length: options.seeds }, (_, i) => seed + i);
  const run = {
    folder: options.out,
    workers,
    provider: options.provider,
    resume: options.resume,
    reporter,
    signal,
  };
  const week3 = sets && (await runWeek3(run, seeds, sets, settings));

  const done: WeekResults = { week1, week2, week3 };
  const claims: readonly Claim[] = [week1, week2, week3].flatMap((week) => week?.claims ?? []);
  const figures = await reporter.phase('figures', async (progress) =>
    drawFigures(done, seed, options.out, progress, signal),
  );
  const results: PracticalResults = {
    schema: 'credence/practical',
    version: RESULTS_VERSION,
    // Which set is at hand is a matter of the machine.
    command: `${options.command}${sets === undefined || options.ood !== undefined ? '' : ` --ood ${sets.ood.name}`}`,
    settings: {
      weeks,
      seeds: week3 === undefined ? [seed] : seeds,
      quick,
      shortened: quick && week3 !== undefined ? shortenings() : [],
      published,
      threads: options.threads,
      provider: options.provider,
      ood: sets === undefined ? null : { ...pick(sets.ood), reason: sets.reason },
      week1: week1 === undefined ? null : { ...week1.settings },
      week2: week2 === undefined ? null : { ...week2.settings },
      week3: week3 === undefined ? null : { ...settings },
    },
    versions: versions(),
    week3: week3 === undefined ? null : { seeds: week3.seeds, summary: week3.summary, orders: week3.orders },
    claims,
    figures: figures.map(({ figure: { id, title }, files }) => ({ id, title, files })),
    timings: { ...timings },
  };
  await reporter.phase('report', async () => {
    const page = renderReport(results, figures, done);
    await writeFileAtomic(join(options.out, 'results.schema.json'), json(resultsJsonSchema()));
    await writeFileAtomic(join(options.out, 'results.json'), json(results));
    await writeFileAtomic(join(options.out, 'report.html'), page);
  });
  return results;
}

async function loadSets(
  { data, ood }: PracticalOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<{ mnist: ImageSet; ood: ImageSet; reason: string }> {
  return reporter.phase('data sets', async () => {
    const options = { data, signal };
    const mnist = await loadMnist(options);
    const chosen =
      ood === undefined
        ? await defaultOodSet(options)
        : { set: await loadImageSet(ood, options), reason: 'It was asked for.' };
    if (chosen.set.name === mnist.name) {
      throw new ConfigurationError({
        what: 'ood',
        expected: 'a set other than the one that is trained on',
        got: `'${chosen.set.name}'`,
      });
    }
    reporter.note(`out-of-distribution set: ${setInWords(chosen.set.title, chosen.reason)}`);
    return { mnist, ood: chosen.set, reason: chosen.reason };
  });
}

function pick({ name, title, source }: ImageSet): Pick<ImageSet, 'name' | 'title' | 'source'> {
  return { name, title, source };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
