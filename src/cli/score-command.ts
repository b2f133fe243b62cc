import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { ConfigurationError } from '../errors/index.js';
import { toReference } from '../graph/index.js';
import { openModel } from '../inspection/node/index.js';
import type { DataSource } from '../sources/index.js';
import { openSource } from '../sources/node/index.js';
import type { Tensor } from '../tensor/index.js';
import { interruptible } from './interruptible.js';
import { addNamingOptions, scoresOption, sourceOptions } from './model-options.js';
import { integer } from './option-values.js';
import { terminalReporter } from './progress.js';
import { scoreBatches } from './score-batches.js';
import { scorerOf } from './score-scorer.js';
import type { Scorer, ScorerFlags } from './score-scorer.js';
import type { Columns } from './score-columns.js';
import { checkTarget, openTarget } from './score-target.js';

interface Flags extends ScorerFlags {
  readonly model: string;
  readonly input: string;
  readonly out: string;
  readonly batchSize: number;
  readonly threads: number;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence score --model m.trust.onnx --input new.npz --out scores.csv
  $ credence score --model m.trust.onnx --input new.parquet --out scores.parquet
  $ credence score --model m.onnx --input images/ --scores mcp,odin | head
`;

/** `credence score`: inputs in, predictions and scores out. */
export function addScoreCommand(program: Command, outcome: { code: number }): void {
  const command = program
    .command('score')
    .summary('predictions and scores for a file of inputs')
    .description(
      'Runs a model of credence export, or any classifier with the scores that need no fitting, batch by batch. ' +
        'Columns: prediction, the name of its class where the model knows it, its probability (calibrated where the model ' +
        'is), the scores, accept where the model has it.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .requiredOption('--model <file>', 'an exported model, or a classifier, ONNX')
    .requiredOption('--input <data>', '.npz, .npy, IDX, CSV, Parquet, or a folder of images')
    .addOption(scoresOption())
    .option('--out <file>', 'a .csv, .parquet or .npz; -: CSV on stdout', '-')
    .option('--batch-size <count>', 'inputs of one run', batchSize, 250)
    .option('--threads <count>', 'runs at a time', integer('--threads', 1), availableParallelism())
    .option('--quiet', 'no progress');
  addNamingOptions(command).action(async (flags: Flags) => {
    outcome.code = await score(flags);
  });
}

async function score(flags: Flags): Promise<number> {
  checkTarget(flags.out);
  const scorer = await scorerOf(await openModel(flags.model), flags);
  const source = await openSource(flags.input, {
    ...(scorer.preprocess !== undefined && { preprocess: scorer.preprocess }),
    ...sourceOptions(scorer.input, flags, {
      labelled: false,
      // Labels that are names are numbered as the model's classes are.
      classes: flags.labels === undefined ? undefined : scorer.classNames,
    }),
  });
  const reporter = terminalReporter(process.stderr, { quiet: flags.quiet ?? false });
  if (scorer.preprocess !== undefined && flags.preprocess === undefined)
    reporter.note('preprocessing as at the export');
  const hint = flags.out === '-' ? 'what was printed is a part' : 'nothing was written';
  await interruptible({ command: 'credence score', hint }, (signal) =>
    reporter.phase('score', (onProgress) => scoreAll(scorer, source, flags, { onProgress, signal })),
  );
  return 0;
}

async function scoreAll(
  scorer: Scorer,
  source: DataSource,
  { out, batchSize, threads }: Flags,
  run: { onProgress: (done: number, total: number) => void; signal: AbortSignal },
): Promise<void> {
  await using target = await openTarget(out);
  for await (const { values, labels } of scoreBatches(scorer.graph, source, { batchSize, threads, ...run })) {
    const goesOn = await target.write(columnsOf(scorer, values, labels));
    if (!goesOn) return;
  }
  await target.finish();
}

function columnsOf(
  { logits, probabilities, scores, accept, classNames }: Scorer,
  values: Readonly<Record<string, Tensor>>,
  labels: Tensor<'int32'> | undefined,
): Columns {
  const {
    shape: [n = 0, classes = 1],
    data: raw,
  } = toReference(values[logits]!);
  const prediction = new Int32Array(n);
  const probability = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (raw[i * classes + k]! > raw[i * classes + best]!) best = k;
    prediction[i] = best;
    if (probabilities !== undefined) {
      probability[i] = (values[probabilities]!.data as Float32Array)[i * classes + best]!;
      continue;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(raw[i * classes + k]! - raw[i * classes + best]!);
    probability[i] = 1 / sum;
  }
  return {
    ...(labels !== undefined && { label: labels }),
    prediction: { dtype: 'int32', shape: [n], data: prediction },
    ...(classNames !== undefined && { class: Array.from(prediction, (k) => classNames[k] ?? `${k}`) }),
    probability: { dtype: 'float32', shape: [n], data: probability },
    ...Object.fromEntries(scores.map((name) => [name, values[`score/${name}`]!])),
    ...(accept !== undefined && { accept: values[accept]! }),
  };
}

function batchSize(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && value >= 1 && value <= 1_000_000) return value;
  throw new ConfigurationError({
    what: '--batch-size',
    expected: 'an integer of 1 to 1,000,000',
    got: `'${text}'`,
  });
}
