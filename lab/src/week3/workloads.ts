// What stands for the heavy work of week 3, where wasm and WebGPU are measured.
import { dropIdentities, foldConstants } from 'credence/graph';
import type { Graph } from 'credence/graph';
import { fold, key } from 'credence/random';
import { drawRandomInputs, openSession } from 'credence/runtime';
import type { Feeds } from 'credence/runtime';
import { sliceRows, tensor } from 'credence/tensor';
import type { Tensor } from 'credence/tensor';
import { initialState, stepGraph } from 'credence/training';
import type { Optimiser } from 'credence/training';
import type { Workload } from '../compute/trial.js';
import { closeNetwork, dropoutPasses, openNetwork } from './network.js';
import { PASSES, TRAINING } from './model.js';

const SEED = 1;
/** Of the passes that are measured: as many rows as a run of the head has. */
const MEASURED = { digits: 100, passes: 10 };
/**
 * Nats. Rounding moves a sum of 1,050 terms by 1e-5 of its size, some steps of Adam at 0.001 by little more; a wrong gradient of one
 * layer moves the loss by 1e-2.
 */
const LOSS_TOLERANCE = 1e-3;
/**
 * Rounding changes what a path through the network comes to by 4 sqrt(1050) 2^-24 of itself, a logit of at most 30 by 2.3e-4, and
 * a probability, at most 1, by the factor exp(2 * 2.3e-4).
 */
const PROBABILITY_TOLERANCE = 5e-4;

/** Steps of a training on its first batch, whose losses are compared: each depends on the gradients before it. */
export function trainingWorkload(
  objective: Graph,
  data: Feeds,
  { optimiser, batchSize }: { readonly optimiser: Optimiser; readonly batchSize: number },
  threads: number,
): Workload {
  const graph = dropIdentities(foldConstants(stepGraph(objective, optimiser)));
  const batch = Object.entries(data).map(([name, value]) => [name, sliceRows(value, 0, batchSize)]);
  return {
    name: TRAINING,
    unit: 'a step',
    tolerance: LOSS_TOLERANCE,
    async open(provider) {
      const session = await openSession(graph, { provider, threads });
      const initial = initialState(objective, optimiser);
      const vector = (values: Float32Array): Tensor => tensor('float32', [values.length], values);
      let state: Record<string, Tensor> = {
        parameters: vector(initial.parameters),
        ...Object.fromEntries(optimiser.slots.map((slot, i) => [`slot/${slot}`, vector(initial.slots[i]!)])),
      };
      let step = 0;
      return {
        async run() {
          const outputs = await session.run({
            ...(Object.fromEntries(batch) as Feeds),
            ...drawRandomInputs(graph, fold(key(SEED), 'step', step), 0, batchSize),
            ...state,
            scale: tensor('float32', [], Float32Array.of(1 / batchSize)),
            step: tensor('float64', [], Float64Array.of(++step)),
          });
          state = Object.fromEntries(Object.keys(state).map((name) => [name, outputs[`next/${name}`]!]));
          return outputs['meanLoss']!.data as Float32Array;
        },
        close: () => session.close(),
      };
    },
  };
}

/** Passes of MC dropout over many digits (n, 784), the layers before the first dropout among them. */
export function passesWorkload(graph: Graph, digits: Uint8Array, threads: number): Workload {
  const bytes = digits.subarray(0, MEASURED.digits * 784);
  return {
    name: PASSES,
    unit: `for ${MEASURED.passes} passes of ${MEASURED.digits} digits`,
    tolerance: PROBABILITY_TOLERANCE,
    async open(provider) {
      const network = await openNetwork(graph, threads, provider);
      return {
        async run() {
          const samples = await dropoutPasses(network, bytes, { passes: MEASURED.passes, seed: SEED });
          return samples.data;
        },
        close: () => closeNetwork(network),
      };
    },
  };
}
