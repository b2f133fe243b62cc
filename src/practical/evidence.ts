import type { Evidence, Verdict } from './claims.js';

/** One number of the run, with what it should be and its unit where it has one. */
export function evidence(
  label: string,
  value: number,
  { expected, unit }: { readonly expected?: string; readonly unit?: string } = {},
): Evidence {
  return {
    label,
    value,
    ...(unit === undefined ? {} : { unit }),
    ...(expected === undefined ? {} : { expected }),
  };
}

export function holdsIf(condition: boolean): Verdict {
  return condition ? 'holds' : 'fails';
}

/** |a - b| relative to b. */
export function relativeError(a: number, b: number): number {
  return Math.abs(a - b) / Math.abs(b);
}

/** A whole number as sentences show it: '10,000'. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A number as sentences show it: four significant digits. */
export function show(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
