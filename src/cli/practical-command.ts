import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { IMAGE_SET_NAMES } from '../data/index.js';
import { ConfigurationError, didYouMean } from '../errors/index.js';
import type { PracticalOptions, PracticalResults } from '../practical/index.js';
import type { Provider } from '../runtime/index.js';
import { colours as pc } from './colours.js';
import { interruptible } from './interruptible.js';
import { terminalReporter } from './progress.js';

interface Flags extends Omit<PracticalOptions, 'command'> {
  readonly json: boolean;
  readonly quiet: boolean;
}

const EXAMPLES = `Examples:
  $ credence practical --quick                  everything, shortened, in about a minute
  $ credence practical                          everything in full, some minutes
  $ credence practical --weeks 1,2              the first two weeks, seconds
  $ credence practical --seeds 5 --out five     five networks, intervals over them, counts of wins
  $ credence practical --resume                 go on where Ctrl-C stopped
  $ credence practical --json | jq .week3       the numbers on stdout
`;

/** Switches without a default of their own, which the help would print behind each. */
const SWITCHED_OFF = { quick: false, published: false, resume: false, json: false, quiet: false };

/** What is trained on cannot be out of its own distribution. */
const OOD_SETS = IMAGE_SET_NAMES.filter((name) => name !== 'mnist');

/** A step of training and its checkpoint, on a machine that is busy and a disk that is slow, milliseconds. */
const SAVING = 15_000;

const PROVIDERS: readonly Provider[] = ['cpu', 'webgpu', 'cuda'];

/** `credence practical`: runs the three weeks and writes their report. */
export function addPracticalCommand(program: Command, outcome: { code: number }): void {
  program
    .command('practical')
    .summary('run the practical on uncertainty and write its report')
    .description(
      'Trains and measures everything of the three-week practical on real data, and writes report.html, ' +
        'results.json, every figure as SVG, PNG and CSV, and the trained weights.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .addOption(new Option('--weeks <list>', 'the weeks to run').argParser(weeks).default([1, 2, 3], '1,2,3'))
    .option(
      '--seeds <count>',
      'networks to train in week 3, from seeds S, S + 1, ...',
      positiveInteger('--seeds'),
      1,
    )
    .option('--seed <S>', 'the first seed', seed, 1)
    .option('--quick', 'shorten everything that takes long, and say so')
    .option('--published', 'the published settings and mistakes instead of the corrected ones')
    .option(
      '--ood <name>',
      `out-of-distribution set: ${OOD_SETS.join(' or ')} (default: KMNIST if at hand)`,
      oneOf('--ood', OOD_SETS),
    )
    .option('--data <folder>', 'where data sets are looked for first')
    .option('--out <folder>', 'where everything is written', 'out')
    .option(
      '--threads <count>',
      'threads; the results do not depend on it',
      positiveInteger('--threads'),
      availableParallelism(),
    )
    .option(
      '--provider <name>',
      `where networks run: ${PROVIDERS.join(', ')}`,
      oneOf('--provider', PROVIDERS),
      'cpu',
    )
    .option('--resume', 'go on from the checkpoints of an interrupted run')
    .option('--json', 'print results.json on stdout')
    .option('--quiet', 'no progress')
    .action(async (flags: Partial<Flags>) => {
      outcome.code = await practical({ ...SWITCHED_OFF, ...flags } as Flags);
    });
}

async function practical(flags: Flags): Promise<number> {
  // Loading it takes longer than any other answer of the command: help and mistakes do without.
  const { runPractical } = await import('../practical/index.js');
  const reporter = terminalReporter(process.stderr, { quiet: flags.quiet });
  const interruption = {
    command: 'credence practical',
    hint: resumeHint(flags),
    patience: SAVING,
    onStop: () => {
      if (flags.quiet) return;
      process.stderr.write(
        `\n${pc.yellow('stopping')} after the step in hand; Ctrl-C again to stop at once\n`,
      );
    },
  };
  return interruptible(interruption, async (signal) => {
    const { ood, data, ...rest } = flags;
    const results = await runPractical(
      {
        ...rest,
        ...(ood !== undefined && { ood }),
        ...(data !== undefined && { data }),
        command: commandOf(flags),
      },
      reporter,
      reporter.timings,
      signal,
    );
    if (flags.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    if (!flags.quiet) process.stderr.write(summary(results, flags));
    return 0;
  });
}

function summary(results: PracticalResults, flags: Flags): string {
  const count = (verdict: string): number =>
    results.claims.filter((claim) => claim.verdict === verdict).length;
  const seconds = Object.values(results.timings).reduce((sum, value) => sum + value, 0);
  const lines = [
    '',
    `${results.figures.length} figures and ${results.claims.length} claims in ${Math.round(seconds)} s: ` +
      `${count('holds')} hold, ${count('fails')} fail, ${count('depends')} depend`,
    `Open ${pc.bold(relative('.', `${flags.out}/report.html`))}`,
  ];
  const published = flags.published ? ['--published'] : [];
  if (flags.quick)
    lines.push(
      `Next: ${pc.bold(commandLine(published))} for the full run, whose numbers are the practical's`,
    );
  else if (flags.seeds === 1 && flags.weeks.includes(3))
    lines.push(
      `Next: ${pc.bold(commandLine([...published, '--seeds 5']))}, since one seed's failure AUPR is noise`,
    );
  return `${lines.join('\n')}\n`;
}

/** The command that reproduces a run: its result does not depend on what is left out. */
function commandOf(flags: Flags): string {
  const parts: string[] = [];
  if (flags.weeks.join() !== '1,2,3') parts.push(`--weeks ${flags.weeks.join()}`);
  if (flags.seeds !== 1) parts.push(`--seeds ${flags.seeds}`);
  parts.push(`--seed ${flags.seed}`);
  if (flags.quick) parts.push('--quick');
  if (flags.published) parts.push('--published');
  if (flags.ood !== undefined) parts.push(`--ood ${flags.ood}`);
  if (flags.provider !== 'cpu') parts.push(`--provider ${flags.provider}`);
  return commandLine(parts);
}

/** Whoever ran `npm start` has no `credence` on the path. */
function commandLine(options: readonly string[]): string {
  const isNpmStart = process.env['npm_lifecycle_event'] === 'start';
  if (!isNpmStart) return ['credence practical', ...options].join(' ');
  return options.length === 0 ? 'npm start' : `npm start -- ${options.join(' ')}`;
}

function resumeHint(flags: Flags): string {
  return `finished networks are kept in ${flags.out}; the same command with --resume goes on`;
}

function weeks(text: string): (1 | 2 | 3)[] {
  const chosen = text.split(',').map((part) => {
    const week = ([1, 2, 3] as const).find((known) => part.trim() === String(known));
    if (week !== undefined) return week;
    throw invalid('--weeks', 'weeks of 1, 2 and 3, separated by commas', text);
  });
  return [...new Set(chosen)].toSorted((a, b) => a - b);
}

function positiveInteger(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= 1 && value <= 1024) return value;
    throw invalid(option, 'an integer of 1 to 1024', text);
  };
}

function seed(text: string): number {
  const value = Number(text);
  // Those of `--seeds` count up from it.
  if (/^\d+$/.test(text.trim()) && value <= Number.MAX_SAFE_INTEGER - 1024) return value;
  throw invalid('--seed', 'an integer of at least 0 and below 2^53 - 1024', text);
}

function oneOf<Name extends string>(option: string, names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((known) => known === text.toLowerCase());
    if (name !== undefined) return name;
    throw invalid(option, names.join(' or '), text, didYouMean(text, names));
  };
}

function invalid(what: string, expected: string, got: string, meant?: string): ConfigurationError {
  const hint = meant === undefined ? undefined : `did you mean '${meant}'?`;
  return new ConfigurationError({ what, expected, got: `'${got}'`, ...(hint !== undefined && { hint }) });
}
