import { computed } from '@preact/signals';
import { holeSet, linearSet, sinusoidalSet } from 'credence/data/toy';
import type { RegressionSet } from 'credence/data/toy';
import { fold, key } from 'credence/random';
import type { Point } from '../ui/index.js';
import type { BasisChoice, Problem } from './model.js';
import { signals } from './state.js';

/** The interval that a set's inputs are drawn from, and the streams of the practical. */
const SETS = {
  line: { draw: linearSet, stream: 'linear', interval: [0, 2] },
  hole: { draw: holeSet, stream: 'hole', interval: [-3, 3] },
  sine: { draw: sinusoidalSet, stream: 'sinusoidal', interval: [0, 1] },
} as const;

/** How many inputs the curves are computed at. */
const RESOLUTION = 241;

const drawn = computed<RegressionSet>(() => {
  const { draw, stream } = SETS[signals.set.value];
  return draw(fold(key(signals.seed.value), stream), { n: signals.n.value, noise: signals.noise.value });
});

/** The training points, in their order. */
export const points = computed<readonly Point[]>(() => {
  const own = signals.points.value;
  if (own !== null) return own.map(([x, y]) => ({ x: x!, y: y! }));
  const { x, y } = drawn.value;
  return Array.from(x, (value, i) => ({ x: value, y: y[i]! }));
});

/** How many of them count. */
export const seen = computed(() => Math.min(signals.seen.value ?? Infinity, points.value.length));

const interval = computed(() => SETS[signals.set.value].interval);

/** The function without noise. */
export const truth = computed(() => drawn.value.truth);

/** Its weights, where the model's are the same. */
export const trueWeights = computed<readonly number[] | undefined>(() => {
  const { set, basis, degree } = signals;
  if (set.value === 'sine' || basis.value === 'gaussian') return undefined;
  const intercept = truth.value(0);
  const line = [intercept, truth.value(1) - intercept];
  return basis.value === 'linear' ? line : Array.from({ length: degree.value + 1 }, (_, k) => line[k] ?? 0);
});

export const basis = computed<BasisChoice>(() => {
  const { basis: kind, degree, centres, width } = signals;
  if (kind.value === 'linear' || (kind.value === 'polynomial' && degree.value === 1))
    return { kind: 'linear' };
  if (kind.value === 'polynomial') return { kind: 'polynomial', degree: degree.value };
  const [low, high] = interval.value;
  const span = high - low;
  return {
    kind: 'gaussian',
    centres: Array.from({ length: centres.value }, (_, j) => low + (span * j) / centres.value),
    width: span * width.value,
  };
});

/** d. */
export const dimension = computed(() => {
  const { value } = basis;
  if (value.kind === 'linear') return 2;
  return value.kind === 'polynomial' ? value.degree + 1 : value.centres.length;
});

/** The noise precision of the model, and the one that the course hands out: half of the data's. */
export const beta = computed(() => signals.beta.value ?? trueBeta.value);
export const trueBeta = computed(() => Number((1 / signals.noise.value ** 2).toPrecision(12)));
export const publishedBeta = computed(() => trueBeta.value / 2);

/** Those that are compared. */
export const betas = computed<readonly number[]>(() => {
  const both = signals.compare.value && beta.value !== publishedBeta.value;
  return both ? [beta.value, publishedBeta.value] : [beta.value];
});

export const problem = computed<Problem>(() => ({
  x: Float64Array.from(points.value, ({ x }) => x),
  y: Float64Array.from(points.value, ({ y }) => y),
  basis: basis.value,
  alpha: signals.alpha.value,
  seen: seen.value,
}));

/** The inputs that are shown. */
export const range = computed(() => {
  const [low, high] = interval.value;
  const half = (signals.reach.value * (high - low)) / 2;
  const middle = (low + high) / 2;
  return { from: middle - half, to: middle + half, count: RESOLUTION };
});

/** The two weights whose posterior is shown. */
export const pair = computed<readonly [number, number]>(() => {
  const last = dimension.value - 1;
  const first = Math.min(signals.first.value, last);
  const second = Math.min(signals.second.value, last);
  return first === second ? [first, first === 0 ? 1 : 0] : [first, second];
});

/** w with its index below. */
export function weightName(k: number): string {
  return `w${Array.from(`${k}`, (digit) => String.fromCodePoint(0x2080 + Number(digit))).join('')}`;
}
