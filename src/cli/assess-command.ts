import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { runAssessment } from '../assessment/node/index.js';
import type { AssessmentFindings, AssessmentResults } from '../assessment/index.js';
import { packageVersion } from '../practical/index.js';
import { colours as pc } from './colours.js';
import { addFitOptions, commandLine, fitArguments, openOptions, pathsOf, scoresWith } from './fit-options.js';
import type { FitFlags } from './fit-options.js';
import { phrased } from './in-options.js';
import { interruptible } from './interruptible.js';
import { scoresOption } from './model-options.js';
import { namedSet, share } from './option-values.js';
import { terminalReporter } from './progress.js';
import { notify } from './supervision.js';
import { tuningLine } from './tuning-line.js';

interface Flags extends FitFlags {
  readonly test?: string;
  readonly ood?: Readonly<Record<string, string>>;
  readonly scores: string;
  readonly risk: number;
  readonly confidence: number;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Those that a missing score may be had by. */
const OPTIONS: ReadonlySet<string> = new Set(['dropout', 'features', 'logits', 'set']);

const EXAMPLES = `Examples:
  $ credence assess --model m.onnx --validation val.npz
  $ credence assess --model m.onnx --train train.npz --validation val.npz --test test.npz --ood kmnist=kmnist.npz
  $ credence assess --model m.onnx --validation images/ --preprocess scale=1/255,resize=32x32 --risk 0.02 --confidence 0.9
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
    .addHelpText('before', EXAMPLES);
  addFitOptions(command, (own) =>
    own
      .addOption(scoresOption().default('all'))
      .option('--test <data>', 'labelled examples to measure on (default: half of the validation set)')
      .option(
        '--ood <name=data>',
        'a set of inputs from elsewhere; may be given several times',
        namedSet('--ood'),
      )
      .option(
        '--risk <share>',
        'errors among the accepted inputs that must not be exceeded',
        share('--risk'),
        0.01,
      )
      .option('--confidence <share>', 'confidence of that promise', share('--confidence'), 0.95)
      .option('--out <folder>', 'where everything is written', 'assessment')
      .option('--json', 'print results.json on stdout')
      .option('--quiet', 'no progress'),
  ).action(async (flags: Flags) => {
    outcome.code = await assessModel(flags);
  });
}

async function assessModel(flags: Flags): Promise<number> {
  const quiet = flags.quiet ?? false;
  const reporter = terminalReporter(process.stderr, { quiet });
  const interruption = {
    command: 'credence assess',
    hint: 'nothing was written',
    onStop: () => {
      if (!quiet) process.stderr.write(`\n${pc.yellow('stopping')}; Ctrl-C again to stop at once\n`);
    },
  };
  return interruptible(interruption, async (signal) => {
    const { risk, confidence, fitExamples, seed, threads, out } = flags;
    const { results } = await runAssessment(
      {
        paths: { ...pathsOf(flags), test: flags.test, ood: flags.ood },
        open: await openOptions(flags),
        scores: scoresWith(flags.scores, flags.set),
        risk,
        confidence,
        fitExamples,
        seed,
        threads,
        out,
        onTemporary: (temporary) => notify({ temporary }),
        versions: {
          credence: packageVersion(),
          node: process.versions.node,
          platform: `${process.platform}-${process.arch}`,
        },
        command: commandOf(flags),
        exportCommand: (findings) => exportCommandOf(flags, findings),
        onModel: (description) => {
          if (!quiet) process.stderr.write(`${description}\n\n`);
        },
      },
      reporter,
      reporter.timings,
      signal,
    );
    if (flags.json === true) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    if (!quiet) process.stderr.write(summary(results, flags));
    return 0;
  });
}

function summary(
  { recommendation, exportCommand, classifier, tuned, unavailable, notes }: AssessmentResults,
  { out }: Flags,
): string {
  const { accuracy, before, after } = classifier;
  const calibrated = after === null ? '' : `, ${after.ece.toFixed(4)} after temperature scaling`;
  const lines = [
    '',
    `Accuracy ${(100 * accuracy).toFixed(2)} %, ECE ${before.ece.toFixed(4)}${calibrated}`,
    ...notes,
    ...tuned.map(tuningLine),
    ...unavailable.map(({ title, reason }) => pc.dim(`· no ${title}: ${phrased(reason, OPTIONS)}`)),
    pc.bold(recommendation.sentence),
    pc.dim(`Then: ${exportCommand}`),
    `Open ${pc.bold(relative('.', join(out, 'report.html')))}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The command that reproduces a run. */
function commandOf(flags: Flags): string {
  return commandLine('credence assess', [
    ...fitArguments(flags),
    ...(flags.test === undefined ? [] : [['test', flags.test] as const]),
    ...Object.entries(flags.ood ?? {}).map(([name, path]) => ['ood', `${name}=${path}`] as const),
    ...(flags.scores === 'all' ? [] : [['scores', flags.scores] as const]),
    ['risk', `${flags.risk}`],
    ['confidence', `${flags.confidence}`],
  ]);
}

/**
 * The command that writes the model with the recommended score, and where one was certified its threshold. The score was
 * picked by its certificate, so that it is certified at the confidence of each.
 */
function exportCommandOf(
  flags: Flags,
  { recommendation: { score }, scores }: Pick<AssessmentFindings, 'recommendation' | 'scores'>,
): string {
  const certificate = scores.find(({ name }) => name === score)?.certificate ?? null;
  const set = Object.fromEntries(Object.entries(flags.set ?? {}).filter(([name]) => name === score));
  return commandLine('credence export', [
    ...fitArguments({ ...flags, set }),
    ['scores', score],
    ...(certificate === null
      ? []
      : ([
          ['risk', `${flags.risk}`],
          ['confidence', `${certificate.confidence}`],
        ] as const)),
  ]);
}
