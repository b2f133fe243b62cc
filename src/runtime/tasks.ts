import { ShapeError } from '../errors/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import { elementCount, sliceRows, zeros } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { drawRandomInputs, isPerExample } from './noise.js';
import type { Feeds, Fetches, Session } from './types.js';

/** One piece of the work: examples `start` to `end` (exclusive) of sample `sample`. */
export interface Task {
  readonly sample: number;
  readonly start: number;
  readonly end: number;
}

export async function runTask(
  session: Session,
  data: Feeds,
  task: Task,
  key: Key | undefined,
): Promise<Fetches> {
  const { sample, start, end } = task;
  const feeds: Record<string, Tensor> = {};
  for (const input of session.graph.inputs) {
    const value = data[input.name];
    if (value !== undefined) feeds[input.name] = isPerExample(input) ? sliceRows(value, start, end) : value;
  }
  if (key !== undefined) {
    Object.assign(feeds, drawRandomInputs(session.graph, fold(key, sample), start, end - start));
  }
  return session.run(feeds);
}

/** Arrays (samples, n, ...) that batches are copied into. */
export class StackedResults {
  readonly values: Record<string, Tensor> = {};
  readonly #samples: number;
  readonly #rows: number;
  readonly #shared: boolean;

  constructor(samples: number, rows: number, { shared = false }: { shared?: boolean | undefined } = {}) {
    this.#samples = samples;
    this.#rows = rows;
    // A page without cross-origin isolation has no such memory, and no threads to share it with.
    this.#shared = shared && typeof SharedArrayBuffer !== 'undefined';
  }

  /** @throws ShapeError when an output has not a row for each example of the task. */
  put({ sample, start, end }: Task, outputs: Fetches): void {
    for (const [name, output] of Object.entries(outputs)) {
      const [rows, ...rest] = output.shape;
      if (rows !== end - start) {
        throw new ShapeError({
          what: `output '${name}'`,
          expected: `a row for each of ${end - start} examples`,
          got: `(${output.shape.join(', ')})`,
        });
      }
      const shape = [this.#samples, this.#rows, ...rest];
      const target = (this.values[name] ??= zeros(output.dtype, shape, { shared: this.#shared }));
      copyInto(target, output, (sample * this.#rows + start) * elementCount(rest));
    }
  }
}

function copyInto(target: Tensor, source: Tensor, offset: number): void {
  // Both are of one type: `zeros(source.dtype, ...)` made the target.
  (target.data as Float32Array).set((source as Tensor<DType & 'float32'>).data, offset);
}
