import type { Numbers } from './figure.js';

/** The smallest and the largest of some numbers. */
export function extent(...lists: readonly Numbers[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
  }
  return [low, high];
}

/** A range with a margin of a share of its length on both sides; never empty. */
export function padded([low, high]: readonly [number, number], share: number): [number, number] {
  const margin = (high - low) * share || Math.abs(high) * 0.1 || 1;
  return [low - margin, high + margin];
}

/** `digits` significant ones, without an exponent where it can be read without: 0.0832, 1.3, 2.1e-7. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 10 ** Math.max(digits, 6))
    return minus(value.toExponential(digits - 1).replace('e+', 'e'));
  const rounded = Number(value.toPrecision(digits));
  return minus(size >= 10 ** (digits - 1) ? rounded.toFixed(0) : rounded.toPrecision(digits));
}

/** As `significant`, without zeros at the end: 0.04, 12.5. */
export function compact(value: number, digits = 3): string {
  return significant(value, digits).replace(/(\.\d*?)0+(?=e|$)/, (_, kept: string) =>
    kept === '.' ? '' : kept,
  );
}

/**
 * Ticks of a logarithmic axis: powers of ten, with their doubles and fives where there are few of them, not all where there
 * are many.
 */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.ceil((to - from) / 8);
  const ticks = [];
  for (let power = from; power <= to; power++) {
    const steps = Math.log10(high / low) < 2.3 ? [1, 2, 5] : [1];
    for (const step of steps) if (power % stride === 0) ticks.push(Number(`${step}e${power}`));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** The number at a tick of a logarithmic axis: 0.02, 100, 1e6. */
export function logTick(value: number): string {
  return value >= 1e4 || value < 1e-3 ? value.toExponential().replace('e+', 'e') : compact(value);
}

export function fixed(value: number, decimals: number): string {
  return minus(value.toFixed(decimals));
}

/** 0.993 as '99.3 %'. */
export function percent(share: number, decimals = 1): string {
  return `${fixed(100 * share, decimals)} %`;
}

/** Six significant digits: more than a picture shows. */
export function rounded(values: Numbers): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}

/** Four decimals of what is drawn as a colour: a map has thousands of rows. */
export function mapDecimals(values: Numbers): number[] {
  return Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
}

function minus(text: string): string {
  return text.replace(/^-/, '\u2212');
}
