import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { encodeOnnx, prune } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { predict } from '#credence/runtime/index';
import {
  confidnet,
  energy,
  entropy,
  fitScore,
  knn,
  lastLayerLaplace,
  mahalanobis,
  margin,
  maxLogit,
  mcp,
  relativeMahalanobis,
  scoreGraph,
  temperatureScaledMcp,
  trustScore,
  valuesGraph,
  vim,
} from '#credence/scores/index';
import type { Examples, FittedScore, Score } from '#credence/scores/index';
import { sliceRows, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { median } from '../statistics.js';
import { IMAGE, noise } from './networks.js';
import type { OwnNetwork } from './networks.js';

/** Scores that read the logits and features of one pass, and keep no bank of examples. */
const CHEAP: readonly Score[] = [
  mcp,
  temperatureScaledMcp,
  entropy,
  margin,
  maxLogit,
  energy(),
  mahalanobis(),
  relativeMahalanobis(),
  vim(),
  lastLayerLaplace({ curvature: 'kronecker' }),
  lastLayerLaplace({ curvature: 'diagonal' }),
];
/** A pass too, but with much to multiply with: examples, or a network of their own. */
const HEAVY: readonly Score[] = [
  knn(),
  trustScore(),
  lastLayerLaplace({ curvature: 'full' }),
  confidnet({ epochs: 1 }),
];

export interface ScoreTimes {
  /** What is computed beside the logits. */
  readonly scores: string;
  /** Seconds for all images by ONNX Runtime alone: the network, and the network with the scores. */
  readonly plain: number[];
  readonly scored: number[];
  /** And by the library, on workers of one thread. */
  readonly library: number[];
}

/** Rows of the bank of examples, and of the fits. */
const EXAMPLES = 5000;
/** Batches that each session is tried with: the fastest is its own. */
const BATCHES = [50, 100, 250, 500];
/** Over all inputs, of which the median counts: one takes less than a tenth of a second, and whatever else runs in it is a fifth of it. */
const PASSES = 3;

export interface ScoreSettings {
  readonly images: number;
  readonly threads: number;
  readonly repeats: number;
  /** Every score by itself too. */
  readonly each: boolean;
}

/** Times a network beside the same network with scores, in turns. */
export async function timeScores(network: OwnNetwork, settings: ScoreSettings): Promise<ScoreTimes[]> {
  const { classifier } = network;
  const { images, threads, repeats } = settings;
  const inputs = noise(network, images, 1);
  const fitted = await fitAll(network, [...CHEAP, ...HEAVY]);
  const cheap = fitted.slice(0, CHEAP.length);
  const plainGraph = prune({ ...classifier.graph, outputs: [classifier.logits] });
  const sets: (readonly [string, readonly FittedScore[]])[] = [
    [`${cheap.length} cheap scores`, cheap],
    ...fitted.slice(CHEAP.length).map((own) => [`these and ${own.score.title}`, [...cheap, own]] as const),
  ];
  if (settings.each) sets.push(...cheap.map((own) => [own.score.title, [own]] as const));
  const times: ScoreTimes[] = [];
  for (const [scores, own] of sets) {
    const graph = scoreGraph({ ...classifier, graph: plainGraph }, own);
    const all: ScoreTimes = { scores, plain: [], scored: [], library: [] };
    const options = { workers: threads };
    await predict(graph, { [IMAGE]: sliceRows(inputs, 0, Math.min(images, 500)) }, options);
    for (let repeat = 0; repeat < repeats; repeat++) {
      all.plain.push(await timeSession(plainGraph, inputs, threads));
      all.scored.push(await timeSession(graph, inputs, threads));
      all.library.push(await timed(() => predict(graph, { [IMAGE]: inputs }, options)));
    }
    times.push(all);
  }
  return times;
}

/** On noise, a fifth of whose labels are wrong. */
async function fitAll(network: OwnNetwork, scores: readonly Score[]): Promise<FittedScore[]> {
  const { classifier } = network;
  const inputs = noise(network, EXAMPLES, 2);
  const outputs = await predict(valuesGraph(classifier), { [IMAGE]: inputs }, { workers: 0 });
  const logits = outputs['logits'] as Tensor<'float32'>;
  const classes = logits.shape[1]!;
  const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => {
    const row = [...logits.data.subarray(i * classes, (i + 1) * classes)];
    return (row.indexOf(Math.max(...row)) + (i % 5 === 0 ? i : 0)) % classes;
  });
  const features = outputs['features'] as Tensor<'float32'>;
  const examples: Examples = { logits, features, labels: tensor('int32', [EXAMPLES], labels) };
  const fitted: FittedScore[] = [];
  for (const score of scores) fitted.push(await fitScore(score, classifier, { examples }));
  return fitted;
}

async function openPlain(graph: Graph, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(encodeOnnx(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  });
}

/**
 * Seconds for all inputs (the median pass) at the batch that suits the graph best, by a session that is alone: threads of another that is
 * open wait in a loop, on the same cores.
 */
async function timeSession(graph: Graph, inputs: Tensor<'float32'>, threads: number): Promise<number> {
  const session = await openPlain(graph, threads);
  try {
    const batch = await fastestBatch(session, inputs);
    const passes: number[] = [];
    for (let i = 0; i < PASSES; i++) passes.push(await timed(() => runAll(session, inputs, batch)));
    return median(passes);
  } finally {
    await session.release();
  }
}

async function runAll(session: InferenceSession, inputs: Tensor<'float32'>, batch: number): Promise<void> {
  const [name] = session.inputNames;
  const n = inputs.shape[0]!;
  for (let start = 0; start < n; start += batch) {
    const { shape, data } = sliceRows(inputs, start, Math.min(start + batch, n));
    await session.run({ [name!]: new RuntimeTensor('float32', data, shape) });
  }
}

async function fastestBatch(session: InferenceSession, inputs: Tensor<'float32'>): Promise<number> {
  const some = sliceRows(inputs, 0, Math.min(inputs.shape[0]!, 1000));
  const tried: { readonly batch: number; readonly seconds: number }[] = [];
  for (const batch of BATCHES) {
    const seconds: number[] = [];
    for (let i = 0; i < 4; i++) seconds.push(await timed(() => runAll(session, some, batch)));
    tried.push({ batch, seconds: median(seconds.slice(1)) });
  }
  return tried.toSorted((a, b) => a.seconds - b.seconds)[0]!.batch;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
