import { ConfigurationError } from '../errors/index.js';
import { fold, normal, uniform } from '../random/index.js';
import type { Key } from '../random/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Points of a line with normal noise, y = truth(x) + N(0, noise^2). */
export interface RegressionSet {
  /** (N). */
  readonly x: Float64Array;
  /** (N). */
  readonly y: Float64Array;
  readonly truth: (x: number) => number;
  /** The noise's standard deviation. */
  readonly noise: number;
  /** The inputs at which the practical looks at the prediction: evenly spaced, both ends included. */
  readonly test: Float64Array;
}

export interface RegressionOptions {
  /** Number of points. */
  readonly n?: number;
  /** Standard deviation of the noise (0.2). */
  readonly noise?: number;
}

/** Points of a plane in classes, class after class. */
export interface PointSet {
  /** (N, 2). */
  readonly points: Tensor<'float32'>;
  /** (N). */
  readonly labels: Tensor<'uint8'>;
}

export interface PointOptions {
  /** Number of points of all classes together. */
  readonly n?: number;
  /** Standard deviation of the normal noise on each coordinate. */
  readonly noise?: number;
}

const line = (x: number): number => -0.3 + 0.5 * x;

/** y = -0.3 + 0.5 x; x ~ U(0, 2), 25 points; tested on 250 points of [-10, 10]. */
export function linearSet(key: Key, { n = 25, noise = 0.2 }: RegressionOptions = {}): RegressionSet {
  return regressionSet(key, uniformBetween(key, n, 0, 2), line, noise, evenly(250, -10, 10));
}

/** The same line with a hole: half of 20 points with x ~ U(-3, -1), half with x ~ U(1, 3); tested on 100 of [-12, 12]. */
export function holeSet(key: Key, { n = 20, noise = 0.2 }: RegressionOptions = {}): RegressionSet {
  const left = Math.ceil(n / 2);
  const x = uniformBetween(key, n, 1, 3).map((value, i) => (i < left ? value - 4 : value));
  return regressionSet(key, x, line, noise, evenly(100, -12, 12));
}

/** y = sin(2 pi x) + x; x ~ U(0, 1), 50 points; tested on 500 points of [-1, 2]. */
export function sinusoidalSet(key: Key, { n = 50, noise = 0.2 }: RegressionOptions = {}): RegressionSet {
  const truth = (x: number): number => Math.sin(2 * Math.PI * x) + x;
  return regressionSet(key, uniformBetween(key, n, 0, 1), truth, noise, evenly(500, -1, 2));
}

/** Normal clouds around centres; by default 400 points around (-2, -2) and (2, 2) with standard deviation 0.8. */
export function blobs(
  key: Key,
  {
    n = 400,
    std = 0.8,
    centres = [
      [-2, -2],
      [2, 2],
    ],
  }: { n?: number; std?: number; centres?: readonly (readonly [x: number, y: number])[] } = {},
): PointSet {
  return pointSet(
    key,
    n,
    std,
    centres.map((centre) => () => centre),
  );
}

/**
 * Two half circles that reach into each other, evenly spaced, the upper one (class 0) around (0, 0) and the lower one
 * around (1, 0.5); by default 1,000 points with noise 0.05.
 *
 * Source: scikit-learn, `make_moons`.
 */
export function moons(key: Key, { n = 1000, noise = 0.05 }: PointOptions = {}): PointSet {
  const angle = (i: number, count: number): number => (count < 2 ? 0 : (Math.PI * i) / (count - 1));
  return pointSet(key, n, noise, [
    (i, count) => [Math.cos(angle(i, count)), Math.sin(angle(i, count))],
    (i, count) => [1 - Math.cos(angle(i, count)), 0.5 - Math.sin(angle(i, count))],
  ]);
}

/**
 * A circle of radius 1 (class 0) around one of radius `factor`, evenly spaced; by default 1,000 points, noise 0.05,
 * factor 0.5.
 *
 * Source: scikit-learn, `make_circles`.
 */
export function circles(
  key: Key,
  { n = 1000, noise = 0.05, factor = 0.5 }: PointOptions & { factor?: number } = {},
): PointSet {
  const circle =
    (radius: number): Curve =>
    (i, count) => {
      const angle = (2 * Math.PI * i) / count;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    };
  return pointSet(key, n, noise, [circle(1), circle(factor)]);
}

/**
 * Archimedean spirals from the origin to radius 1, one a class, turned evenly against each other: the i-th of m points of
 * arm c has radius (i + 1) / m and angle 2 pi (turns * radius + c / arms). By default 1,000 points, noise 0.02, two arms
 * of one and a half turns.
 */
export function spirals(
  key: Key,
  { n = 1000, noise = 0.02, arms = 2, turns = 1.5 }: PointOptions & { arms?: number; turns?: number } = {},
): PointSet {
  const arm = (_: unknown, index: number): Curve => {
    return (i, count) => {
      const radius = (i + 1) / count;
      const angle = 2 * Math.PI * (turns * radius + index / arms);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    };
  };
  return pointSet(key, n, noise, Array.from({ length: arms }, arm));
}

/** The i-th of `count` points of a class, without noise. */
type Curve = (i: number, count: number) => readonly [x: number, y: number];

function regressionSet(
  key: Key,
  x: Float64Array,
  truth: (x: number) => number,
  noise: number,
  test: Float64Array,
): RegressionSet {
  checkOptions(x.length, noise);
  const errors = normal(fold(key, 'noise'), x.length);
  return { x, y: x.map((value, i) => truth(value) + noise * errors[i]!), truth, noise, test };
}

/** The first classes have one point more where `n` cannot be shared out evenly. */
function pointSet(key: Key, n: number, noise: number, curves: readonly Curve[]): PointSet {
  checkOptions(n, noise);
  const points = new Float32Array(2 * n);
  const labels = new Uint8Array(n);
  const errors = normal(fold(key, 'noise'), 2 * n);
  let at = 0;
  for (const [label, curve] of curves.entries()) {
    const count = Math.floor(n / curves.length) + (label < n % curves.length ? 1 : 0);
    for (let i = 0; i < count; i++, at++) {
      const [x, y] = curve(i, count);
      points[2 * at] = x + noise * errors[2 * at]!;
      points[2 * at + 1] = y + noise * errors[2 * at + 1]!;
      labels[at] = label;
    }
  }
  return { points: tensor('float32', [n, 2], points), labels: tensor('uint8', [n], labels) };
}

function uniformBetween(key: Key, n: number, low: number, high: number): Float64Array {
  checkOptions(n, 0);
  return uniform(fold(key, 'x'), n).map((u) => low + (high - low) * u);
}

function evenly(count: number, low: number, high: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

function checkOptions(n: number, noise: number): void {
  if (Number.isSafeInteger(n) && n > 0 && noise >= 0 && noise < Infinity) return;
  throw new ConfigurationError({
    what: 'toy set: n and noise',
    expected: 'an integer of at least 1 and a standard deviation of at least 0',
    got: `${n} and ${noise}`,
  });
}
