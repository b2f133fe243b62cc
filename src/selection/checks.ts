import { ConfigurationError, DataError } from '../errors/index.js';

/** Which predictions were wrong (n,): true or 1, else false or 0. */
export type Errors = ArrayLike<boolean | number>;

/** @throws DataError when there is nothing, the lengths differ, a score is NaN or a flag is none. */
export function assertScored(what: string, scores: ArrayLike<number>, errors: Errors): void {
  if (scores.length === 0 || scores.length !== errors.length) {
    throw new DataError({
      what: `${what}: errors`,
      expected: 'a flag for each of at least one score',
      got: `${scores.length} scores, ${errors.length} flags`,
    });
  }
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) {
      throw new DataError({
        what: `${what}: scores`,
        expected: 'numbers',
        got: 'NaN',
        where: `element ${i}`,
      });
    }
    if (![0, 1, true, false].includes(errors[i]!)) {
      throw new DataError({
        what: `${what}: errors`,
        expected: 'booleans, or 0 and 1',
        got: `${errors[i]}`,
        where: `element ${i}`,
      });
    }
  }
}

/** @throws ConfigurationError unless a number lies strictly between 0 and 1. */
export function assertShare(what: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new ConfigurationError({
    what,
    expected: 'a number between 0 and 1, both excluded',
    got: `${value}`,
  });
}
