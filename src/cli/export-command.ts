import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { fitTrust } from '../assessment/index.js';
import type { CertifiedAccept, FittedTrust } from '../assessment/index.js';
import { openData } from '../assessment/node/index.js';
import type { OpenedData } from '../assessment/node/index.js';
import { ConfigurationError, DataError } from '../errors/index.js';
import { isTrustGraph, verifyTrust, withProvenance } from '../export/index.js';
import type { AcceptRule, Provenance } from '../export/index.js';
import { plainRuntimes, provenanceOf } from '../export/node/index.js';
import type { FittedSet } from '../export/node/index.js';
import { readFileBytes, writeFileAtomic } from '../files/index.js';
import { decodeOnnx, encodeOnnx } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { describeClassifier, insertDropout, inspectClassifier } from '../inspection/index.js';
import { openModel } from '../inspection/node/index.js';
import { key as keyOf } from '../random/index.js';
import { rowsOfRun, toInput } from '../runtime/index.js';
import type { Score } from '../scores/index.js';
import { firstRows } from '../sources/index.js';
import type { DataSource } from '../sources/index.js';
import { readPreprocess } from '../sources/node/index.js';
import { exportReport, notVerified } from './export-report.js';
import { addFitOptions, openOptions, pathsOf, scoresWith } from './fit-options.js';
import type { FitFlags } from './fit-options.js';
import { interruptible } from './interruptible.js';
import { acceptRule, scoresOption } from './model-options.js';
import { share } from './option-values.js';
import { terminalReporter } from './progress.js';
import type { TerminalReporter } from './progress.js';
import { requireScores } from './require-scores.js';
import { tuningLine } from './tuning-line.js';

interface Flags extends FitFlags {
  readonly scores: string;
  readonly accept?: string;
  readonly risk?: number;
  readonly confidence?: number;
  readonly score?: string;
  readonly calibration: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence export --model m.onnx --validation val.npz --scores mcp,energy
  $ credence export --model m.onnx --validation val.npz --train train.npz --scores all --risk 0.01
  $ credence export --model m.onnx --validation val.npz --scores mcp,knn --set knn.k=10 --accept mcp=0.1
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
    .addHelpText('before', EXAMPLES);
  addFitOptions(command, (own) =>
    own
      .addOption(scoresOption().default('mcp,energy'))
      .option(
        '--accept <rule>',
        'SCORE=THRESHOLD: an output that says whether the score is at most the threshold',
      )
      .option(
        '--risk <share>',
        'the same, at a threshold certified to keep errors among the accepted inputs under this share',
        share('--risk'),
      )
      .option('--confidence <share>', 'confidence of that promise (default: 0.95)', share('--confidence'))
      .option('--score <name>', 'the score to accept by (default: the one whose certificate accepts most)')
      .option('--no-calibration', 'no calibrated probabilities')
      .option('--out <file>', 'where it is written (default: MODEL.trust.onnx)')
      .option('--quiet', 'no progress'),
  ).action(async (flags: Flags) => {
    outcome.code = await exportModel(flags);
  });
}

async function exportModel(flags: Flags): Promise<number> {
  const out = outputPath(flags);
  const reporter = terminalReporter(process.stderr, { quiet: flags.quiet ?? false });
  const isAll = flags.scores.trim() === 'all';
  const scores = scoresWith(listOf(flags), flags.set);
  const accept = ruleOf(flags, scores);
  return interruptible({ command: 'credence export', hint: 'nothing was written' }, async (signal) => {
    const { dropout, overrides, ...options } = await openOptions(flags);
    const graph = await openModel(flags.model);
    refuseExported(graph, flags.model);
    const found = inspectClassifier(graph, overrides);
    const model = dropout === undefined ? found : insertDropout(found, dropout);
    if (!isAll) requireScores(model, scores);
    const data = await openData({ ...pathsOf(flags), model }, options);
    if (flags.quiet !== true) process.stderr.write(`${describeClassifier(data.model)}\n\n`);
    const { fitExamples, threads, calibration } = flags;
    const fitted = await fitTrust({
      ...data,
      scores,
      accept,
      calibration,
      fitExamples,
      threads,
      requireAll: !isAll,
      key: keyOf(flags.seed),
      reporter,
      signal,
    });
    const { recommendation, trust } = fitted;
    if (recommendation !== undefined && recommendation.threshold === null) {
      throw new DataError({
        what: '--risk',
        expected: 'a threshold that these examples support',
        got: recommendation.sentence.replace(/\.$/, ''),
        hint: 'a larger risk, a smaller confidence, or more validation examples',
      });
    }
    const provenance = await reporter.phase('provenance', async () => madeOf(flags, data, signal));
    const exported = withProvenance(trust.graph, trust.description, provenance);
    const verification = await verify(exported, fitted, data, flags, reporter);
    const bytes = encodeOnnx(exported);
    signal.throwIfAborted();
    await writeFileAtomic(out, bytes);
    const remarks = remarksOf(fitted, { isAll, calibration });
    process.stdout.write(exportReport(out, bytes.length, exported, trust.accept, verification, remarks));
    return 0;
  });
}

/** With the score that is accepted by. */
function listOf({ scores, score }: Flags): string {
  if (score === undefined || scores.trim() === 'all') return scores;
  const names = scores.split(',').map((name) => name.trim());
  return names.includes(score) ? scores : `${scores},${score}`;
}

/** @throws ConfigurationError on options that do not go together. */
function ruleOf(
  { accept, risk, confidence, score }: Flags,
  scores: readonly Score[],
): AcceptRule | CertifiedAccept | undefined {
  const needRisk = Object.entries({ '--confidence': confidence, '--score': score }).find(
    ([, value]) => value !== undefined,
  );
  if (risk === undefined && needRisk !== undefined) {
    throw new ConfigurationError({
      what: needRisk[0],
      expected: '--risk beside it, which it belongs to',
      got: `'${needRisk[1]}' alone`,
    });
  }
  if (risk !== undefined && accept !== undefined) {
    throw new ConfigurationError({
      what: '--accept',
      expected: 'a threshold of your own or --risk, for which one is found',
      got: 'both',
    });
  }
  if (risk !== undefined) return { risk, confidence: confidence ?? 0.95, score };
  return accept === undefined
    ? undefined
    : acceptRule(
        accept,
        scores.map(({ name }) => name),
      );
}

function refuseExported(model: Graph, path: string): void {
  if (!isTrustGraph(model)) return;
  throw new ConfigurationError({
    what: '--model',
    expected: 'a model as it was trained',
    got: `one that was exported already`,
    where: path,
    hint: 'export the original again, with all scores',
  });
}

async function madeOf(
  { model, validation, train, preprocess }: Flags,
  data: OpenedData,
  signal: AbortSignal,
): Promise<Provenance> {
  const common =
    preprocess === undefined ? {} : { preprocess: JSON.stringify(await readPreprocess(preprocess)) };
  const set = (role: FittedSet['role'], source: DataSource | undefined, path = ''): FittedSet[] =>
    source === undefined ? [] : [{ role, source, name: basename(resolve(path)), ...common }];
  return provenanceOf(
    model,
    [...set('validation', data.validation, validation), ...set('training', data.train, train)],
    { date: dateOfExport(process.env), signal },
  );
}

async function verify(
  exported: Graph,
  { parts }: FittedTrust,
  { model, validation }: OpenedData,
  flags: Flags,
  reporter: TerminalReporter,
): Promise<Awaited<ReturnType<typeof verifyTrust>>> {
  const first = await firstRows(validation, rowsOfRun(model.graph, VERIFIED));
  const batch = toInput(model.input, first, flags.validation);
  const verification = await reporter.phase('verification', async () =>
    verifyTrust(await originalModel(flags.model), exported, batch, {
      classifier: model,
      scores: parts.scores,
      runtimes: await plainRuntimes(),
    }),
  );
  const failed = verification.checks.filter(({ passed }) => !passed);
  if (failed.length > 0) throw notVerified(failed);
  return verification;
}

/** What the user should know of what was written. */
function remarksOf(
  { fit, recommendation }: FittedTrust,
  { isAll, calibration }: { isAll: boolean; calibration: boolean },
): string[] {
  const standIn = fit.fitted
    .filter(({ score }) => /for want of/.test(fit.fittedOn(score)))
    .map(({ score }) => `${score.name} on ${fit.fittedOn(score)}`);
  return [
    ...(recommendation === undefined ? [] : [recommendation.sentence]),
    ...fit.tuned.map(tuningLine),
    ...(isAll ? fit.unavailable.map(({ name, reason }) => `left out: ${name} (${reason})`) : []),
    ...(standIn.length > 0 ? [`fitted: ${standIn.join('; ')}`] : []),
    ...(calibration && 'reason' in fit.temperature
      ? [`no calibrated probabilities (${fit.temperature.reason})`]
      : []),
    ...fit.notes,
  ];
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
