import type { Graph } from '../graph/index.js';
import { bytesOf } from './size-limit.js';

/** A core's second cache has this much or more. */
const CACHE = 2 ** 20;
/** Fewer examples would read the weights too often, more gain nothing. */
const [FEWEST, MOST] = [16, 100];

/** Examples of one run such that the graph's largest value stays in a core's cache. */
export function batchInCache({ types }: Graph): number {
  const perExample = [...types.values()].filter(({ shape }) => typeof shape[0] === 'string');
  const largest = Math.max(1, ...perExample.map(bytesOf));
  return Math.min(MOST, Math.max(FEWEST, Math.floor(CACHE / largest)));
}
