/** From values to pixels and back. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly type: 'linear' | 'log';
  at(value: number): number;
  invert(pixel: number): number;
}

export function scale(
  domain: readonly [number, number],
  range: readonly [number, number],
  type: 'linear' | 'log' = 'linear',
): Scale {
  const forward = type === 'log' ? Math.log10 : (value: number) => value;
  const [low, high] = [forward(domain[0]), forward(domain[1])];
  const factor = (range[1] - range[0]) / (high - low || 1);
  return {
    domain,
    range,
    type,
    at: (value) => range[0] + (forward(value) - low) * factor,
    invert(pixel) {
      const value = low + (pixel - range[0]) / factor;
      return type === 'log' ? 10 ** value : value;
    },
  };
}

/** Round values of a domain, about `count`; powers of ten, or with 2 and 5 between them, where it is logarithmic. */
export function ticks(
  { domain: [low, high], type }: Pick<Scale, 'domain' | 'type'>,
  count: number,
): number[] {
  if (type === 'log') return logTicks(low, high, count);
  const step = roundStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function logTicks(low: number, high: number, count: number): number[] {
  const decades = Math.log10(high / low);
  const stride = Math.max(1, Math.ceil(decades / count));
  const mantissas = decades < 2 ? [1, 2, 5] : [1];
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % stride !== 0) continue;
    for (const mantissa of mantissas) {
      const value = Number((mantissa * 10 ** power).toPrecision(6));
      if (value >= low && value <= high) out.push(value);
    }
  }
  return out;
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const mantissa = rough / power;
  return power * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
}

/** Smallest and largest of all values. */
export function extent(...lists: readonly ArrayLike<number>[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      low = Math.min(low, list[i]!);
      high = Math.max(high, list[i]!);
    }
  }
  return [low, high];
}

/** A domain with a share of its width added on both sides. */
export function padded([low, high]: readonly [number, number], share: number): [number, number] {
  const room = (high - low || 1) * share;
  return [low - room, high + room];
}

/** A number as short as it can be told: three significant digits, a true minus, powers of ten where they are large or small. */
export function short(value: number, digits = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3 ? value.toExponential(digits - 1) : `${Number(value.toPrecision(digits))}`;
  return text
    .replace('-', '−')
    .replace(/\.?0*e\+?(.*)$/, (_, power: string) => `e${power.replace('-', '−')}`);
}
