import { activateDropout, bindParameters, gemm, GraphBuilder, named, split } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp } from '#credence/models/index';
import { fold, key, normal, uniformInteger } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import {
  confidnet,
  fitScore,
  mcDropout,
  scoreGraph,
  scoreOutput,
  scores,
  valuesGraph,
} from '#credence/scores/index';
import type { Classifier, Examples, FittedScore, Score } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, train } from '#credence/training/index';

/** The largest relative error of rounding to float32. */
export const ROUNDING: number = 2 ** -24;

export function matrixOf(seed: number, rows: number, cols: number, scale = 1): Tensor<'float32'> {
  const draws = normal(key(seed), rows * cols);
  return tensor(
    'float32',
    [rows, cols],
    Float32Array.from(draws, (z) => scale * z),
  );
}

export function rowsOf({ shape, data }: Tensor): number[][] {
  const [n, d] = shape as [number, number];
  const numbers = Array.from(data as Float32Array, Number);
  return Array.from({ length: n }, (_, i) => numbers.slice(i * d, (i + 1) * d));
}

export function tensorOf(rows: readonly (readonly number[])[]): Tensor<'float32'> {
  return tensor('float32', [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
}

/** A classifier whose input is its logits. */
export function identityClassifier(classes: number): Classifier {
  const b = new GraphBuilder('identity');
  const graph = b.build([named(b.input('x', 'float32', ['N', classes]), 'logits')]);
  return { graph, differentiableInput: 'x', features: undefined, logits: 'logits' };
}

/** A classifier that is a last layer alone: its input is its features, of width d. */
export function linearClassifier(d: number, classes: number, seed = 1): Classifier {
  const b = new GraphBuilder('linear');
  const x = b.input('x', 'float32', ['N', d]);
  const weight = b.parameter('weight', matrixOf(seed, classes, d));
  const bias = b.parameter('bias', tensor('float32', [classes], matrixOf(seed + 1, 1, classes).data));
  const graph = b.build({ logits: gemm(x, weight, bias, { transB: true }) });
  return { graph, differentiableInput: 'x', features: 'x', logits: 'logits' };
}

/** A classifier whose input is its features (d columns) and its logits, side by side. */
export function splitClassifier(d: number, classes: number): Classifier {
  const b = new GraphBuilder('split');
  const [features, logits] = split(b.input('x', 'float32', ['N', d + classes]), [d, classes], 1);
  const graph = b.build([named(features!, 'features'), named(logits!, 'logits')]);
  return { graph, differentiableInput: 'x', features: 'features', logits: 'logits' };
}

/** Points (n, d) around a centre for each class, at random. */
export function blobs(
  n: number,
  d: number,
  classes: number,
  { seed = 1, spread = 2 }: { seed?: number; spread?: number } = {},
): { x: Tensor<'float32'>; labels: Tensor<'int32'> } {
  const labels = Int32Array.from(uniformInteger(fold(key(seed), 'labels'), n, classes));
  const centres = normal(fold(key(seed), 'centres'), classes * d);
  const noise = normal(fold(key(seed), 'noise'), n * d);
  const data = Float32Array.from(
    noise,
    (z, i) => z + spread * centres[labels[Math.floor(i / d)]! * d + (i % d)]!,
  );
  return { x: tensor('float32', [n, d], data), labels: tensor('int32', [n], labels) };
}

/** What a classifier makes of its inputs, with labels: what scores are fitted on. */
export async function examplesOf(
  classifier: Classifier,
  x: Tensor<'float32'>,
  labels: Tensor<'int32'>,
): Promise<Examples> {
  const outputs = await predict(
    valuesGraph(classifier),
    { [classifier.graph.inputs[0]!.name]: x },
    { workers: 0 },
  );
  return {
    logits: outputs['logits'] as Tensor<'float32'>,
    features: outputs['features'] as Tensor<'float32'> | undefined,
    labels,
  };
}

/** The scores of inputs by the graph, on ONNX Runtime. */
export async function scoresOf(classifier: Classifier, fitted: FittedScore, x: Tensor): Promise<number[]> {
  const graph = scoreGraph(classifier, [fitted]);
  const outputs = await predict(graph, { [graph.inputs[0]!.name]: x }, { workers: 0 });
  return Array.from(outputs[scoreOutput(fitted.score)]!.data as Float32Array);
}

export async function fitAndScore(
  score: Score,
  classifier: Classifier,
  examples: Examples,
  x: Tensor<'float32'>,
): Promise<number[]> {
  return scoresOf(classifier, await fitScore(score, classifier, { examples }), x);
}

/**
 * A small network with two dropout layers, trained on blobs: input `x` (N, 4), features (N, 8), 3 classes.
 */
export async function trainedClassifier(): Promise<{
  classifier: Classifier;
  x: Tensor<'float32'>;
  labels: Tensor<'int32'>;
  examples: Examples;
}> {
  const { x, labels } = blobs(300, 4, 3, { spread: 1 });
  const network = mlp({ inputs: 4, hidden: [16, 8], outputs: 3, dropout: 0.25, key: key(1) });
  const { parameters } = await train(
    classificationObjective(activateDropout(network)),
    { x, label: tensor('uint8', labels.shape, Uint8Array.from(labels.data)) },
    { optimiser: adam({ learningRate: 1e-2 }), epochs: 15, batchSize: 50, key: key(2) },
  );
  const graph = bindParameters(network, parameters);
  const classifier = { graph, differentiableInput: 'x', features: featuresOf(graph), logits: 'logits' };
  return { classifier, x, labels, examples: await examplesOf(classifier, x, labels) };
}

/** What the last Gemm reads. */
function featuresOf(graph: Graph): string {
  return graph.nodes.findLast(({ op }) => op === 'Gemm')!.inputs[0]!;
}

/** The largest |a - b| / (|b| + floor). */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>, floor = 0): number {
  if (a.length !== b.length) return Infinity;
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!) / (Math.abs(b[i]!) + floor)));
}

/** All scores; the usual settings of some take seconds. */
export function quickScores(passes: number): Score[] {
  return scores.map((score) => {
    const measure = (['entropy', 'mutualInformation', 'variationRatio'] as const).find((own) =>
      score.name.endsWith(`.${own}`),
    );
    if (measure !== undefined) return mcDropout({ measure, passes });
    return score.name === 'confidnet' ? confidnet({ hidden: [8], epochs: 1 }) : score;
  });
}
