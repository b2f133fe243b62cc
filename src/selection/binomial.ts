import { ConfigurationError } from '../errors/index.js';

/**
 * P(X <= k) of X ~ Binomial(n, p): the exact p-value of 'the risk is p or more' after k errors of n. Terms are
 * summed outwards from the largest, relative to it, so that neither a small tail nor a large n loses digits.
 * @throws ConfigurationError unless 0 <= k <= n are integers and p is of [0, 1].
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (!(Number.isSafeInteger(n) && Number.isSafeInteger(k) && k >= 0 && k <= n && p >= 0 && p <= 1)) {
    throw new ConfigurationError({
      what: 'binomialTail',
      expected: 'integers 0 <= k <= n and p of [0, 1]',
      got: `k = ${k}, n = ${n}, p = ${p}`,
    });
  }
  if (k === n || p === 0) return 1;
  if (p === 1) return 0;
  // Whichever tail lies beyond the mode falls geometrically: that one is summed.
  if (k > (n + 1) * p) return 1 - upperTail(k + 1, n, p);
  return upperTail(n - k, n, 1 - p);
}

/**
 * The largest risk that k errors of n do not reject at `confidence`: the upper end of the one-sided exact
 * interval, of [0, 1].
 *
 * Source: Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the
 * binomial", Biometrika 26, 1934.
 */
export function binomialUpperBound(k: number, n: number, confidence: number): number {
  if (k === n) return 1;
  let [low, high] = [k / n, 1];
  // Each step gives a bit; the tail falls as p rises.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (binomialTail(k, n, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X >= k) where k lies above the mode: terms fall from the first on. */
function upperTail(k: number, n: number, p: number): number {
  let sum = 0;
  let term = 1;
  for (let i = k; i <= n && term > sum * 1e-17; i++) {
    sum += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return Math.min(1, sum * Math.exp(logTerm(k, n, p)));
}

function logTerm(k: number, n: number, p: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

const factorials: number[] = [0, 0];

/** ln n!, summed below 256, by Stirling's series (error below 1e-16 n ln n) above. */
function logFactorial(n: number): number {
  if (n < 256) {
    for (let i = factorials.length; i <= n; i++) factorials.push(factorials[i - 1]! + Math.log(i));
    return factorials[n]!;
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series;
}
