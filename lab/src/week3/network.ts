// A classifier in the worker: its sessions stay open, since a drawing asks many times a second.
import {
  activateDropout,
  cutAtRandom,
  expose,
  gradientName,
  GraphBuilder,
  prune,
  removeDropout,
  softmax,
} from 'credence/graph';
import type { Graph } from 'credence/graph';
import { LOGITS, MNIST_DEVIATION, PIXELS } from 'credence/models';
import { fold, key } from 'credence/random';
import { drawRandomInputs, openSession } from 'credence/runtime';
import type { Feeds, Provider, Session } from 'credence/runtime';
import { maximumClassProbability, ODIN_LOGITS, odinGraph, softmaxRows } from 'credence/scores';
import type { Logits, ProbabilitySamples } from 'credence/scores';
import { tensor } from 'credence/tensor';
import type { Tensor } from 'credence/tensor';
import type { OdinInput, OdinStep } from './model.js';

const PREDICTION = 'prediction';
const PIXELS_OF_IMAGE = 784;

export interface Network {
  readonly graph: Graph;
  readonly threads: number;
  /** With its dropout off. */
  readonly plain: Session;
  /** What runs once for all passes, and what runs for each. */
  readonly trunk: Session;
  readonly head: Session;
}

export async function openNetwork(
  graph: Graph,
  threads: number,
  provider: Provider = 'cpu',
): Promise<Network> {
  const b = GraphBuilder.from(activateDropout(graph));
  const { trunk, head } = cutAtRandom(prune(b.build({ [PREDICTION]: softmax(b.value(LOGITS)) })));
  // What falls back to the CPU beside WebGPU is small.
  const options = provider === 'cpu' ? { threads } : { provider };
  return {
    graph,
    threads,
    plain: await openSession(removeDropout(graph), options),
    trunk: await openSession(trunk, options),
    head: await openSession(head, options),
  };
}

export async function closeNetwork({ plain, trunk, head }: Network): Promise<void> {
  await Promise.all([plain.close(), trunk.close(), head.close()]);
}

/** (n * 784,) bytes as the network's input. */
export function imageTensor(bytes: Uint8Array): Tensor<'uint8'> {
  return tensor('uint8', [bytes.length / PIXELS_OF_IMAGE, 28, 28], bytes);
}

/** Rows of a run of the head: passes are run together, a row each. */
const ROWS = 1000;

/**
 * Probabilities of `passes` passes, (S, n, 10): those of `mcDropout` with the key `fold(key(seed), 'mc-dropout')`, but for the last bits.
 */
export async function dropoutPasses(
  { trunk, head }: Network,
  bytes: Uint8Array,
  { passes, seed, breathe }: { passes: number; seed: number; breathe?: () => Promise<void> },
): Promise<ProbabilitySamples> {
  const image = imageTensor(bytes);
  const n = image.shape[0]!;
  const features = await trunk.run({ image });
  const samples = tensor('float32', [passes, n, 10], new Float32Array(passes * n * 10));
  const together = Math.max(1, Math.floor(ROWS / n));
  for (let from = 0; from < passes; from += together) {
    const count = Math.min(together, passes - from);
    const repeated = Object.entries(features).map(([name, value]) => [name, repeat(value, count)]);
    const outputs = await head.run({
      ...(Object.fromEntries(repeated) as Feeds),
      ...masksOf(head.graph, { seed, n, from, count }),
    });
    samples.data.set(outputs[PREDICTION]!.data as Float32Array, from * n * 10);
    await breathe?.();
  }
  return samples;
}

interface MaskOptions {
  readonly seed: number;
  readonly n: number;
  readonly from: number;
  readonly count: number;
}

let lastMasks: { readonly graph: Graph; readonly name: string; readonly masks: Feeds } | undefined;

/** The masks of some passes, one below the other. Those of a single image are the same for the next one, and kept. */
function masksOf(graph: Graph, { seed, n, from, count }: MaskOptions): Feeds {
  const name = `${seed} ${from} ${count}`;
  if (n === 1 && lastMasks?.graph === graph && lastMasks.name === name) return lastMasks.masks;
  const own = fold(key(seed), 'mc-dropout');
  const draws = Array.from({ length: count }, (_, i) => drawRandomInputs(graph, fold(own, from + i), 0, n));
  const masks: Record<string, Tensor> = {};
  for (const [input, first] of Object.entries(draws[0]!)) {
    const size = first.data.length;
    const data = new Uint8Array(count * size);
    draws.forEach((draw, i) => data.set(draw[input]!.data as Uint8Array, i * size));
    masks[input] = tensor('uint8', [count * n, ...first.shape.slice(1)], data);
  }
  if (n === 1) lastMasks = { graph, name, masks };
  return masks;
}

function repeat(value: Tensor, count: number): Tensor<'float32'> {
  const { shape, data } = value as Tensor<'float32'>;
  const repeated = new Float32Array(count * data.length);
  for (let i = 0; i < count; i++) repeated.set(data, i * data.length);
  return tensor('float32', [count * shape[0]!, ...shape.slice(1)], repeated);
}

let odinSession: { readonly name: string; readonly session: Session } | undefined;

/** ODIN's step and what it does; the session of the last temperature and epsilon is kept. */
export async function odinStep(
  { graph, plain, threads }: Network,
  { image: bytes, temperature, epsilon }: OdinInput,
): Promise<OdinStep> {
  const name = `${temperature} ${epsilon}`;
  if (odinSession?.name !== name) {
    await odinSession?.session.close();
    odinSession = undefined;
    const options = { temperature, epsilon, deviation: MNIST_DEVIATION, input: PIXELS, logits: LOGITS };
    const step = expose(odinGraph(graph, options), gradientName(PIXELS));
    odinSession = { name, session: await openSession(step, { threads }) };
  }
  const image = imageTensor(bytes);
  const outputs = await odinSession.session.run({ image });
  const logits = (await plain.run({ image }, { outputs: [LOGITS] }))[LOGITS] as Tensor<'float32'>;
  const tempered = tensor(
    'float32',
    logits.shape,
    logits.data.map((value) => value / temperature),
  );
  const perturbed = outputs[ODIN_LOGITS] as Logits;
  const gradient = outputs[gradientName(PIXELS)]!.data as Float32Array;
  return {
    signs: Int8Array.from(gradient, Math.sign),
    before: softmaxRows(tempered),
    after: softmaxRows(perturbed),
    scoreBefore: maximumClassProbability(tempered)[0]!,
    score: maximumClassProbability(perturbed)[0]!,
  };
}
