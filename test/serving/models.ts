import { readTrust, trustGraph } from '#credence/export/index';
import type { Provenance } from '#credence/export/index';
import { inspectClassifier } from '#credence/inspection/index';
import { cast, gather, GraphBuilder, slice, squeeze } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp } from '#credence/models/mlp';
import { mnistConvnet } from '#credence/models/index';
import { key, normal } from '#credence/random/index';
import { energy, fitScore, mcp } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** That accepts some of the inputs of the tests, and some not. */
export const THRESHOLD = 0.6;

const PROVENANCE: Provenance = {
  date: '2026-01-02T03:04:05Z',
  model: { name: 'small.onnx', sha256: 'a'.repeat(64) },
  data: [
    { role: 'validation', name: 'noise', sha256: 'b'.repeat(64), examples: 200, preprocess: '{"mean":1}' },
  ],
};

/** Exports with a calibration, two scores and a rule. */
async function exported(graph: Graph): Promise<Graph> {
  const classifier = inspectClassifier(graph);
  return trustGraph(classifier, {
    scores: [await fitScore(mcp, classifier), await fitScore(energy(), classifier)],
    calibration: { temperature: 0.5 },
    accept: { score: 'mcp', threshold: THRESHOLD },
    provenance: PROVENANCE,
  });
}

/** An untrained perceptron, 4 features and 3 classes, as `credence export` writes one. */
export async function smallTrust(): Promise<Graph> {
  return exported(mlp({ inputs: 4, hidden: [16], outputs: 3, key: key(3) }));
}

/** Another that knows the names of its classes. */
export async function namedTrust(): Promise<Graph> {
  const graph = await smallTrust();
  const trust = readTrust(graph);
  const classifier = { ...trust.classifier, classes: ['cat', 'dog', 'owl'] };
  return { ...graph, metadata: { 'credence.trust': JSON.stringify({ ...trust, classifier }) } };
}

/** The logits of row x[0] of a table of ten: ONNX Runtime fails on another row. */
export async function tableTrust(): Promise<Graph> {
  const builder = new GraphBuilder('table');
  const x = builder.input('x', 'float32', ['N', 4]);
  const row = cast(squeeze(slice(x, [0], [1], [1]), [1]), 'int64');
  const table = builder.constant(tensor('float32', [10, 3], Float32Array.from(normal(key(6), 30))));
  return exported(builder.build({ logits: gather(table, row) }));
}

/** The perceptron with runs of five rows, no more and no less. */
export async function fixedTrust(): Promise<Graph> {
  const { inputs, ...graph } = await smallTrust();
  return { ...graph, inputs: inputs.map((input) => ({ ...input, shape: [5, 4] })) };
}

/** A convnet that reads bytes (N, 28, 28). */
export async function byteTrust(): Promise<Graph> {
  return exported(mnistConvnet(key(1)));
}

/** (n, 4). */
export function features(n: number, seed = 1): Tensor<'float32'> {
  return tensor('float32', [n, 4], Float32Array.from(normal(key(seed), 4 * n)));
}
