import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { runAssessment } from '../assessment/node/index.js';
import type { AssessmentResults } from '../assessment/index.js';
import { ConfigurationError, InterruptedError } from '../errors/index.js';
import { packageVersion } from '../practical/index.js';
import { scoreNamed } from '../scores/index.js';
import type { Score } from '../scores/index.js';
import { colours as pc } from './colours.js';
import { addNamingOptions } from './model-options.js';
import type { NamingFlags } from './model-options.js';
import { terminalReporter } from './progress.js';

interface Flags extends NamingFlags {
  readonly model: string;
  readonly validation: string;
  readonly train?: string;
  readonly test?: string;
  readonly ood: Readonly<Record<string, string>>;
  readonly scores?: readonly Score[];
  readonly risk: number;
  readonly confidence: number;
  readonly out: string;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence assess --model m.onnx --validation val.npz
  $ credence assess --model m.onnx --train train.npz --validation val.npz --test test.npz --ood kmnist=kmnist.npz
  $ credence assess --model m.onnx --validation images/ --preprocess preprocess.json --risk 0.02 --confidence 0.9
  $ credence assess --model m.onnx --validation val.csv --scores mcp,energy,knn --json | jq .recommendation
`;

/** `credence assess`: how far a classifier can be trusted, by which score, up to which threshold. */
export function addAssessCommand(program: Command, outcome: { code: number }): void {
  const command = program
    .command('assess')
    .summary('assess your own classifier: which score, which threshold')
    .description(
      'Measures an ONNX classifier on your data: accuracy, calibration, how well each score finds its errors and foreign ' +
        'inputs; certifies a threshold for the risk you ask for. Writes report.html, results.json and the figures.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .requiredOption('--model <file>', 'the classifier, ONNX')
    .requiredOption(
      '--validation <data>',
      'labelled examples that it was not trained on: .npz, .npy, IDX, CSV, Parquet, or images in a folder per class',
    )
    .option('--train <data>', 'labelled examples that it was trained on, for the scores that want them')
    .option('--test <data>', 'labelled examples to measure on (default: half of the validation set)')
    .option(
      '--ood <name=data>',
      'a set of inputs from elsewhere; may be given several times',
      addOodSet,
      {} as Record<string, string>,
    )
    .option('--scores <list>', 'scores, separated by commas (default: all that the model allows)', scoreList)
    .option(
      '--risk <share>',
      'errors among the accepted inputs that must not be exceeded',
      share('--risk'),
      0.01,
    )
    .option('--confidence <share>', 'confidence of that promise', share('--confidence'), 0.95)
    .option('--out <folder>', 'where everything is written', 'assessment')
    .option('--seed <S>', 'decides how the validation set is split', integer('--seed', 0), 1)
    .option('--threads <count>', 'threads', integer('--threads', 1), availableParallelism())
    .option('--json', 'print results.json on stdout')
    .option('--quiet', 'no progress');
  addNamingOptions(command).action(async (flags: Flags) => {
    outcome.code = await assessModel(flags);
  });
}

async function assessModel(flags: Flags): Promise<number> {
  const quiet = flags.quiet ?? false;
  const reporter = terminalReporter(process.stderr, { quiet });
  const abort = new AbortController();
  const interrupt = (received: NodeJS.Signals): void => {
    if (!quiet) process.stderr.write(`\n${pc.yellow('stopping')}; Ctrl-C again to stop at once\n`);
    abort.abort(
      new InterruptedError({
        what: 'credence assess',
        got: received === 'SIGINT' ? 'Ctrl-C' : received,
        hint: 'nothing was written',
      }),
    );
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const { features, logits, probabilities, inputs, labels, preprocess } = flags;
  const names = inputs?.split(',').map((name) => name.trim());
  try {
    const { results } = await runAssessment(
      {
        ...flags,
        overrides: {
          ...(features !== undefined && { features }),
          ...(logits !== undefined && { logits }),
          ...(probabilities !== undefined && { probabilities }),
        },
        source: {
          ...(names !== undefined && { inputs: names.length === 1 ? names[0]! : names }),
          ...(labels !== undefined && { labels }),
          ...(preprocess !== undefined && { preprocess }),
        },
        versions: {
          credence: packageVersion(),
          node: process.versions.node,
          platform: `${process.platform}-${process.arch}`,
        },
        command: commandOf(flags),
        onModel: (description) => {
          if (!quiet) process.stderr.write(`${description}\n\n`);
        },
      },
      reporter,
      reporter.timings,
      abort.signal,
    );
    if (flags.json === true) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    if (!quiet) process.stderr.write(summary(results, flags));
    return 0;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function summary(
  { recommendation, classifier, unavailable, notes }: AssessmentResults,
  { out }: Flags,
): string {
  const { accuracy, before, after } = classifier;
  const calibrated = after === null ? '' : `, ${after.ece.toFixed(4)} after temperature scaling`;
  const lines = [
    '',
    `Accuracy ${(100 * accuracy).toFixed(2)} %, ECE ${before.ece.toFixed(4)}${calibrated}`,
    ...notes,
    ...unavailable.map(({ title, reason }) => pc.dim(`· no ${title}: ${reason}`)),
    pc.bold(recommendation.sentence),
    `Open ${pc.bold(relative('.', join(out, 'report.html')))}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The command that reproduces a run. */
function commandOf(flags: Flags): string {
  const parts = [
    'credence assess',
    `--model ${quoted(flags.model)}`,
    `--validation ${quoted(flags.validation)}`,
  ];
  const add = (option: string, value: string | undefined): void => {
    if (value !== undefined) parts.push(`--${option} ${quoted(value)}`);
  };
  add('train', flags.train);
  add('test', flags.test);
  for (const [name, path] of Object.entries(flags.ood)) add('ood', `${name}=${path}`);
  add('scores', flags.scores?.map(({ name }) => name).join(','));
  add('risk', `${flags.risk}`);
  add('confidence', `${flags.confidence}`);
  for (const option of ['preprocess', 'inputs', 'labels', 'features', 'logits', 'probabilities'] as const)
    add(option, flags[option]);
  add('seed', `${flags.seed}`);
  return parts.join(' ');
}

function quoted(text: string): string {
  return /^[\w./,=:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function addOodSet(text: string, sets: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined || Object.hasOwn(sets, name)) {
    throw new ConfigurationError({
      what: '--ood',
      expected: 'NAME=DATA, each name once',
      got: `'${text}'`,
    });
  }
  return { ...sets, [name]: path };
}

function scoreList(text: string): Score[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].map((name) => scoreNamed(name));
}

function share(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && value < 1) return value;
    throw new ConfigurationError({
      what: option,
      expected: 'a number between 0 and 1, both excluded',
      got: `'${text}'`,
    });
  };
}

function integer(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= least && Number.isSafeInteger(value)) return value;
    throw new ConfigurationError({
      what: option,
      expected: `an integer of at least ${least}`,
      got: `'${text}'`,
    });
  };
}
