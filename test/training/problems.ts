import { activateDropout, flatLayout } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp } from '#credence/models/index';
import { fold, key, normal, uniformInteger } from '#credence/random/index';
import type { Feeds } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import {
  classificationObjective,
  decodeCheckpoint,
  encodeCheckpoint,
  runSettings,
} from '#credence/training/index';
import type { TrainingState, TrainOptions } from '#credence/training/index';

/** A small classifier with two dropout layers, so that order and noise both show in the trained bytes. */
export function objective(seed = 1): Graph {
  const network = mlp({ inputs: 3, hidden: [17, 9], outputs: 4, dropout: 0.3, key: key(seed) });
  return classificationObjective(activateDropout(network));
}

export function data(n: number, seed = 2): Feeds {
  const x = tensor('float32', [n, 3], Float32Array.from(normal(fold(key(seed), 'x'), 3 * n)));
  const label = tensor('uint8', [n], Uint8Array.from(uniformInteger(fold(key(seed), 'label'), n, 4)));
  return { x, label };
}

/** Everything of a state as bytes, to hold two of them against each other. */
export function bytesOf({ step, parameters, slots, losses }: TrainingState): Buffer {
  const vectors = [Float64Array.of(step), parameters, ...slots, losses];
  return Buffer.concat(vectors.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength)));
}

export function vector(value: Tensor | undefined): Float32Array {
  return value!.data as Float32Array;
}

/** The state after it went through the bytes of a checkpoint. */
export function stored(state: TrainingState, feeds: Feeds, options: TrainOptions): TrainingState {
  const graph = objective();
  const layout = flatLayout(graph);
  const settings = runSettings(graph, feeds, options);
  return decodeCheckpoint(encodeCheckpoint(layout, state, settings), layout, settings);
}
