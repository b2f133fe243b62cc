import { DataError } from '../errors/index.js';

/** Pairs of values up to which the p-value is exact: some milliseconds. */
const MOST_PAIRS = 1_000_000;

export interface KolmogorovSmirnov {
  /** The largest distance between the two empirical distribution functions, 0 to 1. */
  readonly statistic: number;
  /** P(a distance at least as large | both samples have one distribution). */
  readonly pValue: number;
}

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided.
 *
 * Where n m is at most 1,000,000 the p-value is exact for continuous distributions, by the probability that a
 * path of the lattice of ranks leaves the band:
 *
 *     B(i, j) = 1 where |i/n - j/m| >= D,  else  i/(i+j) B(i-1, j) + j/(i+j) B(i, j-1)
 *
 * and else the limit 2 sum (-1)^(k-1) exp(-2 k^2 l^2), l = (sqrt(e) + 0.12 + 0.11 / sqrt(e)) D, with
 * e = n m / (n + m). Ties make it larger than it is: false alarms stay below the level.
 *
 * @param x `(n,)`, at least one value, finite or infinite.
 * @param y `(m,)`, likewise.
 * @throws DataError on an empty sample or NaN.
 *
 * Source: Schröer & Trenkler, "Exact and randomization distributions of Kolmogorov-Smirnov tests for two or
 * three samples", Computational Statistics & Data Analysis 20, 1995; Stephens, "Use of the
 * Kolmogorov-Smirnov, Cramér-Von Mises and related statistics without extensive tables", JRSS B 32, 1970.
 */
export function kolmogorovSmirnovTest(x: ArrayLike<number>, y: ArrayLike<number>): KolmogorovSmirnov {
  const [a, b] = [sorted(x), sorted(y)];
  const [n, m] = [a.length, b.length];
  const distance = largestDistance(a, b);
  const pValue = n * m <= MOST_PAIRS ? exactPValue(distance, n, m) : limitPValue(distance / (n * m), n, m);
  return { statistic: distance / (n * m), pValue };
}

/** n m D, an integer: the largest |i m - j n|, i and j the numbers of values up to one that is there. */
function largestDistance(a: Float64Array, b: Float64Array): number {
  const [n, m] = [a.length, b.length];
  let [i, j, largest] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < n && a[i] === value) i++;
    while (j < m && b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest;
}

function exactPValue(distance: number, n: number, m: number): number {
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= distance) row[j] = 1;
      else if (i + j === 0) row[j] = 0;
      else row[j] = (i * row[j]! + (j === 0 ? 0 : j * row[j - 1]!)) / (i + j);
    }
  }
  return row[m]!;
}

function limitPValue(statistic: number, n: number, m: number): number {
  const root = Math.sqrt((n * m) / (n + m));
  const lambda = (root + 0.12 + 0.11 / root) * statistic;
  // Two series of one function: each has a few terms on its side.
  if (lambda < 0.2) return 1;
  if (lambda < 1.18) {
    const y = Math.exp(-(Math.PI ** 2) / (8 * lambda ** 2));
    return 1 - (Math.sqrt(2 * Math.PI) / lambda) * (y + y ** 9 + y ** 25 + y ** 49);
  }
  const x = Math.exp(-2 * lambda ** 2);
  return Math.max(0, Math.min(1, 2 * (x - x ** 4 + x ** 9)));
}

/** @throws DataError on an empty sample or NaN. */
function sorted(values: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(values).sort();
  // NaN is sorted to the end.
  if (copy.length > 0 && !Number.isNaN(copy.at(-1))) return copy;
  throw new DataError({
    what: 'kolmogorovSmirnovTest: sample',
    expected: 'at least one value, none NaN',
    got: copy.length === 0 ? 'none' : 'NaN',
  });
}
