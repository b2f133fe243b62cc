import { bindParameters } from '#credence/graph/index';
import { FEATURES, LOGITS, mnistConvnet, PIXELS } from '#credence/models/convnet';
import { fold, key, uniformInteger } from '#credence/random/index';
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
  mcDropout,
  mcp,
  odin,
  relativeMahalanobis,
  temperatureScaledMcp,
  trustScore,
  valuesGraph,
  vim,
} from '#credence/scores/index';
import type { Classifier, Examples, FittedScore, Score } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import type { Provenance } from '#credence/export/index';

const CLASSES = 10;

export const PROVENANCE: Provenance = {
  date: '2026-01-02T03:04:05Z',
  model: { name: 'mnist-convnet', sha256: 'a'.repeat(64) },
  data: [{ role: 'validation', name: 'noise', sha256: 'b'.repeat(64), examples: 200 }],
};

/** Every score, small. */
export const SMALL_SCORES: readonly Score[] = [
  mcp,
  temperatureScaledMcp,
  entropy,
  margin,
  maxLogit,
  energy(),
  mahalanobis(),
  relativeMahalanobis(),
  knn({ k: 5, bankSize: 50 }),
  vim(),
  trustScore(),
  lastLayerLaplace({ curvature: 'full' }),
  lastLayerLaplace({ curvature: 'kronecker' }),
  lastLayerLaplace({ curvature: 'diagonal' }),
  confidnet({ hidden: [8], epochs: 2 }),
  odin({ epsilon: 0.01 }),
  mcDropout({ measure: 'entropy', passes: 3 }),
  mcDropout({ measure: 'mutualInformation', passes: 3 }),
  mcDropout({ measure: 'variationRatio', passes: 3 }),
];

export function noiseImages(seed: number, n: number): Tensor<'uint8'> {
  const pixels = uniformInteger(fold(key(seed), 'pixels'), n * 28 * 28, 256);
  return tensor('uint8', [n, 28, 28], Uint8Array.from(pixels));
}

/**
 * The convnet of the practical, untrained, its last bias such that it predicts all classes, with examples of
 * which it gets one in five wrong.
 */
export async function convnetOnNoise(): Promise<{ classifier: Classifier; examples: Examples }> {
  const n = 200;
  const images = noiseImages(1, n);
  const plain = mnistConvnet(key(1));
  const { data } = (await predict(plain, { image: images }, { workers: 0 }))[LOGITS] as Tensor<'float32'>;
  const bias = new Float32Array(CLASSES);
  data.forEach((value, i) => (bias[i % CLASSES]! -= value / n));
  const graph = bindParameters(plain, new Map([['fc2.bias', tensor('float32', [CLASSES], bias)]]), {
    partial: true,
  });
  const classifier = { graph, differentiableInput: PIXELS, features: FEATURES, logits: LOGITS };
  const outputs = await predict(valuesGraph(classifier), { image: images }, { workers: 0 });
  const logits = outputs['logits'] as Tensor<'float32'>;
  const labels = Int32Array.from({ length: n }, (_, i) => {
    const row = [...logits.data.subarray(i * CLASSES, (i + 1) * CLASSES)];
    const predicted = row.indexOf(Math.max(...row));
    return i % 5 === 0 ? (predicted + 1) % CLASSES : predicted;
  });
  const features = outputs['features'] as Tensor<'float32'>;
  return { classifier, examples: { logits, features, labels: tensor('int32', [n], labels) } };
}

export async function fitAll(
  scores: readonly Score[],
  classifier: Classifier,
  examples: Examples,
): Promise<FittedScore[]> {
  const fitted: FittedScore[] = [];
  for (const score of scores) fitted.push(await fitScore(score, classifier, { examples }));
  return fitted;
}
