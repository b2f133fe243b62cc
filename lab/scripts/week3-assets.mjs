// From a run of the practical to what the page of week 3 ships with. Values in, files out; nothing is written here.
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DataError } from '../../dist/errors/index.js';
import { decodeSafetensors, encodePng, encodeSafetensors } from '../../dist/formats/index.js';
import { bindParameters, encodeOnnx, extract, GraphBuilder } from '../../dist/graph/index.js';
import { averagePrecision } from '../../dist/metrics/index.js';
import { FEATURES, LOGITS, mnistConvnet } from '../../dist/models/index.js';
import { resultsSchema } from '../../dist/practical/index.js';
import { evaluateNetworks, FAILURE_SCORES, OOD_SCORES } from '../../dist/practical/week3/evaluate.js';
import { joined, rankingOf } from '../../dist/practical/week3/results.js';
import { key as keyOf } from '../../dist/random/index.js';
import { CONFIDENCE, confidnetGraph } from '../../dist/scores/index.js';
import { tensor } from '../../dist/tensor/index.js';

/** @typedef {import('../../dist/data/index.js').ImageSet} ImageSet */
/** @typedef {import('../../dist/graph/index.js').Graph} Graph */
/** @typedef {import('../../dist/practical/index.js').Reporter} Reporter */
/** @typedef {import('../../dist/practical/week3/evaluate.js').Evaluation} Evaluation */

/** How many of the most and of the least suspicious digits of each score are shipped. */
const EXTREMES = 60;
/** How many of the first test digits: what a network that is trained in the page is measured on. */
const SAMPLE = 600;
/** How many of the first training digits. */
const TRAINING = 2000;
const COLUMNS = 40;
const SIDE = 28;
/** What another machine's rounding may change of an average precision; more is another run's. */
const TOLERANCE = 1e-4;

/**
 * The files by name. `folder`: the practical's output; `mnist` needs its training split.
 *
 * @param {{ folder: string, mnist: ImageSet, ood: ImageSet, workers: number, reporter: Reporter }} options
 * @returns {Promise<Map<string, Uint8Array>>}
 * @throws CredenceError where the folder is not a run of week 3, or not of this data
 */
export async function week3Assets({ folder, mnist, ood, workers, reporter }) {
  const resultsFile = join(folder, 'results.json');
  const results = resultsSchema.parse(JSON.parse(await readFile(resultsFile, 'utf8')));
  const [measured] = results.week3?.seeds ?? [];
  const settings = /** @type {import('../../dist/practical/week3/settings.js').Week3Settings | null} */ (
    /** @type {unknown} */ (results.settings.week3)
  );
  if (measured === undefined || settings === null || results.settings.ood?.name !== ood.name) {
    throw new DataError({
      what: 'results.json',
      expected: `a run of week 3 with ${ood.title}`,
      got: `weeks ${results.settings.weeks.join(', ')}, ${results.settings.ood?.title ?? 'no such set'}`,
      where: resultsFile,
    });
  }
  if (mnist.train === undefined)
    throw new DataError({ what: mnist.title, expected: 'a training split', got: 'none' });

  const checkpoints = join(folder, 'checkpoints', `seed-${measured.seed}`);
  const key = keyOf(measured.seed);
  const classifier = await bound(mnistConvnet(key), join(checkpoints, 'classifier.safetensors'));
  const confidnet = await bound(
    confidnetGraph(classifier, { features: FEATURES, hidden: settings.confidnet.hidden, key }),
    join(checkpoints, 'confidnet.safetensors'),
  );
  const evaluation = await evaluateNetworks(
    {
      folder,
      seed: measured.seed,
      key,
      workers,
      provider: 'cpu',
      resume: false,
      reporter,
      signal: new AbortController().signal,
    },
    { classifier, confidnet, epochLosses: measured.epochLosses },
    { test: mnist.test, ood: ood.test },
    settings,
  );
  const averagePrecisions = checked(evaluation, measured, ood.name, resultsFile);

  const digits = shippedDigits(evaluation);
  const training = Array.from({ length: Math.min(TRAINING, mnist.train.labels.data.length) }, (_, i) => i);
  const files = new Map([
    ['model.onnx', encodeOnnx(withConfidnet(classifier, confidnet))],
    ['scores.safetensors', scoresFile(evaluation, mnist, training.length)],
    ['digits.png', sprite(mnist.test.images.data, digits)],
    ['training.png', sprite(mnist.train.images.data, training)],
  ]);
  const manifest = {
    command: reproducible(results.command),
    date: (await stat(join(checkpoints, 'confidnet.safetensors'))).mtime.toISOString().slice(0, 10),
    seed: measured.seed,
    settings,
    versions: results.versions,
    accuracy: measured.accuracy,
    errors: measured.errors,
    testDigits: evaluation.errors.length,
    ood: { name: ood.name, title: ood.title, images: ood.test.labels.data.length },
    data: { [mnist.name]: mnist.sha256, [ood.name]: ood.sha256 },
    averagePrecisions,
    /** Indices in the test set of the digits in digits.png. */
    digits,
    sample: Math.min(SAMPLE, evaluation.errors.length),
    start: mostUncertainError(evaluation),
    columns: COLUMNS,
    training: training.length,
    files: Object.fromEntries(
      Array.from(files, ([name, bytes]) => [
        name,
        { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      ]),
    ),
  };
  files.set('manifest.json', new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`));
  return files;
}

/**
 * The graph with the parameters of a checkpoint, which holds the optimiser's state and the losses beside them.
 *
 * @param {Graph} graph
 * @param {string} file
 */
async function bound(graph, file) {
  const { tensors } = decodeSafetensors(new Uint8Array(await readFile(file)), { where: file });
  const own = [...tensors].filter(([name]) => name !== 'losses' && !name.startsWith('slot/'));
  return bindParameters(graph, new Map(own));
}

/**
 * The classifier, its dropout layers in place, with ConfidNet's network on its features.
 *
 * @param {Graph} classifier
 * @param {Graph} confidnet
 */
function withConfidnet(classifier, confidnet) {
  const b = GraphBuilder.from({ ...classifier, parameters: [] });
  const head = extract(confidnet, [FEATURES], [CONFIDENCE]);
  const names = b.append(head, new Map([[FEATURES, b.value(FEATURES)]]));
  return b.build({ [LOGITS]: b.value(LOGITS), [CONFIDENCE]: b.value(names.get(CONFIDENCE) ?? CONFIDENCE) });
}

/**
 * Average precisions, which must be those of results.json.
 *
 * @param {Evaluation} evaluation
 * @param {NonNullable<import('../../dist/practical/index.js').PracticalResults['week3']>['seeds'][number]} measured
 * @param {string} oodName
 * @param {string} where
 */
function checked(evaluation, measured, oodName, where) {
  const { scores, isOod } = joined(evaluation);
  const tasks = /** @type {const} */ ([
    ['failure', FAILURE_SCORES, evaluation.test, evaluation.errors, measured.failure],
    ['ood', OOD_SCORES, scores, isOod, measured.ood[oodName]],
  ]);
  return Object.fromEntries(
    tasks.map(([task, names, values, positive, group]) => [
      task,
      Object.fromEntries(
        names.map((name) => {
          const expected = rankingOf(group ?? {}, name).averagePrecision;
          const got = averagePrecision(values[name] ?? [], positive);
          if (Math.abs(got - expected) <= TOLERANCE) return [name, expected];
          throw new DataError({
            what: `average precision of ${name}, ${task}`,
            expected: `${expected}, as in results.json`,
            got: `${got}`,
            where,
            hint: 'the folder holds another run: run the practical again',
          });
        }),
      ),
    ]),
  );
}

/** @param {Evaluation} evaluation @param {ImageSet} mnist @param {number} training */
function scoresFile({ test, ood, predicted }, mnist, training) {
  const tensors = new Map();
  const bytes = (/** @type {string} */ name, /** @type {ArrayLike<number>} */ values) =>
    tensors.set(name, tensor('uint8', [values.length], Uint8Array.from(values)));
  bytes('label', mnist.test.labels.data);
  bytes('predicted', predicted);
  bytes('training/label', mnist.train?.labels.data.subarray(0, training) ?? []);
  for (const [set, scores] of Object.entries({ test, ood })) {
    for (const [name, values] of Object.entries(scores)) {
      tensors.set(`${set}/${name}`, tensor('float32', [values.length], Float32Array.from(values)));
    }
  }
  return encodeSafetensors({ tensors });
}

/** The extremes of every score and the first digits, ascending. @param {Evaluation} evaluation */
function shippedDigits({ test, errors }) {
  const chosen = new Set(Array.from({ length: Math.min(SAMPLE, errors.length) }, (_, i) => i));
  for (const scores of Object.values(test)) {
    const order = Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
    for (const index of [...order.slice(0, EXTREMES), ...order.slice(-EXTREMES)]) chosen.add(index);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Where the page begins. @param {Evaluation} evaluation */
function mostUncertainError({ test, errors }) {
  const entropy = test['mcDropout.entropy'] ?? new Float64Array();
  const order = Array.from(entropy.keys()).sort((a, b) => (entropy[b] ?? 0) - (entropy[a] ?? 0));
  return order.find((index) => errors[index] === 1) ?? order[0] ?? 0;
}

/** Digits side by side, as a PNG. @param {Uint8Array} images @param {readonly number[]} indices */
function sprite(images, indices) {
  const columns = Math.min(COLUMNS, indices.length);
  const rows = Math.ceil(indices.length / columns);
  const width = columns * SIDE;
  const data = new Uint8Array(width * rows * SIDE);
  indices.forEach((index, i) => {
    const at = Math.floor(i / columns) * SIDE * width + (i % columns) * SIDE;
    for (let y = 0; y < SIDE; y++) {
      const from = (index * SIDE + y) * SIDE;
      data.set(images.subarray(from, from + SIDE), at + y * width);
    }
  });
  return encodePng({ width, height: rows * SIDE, data });
}

/** Without the folders and threads of the machine it ran on, which change nothing. @param {string} command */
function reproducible(command) {
  return command.replaceAll(/ --(?:data|out|threads)[ =](?:"[^"]*"|'[^']*'|\S+)/g, '');
}
