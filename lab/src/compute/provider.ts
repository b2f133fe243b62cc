// Which of the two runtimes computes what is heavy: pure, from times that were measured and numbers that were compared.

/** What the reader asks for; `auto`: what is faster here. */
export type Setting = 'auto' | 'wasm' | 'webgpu';
export const SETTINGS: readonly Setting[] = ['auto', 'wasm', 'webgpu'];

/** `noise`: WebGPU is not slower, but no faster beyond the noise. `absent`: no adapter. `set`: by the reader, unmeasured. */
export type Reason = 'faster' | 'slower' | 'noise' | 'wrong' | 'failed' | 'absent' | 'set';

/** The library's names of the two. */
export type Provider = 'cpu' | 'webgpu';

/** What was chosen for a workload, and why. */
export interface Choice {
  /** What was measured, 'training'. */
  readonly workload: string;
  /** Of what, where there may be several: the reader's model. */
  readonly of?: string;
  /** What the times are of, 'a step'. */
  readonly unit: string;
  readonly backend: 'wasm' | 'webgpu';
  readonly reason: Reason;
  /** Of wasm. */
  readonly threads: number;
  /** Medians, in milliseconds. */
  readonly wasm?: number;
  readonly webgpu?: number;
  /** Of a failure. */
  readonly detail?: string;
  /** Of the numbers that were compared, the largest. */
  readonly difference?: number;
}

/** Times of both in turns, in milliseconds, after a run of each to warm up. */
export interface Measured {
  readonly wasm: readonly number[];
  readonly webgpu: readonly number[];
  /** The largest between what the two computed; NaN where either is not a number. */
  readonly difference: number;
  /** What WebGPU ended with. */
  readonly failure?: string;
}

export const ROUNDS = 5;
/**
 * How many of WebGPU's times may be above wasm's smallest: one, since a page that is drawn meanwhile delays a run. Of two equals
 * one would be taken for faster in 6 of the 252 orders of five and five times, 2.4 %.
 */
const DELAYED = 1;
/** In milliseconds: who is slower by far need not be waited for again. */
const PATIENCE = 3000;

/** Whether another round may make WebGPU the faster one. */
export function isOpen({ wasm, webgpu }: Pick<Measured, 'wasm' | 'webgpu'>): boolean {
  if (wasm.length >= ROUNDS || delayed(wasm, webgpu) > DELAYED) return false;
  const total = webgpu.reduce((sum, time) => sum + time, 0);
  return total <= PATIENCE || Math.min(...webgpu) <= Math.max(...wasm);
}

/** What follows of a measurement; `tolerance`: how far rounding may take the numbers apart. */
export function decide(
  measured: Measured,
  tolerance: number,
): Pick<Choice, 'backend' | 'reason' | 'wasm' | 'webgpu' | 'detail' | 'difference'> {
  const { wasm, webgpu, difference, failure } = measured;
  const times = {
    ...(wasm.length > 0 && { wasm: median(wasm) }),
    ...(webgpu.length > 0 && { webgpu: median(webgpu) }),
  };
  if (failure !== undefined) return { ...times, backend: 'wasm', reason: 'failed', detail: failure };
  // NaN is within no tolerance.
  if (!(difference <= tolerance)) return { ...times, difference, backend: 'wasm', reason: 'wrong' };
  const isFaster = wasm.length >= ROUNDS && delayed(wasm, webgpu) <= DELAYED;
  if (isFaster) return { ...times, difference, backend: 'webgpu', reason: 'faster' };
  const reason = median(webgpu) < median(wasm) ? 'noise' : 'slower';
  return { ...times, difference, backend: 'wasm', reason };
}

/** The choice in words for the page, to stand after a colon. */
export function sentence({
  unit,
  backend,
  reason,
  threads,
  wasm,
  webgpu,
  detail,
  difference,
}: Choice): string {
  const name = `wasm, ${threads} thread${threads === 1 ? '' : 's'}`;
  const bits = 'Its last bits differ from those of wasm and of Node.';
  const own = `computed with ${name}${wasm === undefined ? '' : `: ${milliseconds(wasm)} ${unit}`}`;
  switch (reason) {
    case 'set':
      return backend === 'wasm'
        ? `computed with ${name}, as set.`
        : `computed with WebGPU, as set, unmeasured. ${bits}`;
    case 'absent':
      return `${own}; this browser offers no WebGPU here.`;
    case 'faster':
      return `computed with WebGPU: ${milliseconds(webgpu!)} ${unit}; ${name}: ${milliseconds(wasm!)}. ${bits}`;
    case 'slower':
      return `${own}; WebGPU ${milliseconds(webgpu!)}.`;
    case 'noise':
      return `${own}; WebGPU ${milliseconds(webgpu!)}, no faster beyond the noise.`;
    case 'wrong':
      return `${own}; WebGPU is not used: it computes other numbers (${difference!.toPrecision(2)} apart).`;
    case 'failed':
      return `${own}; WebGPU is not used: ${detail}.`;
  }
}

function delayed(wasm: readonly number[], webgpu: readonly number[]): number {
  const least = Math.min(...wasm);
  return webgpu.filter((time) => time >= least).length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
