import type { Command } from 'commander';
import { ConfigurationError, DataError, didYouMean, FormatError, GraphError } from '../errors/index.js';
import { isTrustGraph, readTrust, rowsOfRun, runRows } from '../export/index.js';
import { GraphBuilder, prune, toReference } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import { openModel } from '../inspection/node/index.js';
import { openSession } from '../runtime/index.js';
import { fitScore, missing, scoreGraph, scoreOutput } from '../scores/index.js';
import { parsePreprocess } from '../sources/index.js';
import { openSource } from '../sources/node/index.js';
import type { DataSource, Preprocess } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';
import { addNamingOptions, classifierOf, scoresFor, scoresOption, sourceOptions } from './model-options.js';
import type { NamingFlags } from './model-options.js';
import { terminalReporter } from './progress.js';
import { checkTarget, openTarget } from './score-target.js';
import type { Columns } from './score-target.js';

interface Flags extends NamingFlags {
  readonly model: string;
  readonly input: string;
  readonly scores?: string;
  readonly out: string;
  readonly batchSize: number;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence score --model m.trust.onnx --input new.npz --out scores.csv
  $ credence score --model m.onnx --input images/ --scores mcp,odin | head
`;

/** `credence score`: inputs in, predictions and scores out. */
export function addScoreCommand(program: Command, outcome: { code: number }): void {
  const command = program
    .command('score')
    .summary('predictions and scores for a file of inputs')
    .description(
      'Runs a model of credence export, or any classifier with the scores that need no fitting, batch by batch. ' +
        'Columns: prediction, its probability (calibrated where the model is), the scores, accept where the model has it.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .requiredOption('--model <file>', 'an exported model, or a classifier, ONNX')
    .requiredOption('--input <data>', '.npz, .npy, IDX, CSV, Parquet, or a folder of images')
    .addOption(scoresOption())
    .option('--out <file>', 'a .csv or .npz; -: CSV on stdout', '-')
    .option('--batch-size <count>', 'inputs of one run', batchSize, 250)
    .option('--quiet', 'no progress');
  addNamingOptions(command).action(async (flags: Flags) => {
    outcome.code = await score(flags);
  });
}

/** A graph that computes what is wanted, and where that is. */
interface Scorer {
  readonly graph: Graph;
  readonly input: Input;
  readonly logits: string;
  /** Of the exported model. */
  readonly probabilities: string | undefined;
  readonly scores: readonly string[];
  readonly accept: string | undefined;
  /** What was done to the examples that the model was fitted on. */
  readonly preprocess: Preprocess | undefined;
}

async function score(flags: Flags): Promise<number> {
  checkTarget(flags.out);
  const model = await openModel(flags.model);
  const scorer = isTrustGraph(model) ? exportedScorer(model, flags) : await plainScorer(model, flags);
  const source = await openSource(flags.input, {
    ...(scorer.preprocess !== undefined && { preprocess: scorer.preprocess }),
    ...sourceOptions(scorer.input, flags, { labelled: false }),
  });
  const reporter = terminalReporter(process.stderr, { quiet: flags.quiet ?? false });
  if (scorer.preprocess !== undefined && flags.preprocess === undefined)
    reporter.note('preprocessing as at the export');
  await reporter.phase('score', (progress) => scoreAll(scorer, source, flags, progress));
  return 0;
}

async function scoreAll(
  scorer: Scorer,
  source: DataSource,
  flags: Flags,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  await using session = await openSession(scorer.graph);
  await using target = await openTarget(flags.out);
  let done = 0;
  for await (const { inputs, labels } of source.batches(rowsOfRun(scorer.graph, flags.batchSize))) {
    const values = await runRows(session, inputs, { where: source.name });
    const goesOn = await target.write(columnsOf(scorer, values, labels));
    done += inputs.shape[0]!;
    onProgress(done, source.count ?? done);
    if (!goesOn) return;
  }
  if (done === 0) {
    throw new DataError({ what: 'inputs', expected: 'at least one', got: 'none', where: source.name });
  }
  await target.finish();
}

function columnsOf(
  { logits, probabilities, scores, accept }: Scorer,
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
    probability: { dtype: 'float32', shape: [n], data: probability },
    ...Object.fromEntries(scores.map((name) => [name, values[`score/${name}`]!])),
    ...(accept !== undefined && { accept: values[accept]! }),
  };
}

function exportedScorer(model: Graph, { scores, features, logits, probabilities }: Flags): Scorer {
  const named = { '--features': features, '--logits': logits, '--probabilities': probabilities };
  const given = Object.entries(named).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw new ConfigurationError({
      what: given[0],
      expected: 'none for an exported model',
      got: `'${given[1]}'`,
    });
  }
  const trust = readTrust(model);
  const known = trust.outputs.flatMap((output) => (output.kind === 'score' ? [output.score] : []));
  const chosen =
    scores === undefined || scores.trim() === 'all' ? known : scores.split(',').map((s) => s.trim());
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, known);
    throw new ConfigurationError({
      what: '--scores',
      expected: `scores that the model was exported with (${known.join(', ')})`,
      got: `'${unknown}'`,
      hint: near === undefined ? 'export the model again with it' : `did you mean '${near}'?`,
    });
  }
  const outputOf = (kind: 'probabilities' | 'accept'): string | undefined =>
    trust.outputs.find((output) => output.kind === kind)?.name;
  const preprocess = trust.data.find(({ role }) => role === 'validation')?.preprocess;
  const own = {
    input: inputOf(model),
    logits: trust.classifier.logits,
    probabilities: outputOf('probabilities'),
    scores: [...new Set(chosen)],
    accept: outputOf('accept'),
    preprocess: preprocess === undefined ? undefined : preprocessIn(preprocess, model.name),
  };
  return { graph: withOutputs(model, own), ...own };
}

/** @throws FormatError, ConfigurationError where metadata were damaged. */
function preprocessIn(json: string, where: string): Preprocess {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError({
      what: 'preprocessing of the export',
      expected: 'JSON',
      got: json.slice(0, 60),
      where,
      cause,
    });
  }
  return parsePreprocess(value, { where });
}

async function plainScorer(model: Graph, flags: Flags): Promise<Scorer> {
  const { found, classifier } = classifierOf(model, flags);
  const asked = scoresFor(flags.scores ?? 'mcp,energy', classifier);
  // 'all' means all that can be had here.
  const chosen =
    flags.scores?.trim() === 'all' ? asked.filter(({ fittedOn }) => fittedOn === 'nothing') : asked;
  const unfitted = chosen.filter(({ fittedOn }) => fittedOn !== 'nothing').map(({ name }) => name);
  if (unfitted.length > 0) {
    throw new ConfigurationError({
      what: `--scores ${unfitted.join(',')}`,
      expected: 'scores that need no fitting, for a model that was not exported',
      got: `${unfitted.length === 1 ? 'one' : 'some'} to be fitted on labelled examples`,
      hint: 'credence export --validation DATA fits them and writes a model that has them',
    });
  }
  for (const own of chosen) {
    const lack = missing(own, classifier);
    if (lack === undefined) continue;
    throw new GraphError({
      what: `score '${own.name}'`,
      expected: 'a classifier that has all it needs',
      got: lack,
    });
  }
  const fitted = [];
  for (const own of chosen) fitted.push(await fitScore(own, classifier));
  const { graph } = classifier;
  const outputs = [...new Set([...graph.outputs, classifier.logits])];
  const own = {
    input: found.input,
    logits: classifier.logits,
    probabilities: undefined,
    scores: chosen.map(({ name }) => name),
    accept: undefined,
    preprocess: undefined,
  };
  return {
    graph: withOutputs(scoreGraph({ ...classifier, graph: { ...graph, outputs } }, fitted), own),
    ...own,
  };
}

/** The graph with the outputs that are read, so that it computes no others. */
function withOutputs(
  graph: Graph,
  { logits, probabilities, scores, accept }: Pick<Scorer, 'logits' | 'probabilities' | 'scores' | 'accept'>,
): Graph {
  const names = [logits, probabilities, accept, ...scores.map((name) => scoreOutput({ name }))];
  return prune(GraphBuilder.from(graph).build(names.filter((name) => name !== undefined)));
}

function inputOf({ inputs, name }: Graph): Input {
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return input;
  throw new GraphError({ what: `model '${name}'`, expected: 'one input', got: `${inputs.length}` });
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
