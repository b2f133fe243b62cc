import type { Graph } from '../graph/index.js';
import { bytesOf } from './size-limit.js';

/** 2 MiB: measured, as more leave the caches of a core and fewer are more runs (`docs/performance.md`). */
const LARGEST_VALUE = 2 ** 21;
/** Fewer examples would read the weights too often, more gain nothing. */
const [FEWEST, MOST] = [16, 100];

/** Examples of one run such that the values of a graph stay in a core's caches. */
export function batchInCache({ types }: Graph): number {
  const perExample = [...types.values()].filter(({ shape }) => typeof shape[0] === 'string');
  const largest = Math.max(1, ...perExample.map(bytesOf));
  return Math.min(MOST, Math.max(FEWEST, Math.floor(LARGEST_VALUE / largest)));
}
