import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { fitTemperature } from '../calibration/index.js';
import { ConfigurationError, DataError, GraphError, NumericalError } from '../errors/index.js';
import { examplesOf, isTrustGraph, rowsOfRun, toInput, trustGraph, verifyTrust } from '../export/index.js';
import type { DataProvenance, Provenance } from '../export/index.js';
import { plainRuntimes } from '../export/node/index.js';
import { readFileBytes, sha256OfFile, writeFileAtomic } from '../files/index.js';
import { decodeOnnx, encodeOnnx } from '../graph/index.js';
import { describeClassifier } from '../inspection/index.js';
import { openModel } from '../inspection/node/index.js';
import { fitScore, missing } from '../scores/index.js';
import type { Classifier, Examples, FittedScore, Score } from '../scores/index.js';
import { openSource } from '../sources/node/index.js';
import type { Batch, DataSource } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';
import { exportReport, notVerified } from './export-report.js';
import {
  acceptRule,
  addNamingOptions,
  classifierOf,
  scoresFor,
  scoresOption,
  sourceOptions,
} from './model-options.js';
import type { NamingFlags } from './model-options.js';
import { terminalReporter } from './progress.js';
import type { TerminalReporter } from './progress.js';

interface Flags extends NamingFlags {
  readonly model: string;
  readonly validation: string;
  readonly train?: string;
  readonly scores: string;
  readonly accept?: string;
  readonly calibration: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence export --model m.onnx --validation val.npz --scores mcp,energy
  $ credence export --model m.onnx --validation val.npz --train train.npz --scores all --accept mcp=0.1
`;

/** Rows that an export is verified on. */
const VERIFIED = 32;

/** `credence export`: one ONNX file with a classifier, its scores and how to read them. */
export function addExportCommand(program: Command, outcome: { code: number }): void {
  const command = program
    .command('export')
    .summary('write one ONNX file: your model with its scores inside')
    .description(
      'Fits scores to a classifier and writes a model with the inputs and outputs it had, and calibrated ' +
        'probabilities, scores and decisions beside them: standard ONNX, for any runtime. Verifies what it writes.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .requiredOption('--model <file>', 'the classifier, ONNX')
    .requiredOption(
      '--validation <data>',
      'labelled examples that it was not trained on: .npz, .npy, IDX, CSV, Parquet, or images in a folder per class',
    )
    .option('--train <data>', 'labelled examples that it was trained on, for the scores that want them')
    .addOption(scoresOption().default('mcp,energy'))
    .option(
      '--accept <rule>',
      'SCORE=THRESHOLD: an output that says whether the score is at most the threshold',
    )
    .option('--no-calibration', 'no calibrated probabilities')
    .option('--out <file>', 'where it is written (default: MODEL.trust.onnx)')
    .option('--quiet', 'no progress');
  addNamingOptions(command).action(async (flags: Flags) => {
    outcome.code = await exportModel(flags);
  });
}

async function exportModel(flags: Flags): Promise<number> {
  const out = outputPath(flags);
  const model = await openModel(flags.model);
  if (isTrustGraph(model)) {
    throw new ConfigurationError({
      what: '--model',
      expected: 'a model as it was trained',
      got: `one that was exported already`,
      where: flags.model,
      hint: 'export the original again, with all scores',
    });
  }
  const { found, classifier } = classifierOf(model, flags);
  const chosen = scoresFor(flags.scores, classifier);
  const accept = flags.accept === undefined ? undefined : acceptRule(flags.accept, chosen.map(nameOf));
  requireAll(chosen, classifier);
  const reporter = terminalReporter(process.stderr, { quiet: flags.quiet ?? false });
  if (flags.quiet !== true) process.stderr.write(`${describeClassifier(found)}\n\n`);

  const read = async (
    role: DataProvenance['role'],
    path: string,
    classes?: readonly string[],
  ): Promise<Read> => {
    const options = sourceOptions(found.input, flags, {
      labelled: true,
      classes: classes ?? found.classNames,
    });
    const source = await openSource(path, options);
    return reporter.phase(`${role} data`, (progress) =>
      readExamples(role, path, source, flags, classifier, progress),
    );
  };
  const validation = await read('validation', flags.validation);
  const training =
    flags.train === undefined ? undefined : await read('training', flags.train, validation.source.classes);

  const remarks: string[] = [];
  const fitted = await fitAll(
    { chosen, isAll: flags.scores.trim() === 'all' },
    classifier,
    { validation: validation.examples, training: training?.examples },
    reporter,
    remarks,
  );
  const calibration = flags.calibration ? temperatureOf(validation.examples, remarks) : undefined;
  const provenance: Provenance = {
    date: dateOfExport(process.env),
    model: { name: basename(flags.model), sha256: await sha256OfFile(flags.model) },
    data: [validation.provenance, ...(training === undefined ? [] : [training.provenance])],
  };
  const exported = trustGraph(classifier, { scores: fitted, calibration, accept, provenance });
  const first = toInput(found.input, validation.first, flags.validation);
  const verification = await reporter.phase('verification', async () =>
    verifyTrust(await originalModel(flags.model), exported, first, {
      classifier,
      scores: fitted,
      runtimes: await plainRuntimes(),
    }),
  );
  const failed = verification.checks.filter(({ passed }) => !passed);
  if (failed.length > 0) throw notVerified(failed);
  const bytes = encodeOnnx(exported);
  await writeFileAtomic(out, bytes);
  process.stdout.write(exportReport(out, bytes.length, exported, accept, verification, remarks));
  return 0;
}

interface Read {
  readonly source: DataSource;
  readonly examples: Examples;
  /** Rows for the verification. */
  readonly first: Tensor<'float32'>;
  readonly provenance: DataProvenance;
}

async function readExamples(
  role: DataProvenance['role'],
  path: string,
  source: DataSource,
  { preprocess }: NamingFlags,
  classifier: Classifier,
  onProgress: (done: number, total: number) => void,
): Promise<Read> {
  const hash = createHash('sha256');
  let first: Tensor<'float32'> | undefined;
  const onBatch = ({ inputs }: Batch): void => {
    hash.update(bytesOf(inputs));
    first ??= inputs;
  };
  const examples = await examplesOf(classifier, source, { onBatch, onProgress });
  hash.update(bytesOf(examples.labels));
  const text =
    preprocess === undefined ? undefined : new TextDecoder().decode(await readFileBytes(preprocess));
  return {
    source,
    examples,
    first: firstRows(first!, rowsOfRun(classifier.graph, VERIFIED)),
    provenance: {
      role,
      name: basename(resolve(path)),
      sha256: hash.digest('hex'),
      examples: examples.labels.data.length,
      ...(text !== undefined && { preprocess: JSON.stringify(JSON.parse(text)) }),
    },
  };
}

function bytesOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function firstRows({ shape, data }: Tensor<'float32'>, most: number): Tensor<'float32'> {
  const [n = 0, ...example] = shape;
  const rows = Math.min(n, most);
  return { dtype: 'float32', shape: [rows, ...example], data: data.slice(0, (data.length / n) * rows) };
}

async function fitAll(
  { chosen, isAll }: { chosen: readonly Score[]; isAll: boolean },
  classifier: Classifier,
  { validation, training }: { validation: Examples; training: Examples | undefined },
  reporter: TerminalReporter,
  remarks: string[],
): Promise<FittedScore[]> {
  const fitted: FittedScore[] = [];
  for (const score of chosen) {
    const examples = score.fittedOn === 'training' ? (training ?? validation) : validation;
    const fit = (onProgress: (share: number) => void): Promise<FittedScore> =>
      fitScore(score, classifier, { examples, onProgress });
    try {
      fitted.push(
        score.fit === undefined
          ? await fit(() => undefined)
          : await reporter.phase(`fit ${score.name}`, (progress) => fit((share) => progress(share, 1))),
      );
    } catch (error) {
      // Of all scores, those that these data allow.
      if (!isAll || !(error instanceof DataError || error instanceof NumericalError)) throw error;
      remarks.push(`left out: ${score.name} (${error.message})`);
    }
  }
  const standIn = fitted.filter(({ score }) => score.fittedOn === 'training').map(({ score }) => score.name);
  if (training === undefined && standIn.length > 0)
    remarks.push(`without --train, fitted on the validation data: ${standIn.join(', ')}`);
  return fitted;
}

/** Without a temperature the export is still of use: what stands in the way is said. */
function temperatureOf({ logits, labels }: Examples, remarks: string[]): { temperature: number } | undefined {
  try {
    const { temperature } = fitTemperature(logits, labels.data);
    return { temperature };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    remarks.push(`no calibrated probabilities (${error.message})`);
    return undefined;
  }
}

function requireAll(chosen: readonly Score[], classifier: Classifier): void {
  const lacks = chosen.flatMap((score) => {
    const lack = missing(score, classifier);
    return lack === undefined ? [] : [{ name: score.name, lack }];
  });
  const [first] = lacks;
  if (first === undefined) return;
  const others = chosen.map(nameOf).filter((name) => !lacks.some((lack) => lack.name === name));
  throw new GraphError({
    what: `score${lacks.length > 1 ? 's' : ''} ${lacks.map(({ name }) => `'${name}'`).join(', ')}`,
    expected: 'a classifier that has all they need',
    got: first.lack,
    hint: others.length === 0 ? 'try mcp,energy' : `without them: --scores ${others.join(',')}`,
  });
}

function nameOf({ name }: Score): string {
  return name;
}

function outputPath({ model, out }: Flags): string {
  const path = out ?? `${model.replace(/\.onnx$/, '')}.trust.onnx`;
  if (resolve(path) !== resolve(model)) return path;
  throw new ConfigurationError({ what: '--out', expected: 'another file than --model', got: `'${path}'` });
}

/** $SOURCE_DATE_EPOCH (seconds) where it is set, so that the same export has the same bytes; else now. */
function dateOfExport(env: Readonly<Record<string, string | undefined>>): string {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return new Date().toISOString();
  const date = new Date(Number(epoch) * 1000);
  if (/^\d+$/.test(epoch) && !Number.isNaN(date.getTime())) return date.toISOString();
  throw new ConfigurationError({
    what: 'SOURCE_DATE_EPOCH',
    expected: 'seconds since 1970',
    got: `'${epoch}'`,
  });
}

/** Its bytes, or its path where they are not all in one file. */
async function originalModel(path: string): Promise<Uint8Array | string> {
  const bytes = await readFileBytes(path);
  try {
    decodeOnnx(bytes);
    return bytes;
  } catch {
    return path;
  }
}
