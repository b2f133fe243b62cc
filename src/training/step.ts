import { GraphError } from '../errors/index.js';
import {
  add,
  flattenParameters,
  formatType,
  gradient,
  gradientName,
  GraphBuilder,
  merge,
  mul,
  PARAMETERS,
  prune,
  reduceSum,
} from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Optimiser } from './optimisers.js';

/** Names of the values that a step takes in and gives out, beside the model's own inputs and `parameters`. */
export const GRADIENT = 'gradient';
export const MEAN_LOSS = 'meanLoss';
/** 1 / the size of the whole batch: shards of a batch add up. */
export const SCALE = 'scale';
export const STEP = 'step';
export const slotName = (slot: string): string => `slot/${slot}`;
export const nextName = (name: string): string => `next/${name}`;

/**
 * The gradient of a batch's (or a shard's) share of the mean loss in all parameters: inputs those of the objective with
 * `parameters` (P) and `scale` (); outputs `gradient` (P) and `meanLoss` (), scale x the sum of the losses.
 *
 * `objective`: a graph whose value `loss` is a vector (N): each example's negative log likelihood plus penalty / N.
 * @throws GraphError when there is no such value, or an operation on the way from the parameters has no derivative.
 */
export function gradientGraph(objective: Graph, loss = 'loss'): Graph {
  const type = objective.types.get(loss);
  if (type?.dtype !== 'float32' || type.shape.length !== 1) {
    throw new GraphError({
      what: `training '${objective.name}': value '${loss}'`,
      expected: 'a loss an example, float32 (N)',
      got: formatType(type),
    });
  }
  const builder = GraphBuilder.from(flattenParameters(objective));
  const scale = builder.input(SCALE, 'float32', []);
  const total = mul(reduceSum(builder.value(loss)), scale);
  const derived = gradient(builder.build({ [MEAN_LOSS]: total }), {
    of: MEAN_LOSS,
    withRespectTo: [PARAMETERS],
  });
  const named = GraphBuilder.from(derived);
  return prune(
    named.build({ [GRADIENT]: named.value(gradientName(PARAMETERS)), [MEAN_LOSS]: named.value(MEAN_LOSS) }),
  );
}

/** The name of the gradient of shard `shard` among the inputs of an update. */
export const shardGradientName = (shard: number): string => (shard === 0 ? GRADIENT : `${GRADIENT}/${shard}`);

/**
 * One update of a vector of parameters (or any part of it): inputs `parameters` (P), the gradient of each shard of the batch
 * (`gradient`, `gradient/1`, ...) (P), summed in that order, the optimiser's slots `slot/<name>` (P) and `step`, a float64
 * scalar that counts from 1; outputs `next/...` of parameters and slots.
 */
export function updateGraph(optimiser: Optimiser, { shards = 1 }: { shards?: number } = {}): Graph {
  const builder = new GraphBuilder(optimiser.name);
  const parameters = builder.input(PARAMETERS, 'float32', ['P']);
  const gradients = Array.from({ length: shards }, (_, shard) =>
    builder.input(shardGradientName(shard), 'float32', ['P']),
  );
  const slots = optimiser.slots.map((slot) => builder.input(slotName(slot), 'float32', ['P']));
  const step = builder.input(STEP, 'float64', []);
  const updated = optimiser.update({ parameters, gradient: gradients.reduce(add), slots, step });
  return builder.build({
    [nextName(PARAMETERS)]: updated.parameters,
    ...Object.fromEntries(optimiser.slots.map((slot, i) => [nextName(slotName(slot)), updated.slots[i]!])),
  });
}

/**
 * The whole step of an unsharded batch, forward, backward and update, as one graph: inputs those of `gradientGraph` and
 * `updateGraph` but for the gradient, outputs `next/...` and `meanLoss`.
 * @throws GraphError as `gradientGraph`.
 */
export function stepGraph(objective: Graph, optimiser: Optimiser, loss = 'loss'): Graph {
  const derived = gradientGraph(objective, loss);
  const update = updateGraph(optimiser);
  const merged = merge(derived, update, { [GRADIENT]: GRADIENT });
  return prune(merged, { outputs: [...update.outputs, MEAN_LOSS] });
}
