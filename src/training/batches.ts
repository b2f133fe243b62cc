import { ConfigurationError, DataError, ShapeError } from '../errors/index.js';
import { fold, permutation } from '../random/index.js';
import type { Key } from '../random/index.js';
import { drawRandomInputs, isPerExample } from '../runtime/index.js';
import type { Feeds } from '../runtime/index.js';
import { elementCount, tensor, zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Graph } from '../graph/index.js';
import { PARAMETERS } from '../graph/index.js';
import { SCALE } from './step.js';

/** What decides which examples, in which order and with which noise, a step sees. */
export interface Schedule {
  readonly examples: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly shards: number;
  readonly key: Key;
}

/** @throws ConfigurationError, and what `examplesOf` throws. */
export function scheduleOf(
  graph: Graph,
  data: Feeds,
  options: { readonly batchSize?: number; readonly shards?: number; readonly key: Key },
): Schedule {
  const examples = examplesOf(graph, data);
  const batchSize = Math.min(options.batchSize ?? examples, examples);
  const { shards = 1, key } = options;
  for (const [what, value] of Object.entries({ batchSize, shards })) requirePositive(what, value);
  return { examples, batchSize, stepsPerEpoch: Math.ceil(examples / batchSize), shards, key };
}

/** @throws ConfigurationError */
export function requirePositive(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new ConfigurationError({ what, expected: 'an integer of at least 1', got: `${value}` });
}

/** The feeds of steps and of shards of their batches, for one thread: the epoch's order is kept between calls. */
export class Batches {
  readonly #graph: Graph;
  readonly #data: Feeds;
  readonly #schedule: Schedule;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(graph: Graph, data: Feeds, schedule: Schedule) {
    this.#graph = graph;
    this.#data = data;
    this.#schedule = schedule;
  }

  /**
   * The feeds of shard `shard` of step `step` (from 0), or undefined when the batch has too few examples to reach it. The last
   * batch of an epoch may be smaller. Losses are scaled by 1 / the batch's size, so shards add up to the batch's mean.
   */
  feeds(step: number, shard: number): Record<string, Tensor> | undefined {
    const { examples, batchSize, stepsPerEpoch, shards, key } = this.#schedule;
    this.#shuffle(Math.floor(step / stepsPerEpoch));
    const start = (step % stepsPerEpoch) * batchSize;
    const size = Math.min(batchSize, examples - start);
    const from = Math.floor((size * shard) / shards);
    const to = Math.floor((size * (shard + 1)) / shards);
    if (from === to) return undefined;
    const picks = this.#order.subarray(start + from, start + to);
    const feeds: Record<string, Tensor> = {
      [SCALE]: tensor('float32', [], Float32Array.of(1 / size)),
      ...drawRandomInputs(this.#graph, fold(key, 'noise', step), from, to - from),
    };
    for (const input of this.#graph.inputs) {
      const value = this.#data[input.name];
      if (value !== undefined) feeds[input.name] = isPerExample(input) ? gatherRows(value, picks) : value;
    }
    return feeds;
  }

  #shuffle(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#order = permutation(fold(this.#schedule.key, 'order', epoch), this.#schedule.examples);
  }
}

/** How many examples the data has. @throws ShapeError when arrays disagree or are missing, DataError when there are none. */
function examplesOf(graph: Graph, data: Feeds): number {
  let examples: number | undefined;
  for (const input of graph.inputs) {
    if (!isPerExample(input) || input.name === PARAMETERS) continue;
    const rows = data[input.name]?.shape[0];
    // Noise is drawn unless it is fed.
    if (input.random !== undefined && rows === undefined) continue;
    if (rows === undefined || (examples !== undefined && rows !== examples)) {
      throw new ShapeError({
        what: `training data for input '${input.name}'`,
        expected:
          examples === undefined ? 'a row for each example' : `${examples} rows, as the other inputs have`,
        got: rows === undefined ? 'nothing' : `${rows} rows`,
      });
    }
    examples = rows;
  }
  if (examples === undefined || examples === 0) {
    throw new DataError({
      what: `training data for '${graph.name}'`,
      expected: 'at least one example',
      got: 'none',
    });
  }
  return examples;
}

/** Elements of a row up to which a loop is quicker than a view of it. */
const NARROW = 16;

function gatherRows(value: Tensor, picks: Uint32Array): Tensor {
  const rest = value.shape.slice(1);
  const width = elementCount(rest);
  const rows = zeros(value.dtype, [picks.length, ...rest]);
  const [from, to] = [value.data, rows.data] as readonly [Float32Array, Float32Array];
  for (let i = 0; i < picks.length; i++) {
    const start = picks[i]! * width;
    if (width > NARROW) to.set(from.subarray(start, start + width), i * width);
    else for (let j = 0; j < width; j++) to[i * width + j] = from[start + j]!;
  }
  return rows;
}
