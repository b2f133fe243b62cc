import { crc32 } from '../formats/crc32.js';
import { encodeOnnx, formatType } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Feeds } from '../runtime/index.js';
import { zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { scheduleOf } from './batches.js';
import type { TrainOptions } from './train.js';

/** What the bytes of a run depend on, so that one that goes on from a checkpoint can be held against it. */
export interface RunSettings {
  /** The optimiser's slots, in order. */
  readonly slots: readonly string[];
  /** Texts by name; objective and data as checksums (CRC-32), which find mistakes and not malice. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The settings of a run of `train`. The number of epochs is none of them, since a run can be made longer, nor are the initial
 * parameters, which the checkpoint replaces.
 * @throws what `train` throws of data and options that do not fit.
 */
export function runSettings(
  objective: Graph,
  data: Feeds,
  options: Pick<TrainOptions, 'optimiser' | 'batchSize' | 'key' | 'shards' | 'loss'>,
): RunSettings {
  const { optimiser, loss = 'loss', key } = options;
  const { examples, batchSize, shards } = scheduleOf(objective, data, options);
  const values: Record<string, string> = {
    objective: objectiveChecksum(objective),
    loss,
    optimiser: optimiser.name,
  };
  for (const [name, value] of Object.entries(optimiser.settings)) values[`optimiser.${name}`] = `${value}`;
  Object.assign(values, {
    examples: `${examples}`,
    batchSize: `${batchSize}`,
    shards: `${shards}`,
    key: key.join(' '),
  });
  for (const { name } of objective.inputs) {
    const value = data[name];
    if (value !== undefined) values[`data.${name}`] = `${formatType(value)} ${hex(bytesOf(value))}`;
  }
  return { slots: optimiser.slots, values };
}

/** What a graph is apart from the values of its parameters and its name, as a checksum. */
export function objectiveChecksum(graph: Graph): string {
  const blank = new Map<string, Tensor>(
    graph.parameters.map((name) => {
      const { dtype, shape } = graph.constants.get(name)!;
      return [name, zeros(dtype, shape)];
    }),
  );
  const constants = new Map([...graph.constants, ...blank]);
  return hex(encodeOnnx({ ...graph, name: '', metadata: {}, constants }));
}

function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function hex(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
