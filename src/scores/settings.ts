/** What the settings of scores are held against. */
import { ConfigurationError } from '../errors/index.js';
import type { Key } from '../random/index.js';

/** @throws ConfigurationError unless the value is a finite number over 0. */
export function requirePositive(what: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new ConfigurationError({ what, expected: 'a number over 0', got: `${value}` });
}

/** @throws ConfigurationError unless the value is an integer of at least `minimum`. */
export function requireCount(what: string, value: number, minimum = 1): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new ConfigurationError({ what, expected: `an integer of at least ${minimum}`, got: `${value}` });
}

/** A key as settings show it: '0:7'. */
export function keyText([high, low]: Key): string {
  return `${high}:${low}`;
}
