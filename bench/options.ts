import { Command, InvalidArgumentError } from 'commander';
import { didYouMean } from '#credence/errors/index';
import { PHASES } from './contenders/contender.js';
import type { PhaseName } from './contenders/contender.js';

/** The suites by name; those of `DEFAULT_SUITES` run when none is named. */
export const SUITES = [
  'week3',
  'memory',
  'scaling',
  'kernels',
  'own-model',
  'serving',
  'browser',
  'seeds',
  'practical',
] as const;
export type SuiteName = (typeof SUITES)[number];
export const DEFAULT_SUITES: readonly SuiteName[] = ['week3', 'memory', 'scaling', 'kernels'];

export interface Options {
  readonly suites: readonly SuiteName[];
  /** Phases of the third week. */
  readonly phases: readonly PhaseName[];
  readonly repeats: number;
  readonly threads: number;
  readonly full: boolean;
  readonly cached: boolean;
  readonly profile: boolean;
  readonly seeds: number;
  readonly passes: number;
  readonly limit: number | undefined;
  readonly data: string | undefined;
  readonly ood: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

const HELP = `
Suites (the first four unless --only says otherwise):
  week3      each phase of the third week beside PyTorch, in turns, and the week as a whole
  memory     peak resident memory of each phase, both sides
  scaling    training steps per second on 1, 2, 4, ... cores, both sides
  kernels    single graphs and the like, for profiling
  own-model  scores of a user's model beside plain inference, its ODIN beside PyTorch's, memory against rows
  serving    requests per second and latency of \`credence serve\` under load, and a stop in the middle of it
  browser    in Chromium, a training step and forward passes beside TensorFlow.js and jax-js
  seeds      trains networks of several seeds and tests their AUPRs against the reference's five (long)
  practical  the whole practical as \`npm start\` runs it: seconds and memory (long)
A phase of the third week can be named too: ${PHASES.join(', ')}.

Examples:
  $ npm run bench
  $ npm run bench -- --only week3 --repeats 5
  $ npm run bench -- --only classifier kernels --profile
  $ npm run bench -- --only week3 --full
  $ npm run bench -- --only seeds --seeds 5 --out seeds
  $ npm run bench --silent -- --json > bench.json
`;

/** @throws CommanderError after it has said what is wrong; its exit code is 0 when help was asked for. */
export function parseOptions(args: readonly string[]): Options {
  const { only = [], ...rest } = new Command('npm run bench --')
    .description('Measures Credence, and PyTorch beside it where a Python with torch is found.')
    .option('--only <names...>', 'suites to run, or phases of the third week', named)
    .option('--repeats <count>', 'pairs of runs of a phase', atLeastOne, 3)
    .option('--threads <count>', 'threads of each side', atLeastOne, 2)
    .option('--full', 'run the third week whole on both sides, not composed of its parts', false)
    .option('--cached', 'time PyTorch with the layers before the first dropout run once, too', false)
    .option('--profile', "kernels: ONNX Runtime's profile of each graph, node by node", false)
    .option('--seeds <count>', 'networks that the suite seeds trains', atLeastOne, 3)
    .option('--passes <count>', 'passes of MC dropout', atLeastOne, 100)
    .option('--limit <count>', 'only so many images of each set: to try the benchmark itself', atLeastOne)
    .option('--data <folder>', 'where data sets are looked for first')
    .option('--ood <name>', 'out-of-distribution set: kmnist or fashion-mnist')
    .option('--out <folder>', 'keep what seeds and practical write; seeds found there are reused')
    .option('--json', 'all numbers as JSON on stdout, no tables', false)
    .exitOverride()
    .allowExcessArguments(false)
    .addHelpText('after', HELP)
    .parse([...args], { from: 'user' })
    .opts<
      Omit<Options, 'suites' | 'phases' | 'limit' | 'data' | 'ood' | 'out'> & {
        only?: (SuiteName | PhaseName)[];
        limit?: number;
        data?: string;
        ood?: string;
        out?: string;
      }
    >();
  const phases = PHASES.filter((phase) => only.includes(phase));
  const suites = SUITES.filter((suite) => only.includes(suite) || (suite === 'week3' && phases.length > 0));
  return {
    limit: undefined,
    data: undefined,
    ood: undefined,
    out: undefined,
    ...rest,
    suites: only.length === 0 ? DEFAULT_SUITES : suites,
    phases: phases.length === 0 ? PHASES : phases,
  };
}

function named(name: string, before: (SuiteName | PhaseName)[] = []): (SuiteName | PhaseName)[] {
  const names: readonly (SuiteName | PhaseName)[] = [...SUITES, ...PHASES];
  const known = names.find((candidate) => candidate === name);
  if (known !== undefined) return [...before, known];
  const near = didYouMean(name, names);
  throw new InvalidArgumentError(
    near === undefined ? `Expected one of ${names.join(', ')}.` : `Did you mean '${near}'?`,
  );
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Expected an integer of at least 1.');
}
