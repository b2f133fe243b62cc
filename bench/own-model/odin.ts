import { prune } from '#credence/graph/index';
import { predict } from '#credence/runtime/index';
import { fitScore, odin, scoreGraph, scoreOutput } from '#credence/scores/index';
import { sliceRows, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { IMAGE } from './networks.js';
import type { OwnNetwork } from './networks.js';

const TEMPERATURE = 5;
const EPSILON = 0.0014;

export interface OdinTimes {
  /** One a repeat. */
  readonly seconds: number[];
  /** 1 - max softmax of the first images, by which both sides are compared. */
  readonly scores: number[];
}

/** ODIN over the images, which come `rounds` times. */
export async function timeOdin(
  { classifier }: OwnNetwork,
  images: Tensor<'float32'>,
  { threads, rounds, repeats }: { threads: number; rounds: number; repeats: number },
): Promise<OdinTimes> {
  const score = odin({ temperature: TEMPERATURE, epsilon: EPSILON });
  const none = { logits: tensor('float32', [1, 2], Float32Array.of(0, 1)), features: undefined };
  const examples = { ...none, labels: tensor('int32', [1], Int32Array.of(1)) };
  const fitted = await fitScore(score, classifier, { examples });
  const graph = prune({ ...scoreGraph(classifier, [fitted]), outputs: [scoreOutput(score)] });
  const run = async (inputs: Tensor<'float32'>): Promise<Tensor> =>
    (await predict(graph, { [IMAGE]: inputs }, { workers: threads }))[scoreOutput(score)]!;
  const first = await run(sliceRows(images, 0, 100));
  const all = repeated(images, rounds);
  const seconds: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const start = performance.now();
    await run(all);
    seconds.push((performance.now() - start) / 1000);
  }
  return { seconds, scores: Array.from(first.data.slice(0, 8) as Float32Array) };
}

function repeated(
  { shape: [n = 0, ...example], data }: Tensor<'float32'>,
  rounds: number,
): Tensor<'float32'> {
  const copies = new Float32Array(rounds * data.length);
  for (let round = 0; round < rounds; round++) copies.set(data, round * data.length);
  return tensor('float32', [rounds * n, ...example], copies);
}
