import { median } from '../statistics.js';

/** Milliseconds. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly runs: number;
}

const WARM_UPS = 3;
const LEAST_RUNS = 5;
const BUDGET_MILLISECONDS = 1500;

/** Times a piece of work again and again for about a second and a half, after three runs that do not count. */
export async function timeRepeatedly(run: () => unknown): Promise<Timing> {
  for (let i = 0; i < WARM_UPS; i++) await run();
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < LEAST_RUNS || performance.now() - begun < BUDGET_MILLISECONDS) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return { median: median(times), fastest: Math.min(...times), runs: times.length };
}
