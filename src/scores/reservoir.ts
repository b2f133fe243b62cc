import { fold, uniform } from '../random/index.js';
import type { Key } from '../random/index.js';

const BLOCK = 1024;

/**
 * A keyed sample without replacement of a stream whose length is not known: told the index i of each element in turn,
 * it says in which of `most` places the element is kept, over the one that is there, or undefined. All are kept where
 * there are no more. What it says of i depends on the key and i alone.
 *
 * Source: Vitter, "Random sampling with a reservoir" (algorithm R), ACM TOMS 11, 1985.
 */
export function reservoir(key: Key, most: number): (index: number) => number | undefined {
  let block = -1;
  let draws: Float64Array = new Float64Array();
  return (index) => {
    if (index < most) return index;
    if (Math.floor(index / BLOCK) !== block) {
      block = Math.floor(index / BLOCK);
      draws = uniform(fold(key, 'reservoir'), BLOCK, block * BLOCK);
    }
    const place = Math.floor(draws[index % BLOCK]! * (index + 1));
    return place < most ? place : undefined;
  };
}
