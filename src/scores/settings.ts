/** What the settings of scores are held against. */
import { ConfigurationError } from '../errors/index.js';
import type { Key } from '../random/index.js';
import type { Shrinkage } from './class-gaussians.js';
import type { Score, Settings } from './score.js';

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

/** A score whose settings come by name, as from a command line. */
export interface Entry {
  /** The names of those that it takes. */
  readonly settings: readonly string[];
  /** @throws ConfigurationError on a value that makes no sense. */
  readonly make: (settings: Settings) => Score;
}

/** What a setting is read by. */
type Readers<S> = {
  readonly [K in keyof S]-?: (value: number | string, what: string) => Exclude<S[K], undefined>;
};

export function entry<S extends object>(make: (settings: Partial<S>) => Score, readers: Readers<S>): Entry {
  const names = Object.keys(readers) as (keyof S & string)[];
  return {
    settings: names,
    make(given) {
      const settings: Partial<S> = {};
      for (const name of names) {
        const value = given[name];
        if (value !== undefined) settings[name] = readers[name](value, name);
      }
      return make(settings);
    },
  };
}

/** @throws ConfigurationError */
export function numberOf(value: number | string, what: string): number {
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new ConfigurationError({ what, expected: 'a number', got: `'${value}'` });
}

/** Numbers between spaces or commas. @throws ConfigurationError */
export function listOf(value: number | string, what: string): number[] {
  return `${value}`
    .trim()
    .split(/[\s,]+/)
    .map((part) => numberOf(part, what));
}

/** @throws ConfigurationError */
export function shrinkageOf(value: number | string, what: string): Shrinkage {
  return value === 'ledoitWolf' ? value : numberOf(value, what);
}
