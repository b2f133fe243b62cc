import { ConfigurationError, DataError } from '../errors/index.js';
import type { Numbers } from './figure.js';

/** @throws DataError when there is nothing to draw, a number is not finite, or there are not `length` of them. */
export function assertValues(what: string, values: Numbers, length?: number): void {
  if (length !== undefined && values.length !== length) {
    throw new DataError({ what, expected: `${length} values`, got: `${values.length}` });
  }
  assertSome(what, values);
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new DataError({ what, expected: 'finite numbers', got: `${values[i]}`, where: `element ${i}` });
  }
}

/** @throws DataError when a list is empty. */
export function assertSome(what: string, { length }: ArrayLike<unknown>): void {
  if (length === 0) throw new DataError({ what, expected: 'at least one value', got: 'none' });
}

/** @throws DataError as `assertValues`, or when a number lies outside [from, to]. */
export function assertWithin(what: string, values: Numbers, from: number, to: number, length?: number): void {
  assertValues(what, values, length);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! >= from && values[i]! <= to) continue;
    throw new DataError({
      what,
      expected: `numbers of ${from} to ${to}`,
      got: `${values[i]}`,
      where: `element ${i}`,
    });
  }
}

/** @throws ConfigurationError when an id cannot name a file and an anchor. */
export function assertId(id: string): void {
  if (/^[a-z][\w.-]*$/i.test(id)) return;
  throw new ConfigurationError({
    what: 'figure: id',
    expected: "a letter, then letters, digits, '-', '_' or '.'",
    got: `'${id}'`,
  });
}

/** @throws DataError as `assertValues`, or when a number is not above 0. */
export function assertPositive(what: string, values: Numbers, length?: number): void {
  assertValues(what, values, length);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > 0) continue;
    throw new DataError({ what, expected: 'numbers above 0', got: `${values[i]}`, where: `element ${i}` });
  }
}
