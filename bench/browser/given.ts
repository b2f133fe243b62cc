import { loadMnist } from '#credence/data/index';
import { moons } from '#credence/data/toy';
import { parametersOf } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp, mnistConvnet } from '#credence/models/index';
import { key as keyOf } from '#credence/random/index';
import { sliceRows } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { MLP_HIDDEN, SEED } from './program.js';
import type { Given, Packed } from './program.js';

/** The first parameters of both networks, the first `digits` digits of the test set, and 1,000 points of two moons. */
export async function prepareGiven(
  digits: number,
  options: { readonly data?: string | undefined; readonly signal: AbortSignal },
): Promise<Omit<Given, 'backend' | 'threads'>> {
  const key = keyOf(SEED);
  const { test } = await loadMnist({ train: false, ...options });
  const { points, labels } = moons(key);
  return {
    convnet: packedParameters(mnistConvnet(key)),
    mlp: packedParameters(mlp({ hidden: [MLP_HIDDEN], key })),
    images: pack(sliceRows(test.images, 0, digits)),
    labels: pack(sliceRows(test.labels, 0, digits)),
    points: pack(points),
    classes: pack(labels),
  };
}

function packedParameters(graph: Graph): Record<string, Packed> {
  return Object.fromEntries([...parametersOf(graph)].map(([name, value]) => [name, pack(value)]));
}

function pack({ shape, data }: Tensor): Packed {
  const { buffer, byteOffset, byteLength } = data;
  return { shape, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}
