// The files that the page ships with, in the worker: each is loaded once, when it is first needed.
import { decodeOnnx } from 'credence/graph';
import { decodePng, decodeSafetensors } from 'credence/formats';
import type { Tensor } from 'credence/tensor';
import digitsUrl from './assets/digits.png?url';
import manifest from './assets/manifest.json' with { type: 'json' };
import modelUrl from './assets/model.onnx?url';
import scoresUrl from './assets/scores.safetensors?url';
import trainingUrl from './assets/training.png?url';
import { openNetwork } from './network.js';
import type { Network } from './network.js';
import { SIDE } from './image.js';

const network = once((threads: number) => load(threads));
const bulk = once(async (threads: number) => openNetwork((await network(threads)).graph, threads, 'webgpu'));
const scores = once(async () => decodeSafetensors(await bytesOf(scoresUrl)).tensors);
const digits = once(() => digitsOf(digitsUrl, manifest.digits.length));
const training = once(() => digitsOf(trainingUrl, manifest.training));

/** The network of the practical, ConfidNet on it. */
export const shippedNetwork: (threads: number) => Promise<Network> = network;
/** The same on WebGPU, for many images at once. */
export const bulkNetwork: (threads: number) => Promise<Network> = bulk;
/** Scores, labels and predictions by name. */
export const shippedScores: () => Promise<ReadonlyMap<string, Tensor>> = scores;
/** The shipped test digits, (n, 784), in the order of the manifest. */
export const shippedDigits: () => Promise<Uint8Array> = digits;
/** The first training digits, (n, 784). */
export const trainingDigits: () => Promise<Uint8Array> = training;

async function load(threads: number): Promise<Network> {
  return openNetwork(decodeOnnx(await bytesOf(modelUrl), { where: 'model.onnx' }), threads);
}

async function digitsOf(url: string, count: number): Promise<Uint8Array> {
  const { width, data } = decodePng(await bytesOf(url));
  const columns = width / SIDE;
  const out = new Uint8Array(count * SIDE * SIDE);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(i / columns) * SIDE * width + (i % columns) * SIDE;
    for (let y = 0; y < SIDE; y++) {
      out.set(data.subarray(at + y * width, at + y * width + SIDE), (i * SIDE + y) * SIDE);
    }
  }
  return out;
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause: unknown) => {
    const name = new URL(url, location.href).pathname.split('/').at(-1);
    throw new Error(`${name} could not be loaded; without a network it is there once it has been used`, {
      cause,
    });
  });
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What failed is tried again the next time. */
function once<A extends unknown[], T>(make: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let made: Promise<T> | undefined;
  return (...args) => {
    made ??= make(...args).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
