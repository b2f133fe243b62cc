import type { Packed } from './program.js';

/** Mean and standard deviation of MNIST's training pixels, scaled to [0, 1], as Credence's graph has them. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;

export function bytesOf({ base64 }: Packed): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.codePointAt(0)!);
}

export function floatsOf(packed: Packed): Float32Array<ArrayBuffer> {
  return new Float32Array(bytesOf(packed).buffer);
}

/** What the peers get: pixels already normalised, which Credence does in its graph. */
export function normalisedPixels(images: Packed): Float32Array<ArrayBuffer> {
  return Float32Array.from(bytesOf(images), (byte) => byte / (255 * DEVIATION) - MEAN / DEVIATION);
}

/** Rows `picks` of an array with `width` numbers a row. */
export function gather(
  values: Float32Array,
  width: number,
  picks: readonly number[],
): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(picks.length * width);
  picks.forEach((pick, i) => rows.set(values.subarray(pick * width, (pick + 1) * width), i * width));
  return rows;
}

/** (n, classes) of zeros and ones. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) rows[i * classes + labels[i]!] = 1;
  return rows;
}

/** Batch `step` of an epoch that goes through all `n` examples with a stride prime to n, so that no batch is in order. */
export function batchOf(step: number, size: number, n: number): readonly number[] {
  return Array.from({ length: size }, (_, i) => ((step * size + i) * STRIDE) % n);
}
const STRIDE = 7919;

/** Mean over rows of the variance over passes; `passes`: each (rows,), in one order. */
export function meanVariance(passes: readonly ArrayLike<number>[]): number {
  const rows = passes[0]!.length;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const mean = passes.reduce((sum, pass) => sum + pass[row]!, 0) / passes.length;
    total += passes.reduce((sum, pass) => sum + (pass[row]! - mean) ** 2, 0) / (passes.length - 1);
  }
  return total / rows;
}

/** Calls `run` `count` times in a row: milliseconds of one. */
export async function timed(count: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < count; i++) await run(i);
  return (performance.now() - began) / count;
}

/** With how many rows a run is fastest. */
export async function fastestRows(
  candidates: readonly number[],
  run: (rows: number) => Promise<unknown>,
): Promise<number> {
  let best = { rows: NaN, milliseconds: Infinity };
  for (const rows of candidates) {
    await run(rows);
    const milliseconds = await timed(2, () => run(rows));
    if (milliseconds < best.milliseconds) best = { rows, milliseconds };
  }
  return best.rows;
}

/** What `count` calls in a row give. */
export async function repeated<T>(count: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await run());
  return results;
}
