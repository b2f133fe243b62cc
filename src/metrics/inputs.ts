import { ConfigurationError, DataError } from '../errors/index.js';

/** Scores `(n,)`, larger for the more suspicious input. Infinite ones are ranked, NaN is refused. */
export type Scores = ArrayLike<number>;

/** Which inputs are the positives `(n,)`, the errors or the OOD samples: true or 1, else false or 0. */
export type Positives = ArrayLike<boolean | number>;

/** @throws DataError when two arrays that describe the same inputs differ in length, or are empty. */
export function assertSameLength(
  name: string,
  { length }: ArrayLike<unknown>,
  otherName: string,
  other: ArrayLike<unknown>,
): void {
  if (other.length !== length) {
    throw new DataError({
      what: otherName,
      expected: `${length} values, one for each of \`${name}\``,
      got: `${other.length}`,
      hint: 'both must describe the same inputs in the same order',
    });
  }
  assertNotEmpty(name, length);
}

/** @throws DataError when there is nothing to measure. */
export function assertNotEmpty(name: string, length: number): void {
  if (length === 0) {
    throw new DataError({
      what: name,
      expected: 'at least one value',
      got: 'none',
      hint: 'was every input filtered out?',
    });
  }
}

/** @throws DataError naming the first NaN, or with `finite` the first infinite value. */
export function assertNumbers(
  name: string,
  values: ArrayLike<number>,
  { finite = false }: { finite?: boolean } = {},
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value) || (finite && !Number.isFinite(value))) {
      throw new DataError({
        what: name,
        expected: finite ? 'finite numbers' : 'numbers without NaN',
        got: `${value}`,
        where: `element ${i}`,
        hint: 'look for a diverged training or a logarithm of 0 upstream',
      });
    }
  }
}

/** @throws DataError when the value at `index` is not a flag: true, false, 1 or 0. */
export function flagAt(name: string, flags: Positives, index: number): boolean {
  const flag = flags[index]!;
  if (flag === true || flag === 1) return true;
  if (flag === false || flag === 0) return false;
  throw new DataError({
    what: name,
    expected: 'booleans, or 0 and 1',
    got: `${flag}`,
    where: `element ${index}`,
    hint: 'flags say which inputs are positive; they are neither class labels nor scores',
  });
}

/** @throws ConfigurationError when a confidence level is not strictly between 0 and 1. */
export function assertLevel(where: string, level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new ConfigurationError({
      what: `${where}: level`,
      expected: 'a probability strictly between 0 and 1',
      got: `${level}`,
      hint: '0.95 is usual',
    });
  }
}

/** @throws ConfigurationError when an option is not an integer of at least `minimum`. */
export function assertCount(what: string, value: number, minimum: number): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new ConfigurationError({ what, expected: `an integer of at least ${minimum}`, got: `${value}` });
  }
}
