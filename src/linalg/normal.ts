/**
 * erf(x) = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, with a relative error of a few 1e-16.
 *
 * Source: Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23, 1969 (coefficients
 * of his tables for 17 digits and more).
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= CENTRE) return erfCentre(x);
  const tail = exponentialOfSquare(magnitude, 1) * scaledErfc(magnitude);
  return x > 0 ? 1 - tail : tail - 1;
}

/** 1 - erf(x), with a relative error of about 1e-15 while it is a normal number (x under 26.5). */
export function erfc(x: number): number {
  if (Math.abs(x) <= CENTRE) return 1 - erfCentre(x);
  const tail = exponentialOfSquare(Math.abs(x), 1) * scaledErfc(Math.abs(x));
  return x > 0 ? tail : 2 - tail;
}

/**
 * Phi(z): the probability that a standard normal variable is below z. Relative error about 1e-15 in both
 * tails.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z) * Math.SQRT1_2;
  if (x <= CENTRE) return 0.5 + 0.5 * erfCentre(z * Math.SQRT1_2);
  // The square is taken of z itself: rounding z / sqrt 2 first would cost z^2 units in the last place.
  const tail = 0.5 * exponentialOfSquare(Math.abs(z), 0.5) * scaledErfc(x);
  return z > 0 ? 1 - tail : tail;
}

/** Newton's steps of `normalQuantile`; the start is right to 4.5e-4 and each step doubles the digits. */
const NEWTON_STEPS = 4;

/**
 * The z of Phi(z) = p, for p of [0, 1] (-Infinity and Infinity at its ends); NaN elsewhere. The start is
 * formula 26.2.23 of Abramowitz & Stegun; Newton's method runs on erf near the median, on the log of the tail
 * elsewhere, so that the relative error stays near 1e-15.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return -Infinity;
  if (p === 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(p));
  let x =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  if (p > 0.3) {
    x *= Math.SQRT1_2;
    const target = 1 - 2 * p;
    for (let step = 0; step < NEWTON_STEPS; step++) {
      x -= ((erf(x) - target) * Math.sqrt(Math.PI) * Math.exp(x * x)) / 2;
    }
    return -x * Math.SQRT2;
  }
  const target = Math.log(2 * p);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const scaled = scaledErfc(x * Math.SQRT1_2);
    x += ((Math.log(scaled) - (x * x) / 2 - target) * scaled * Math.sqrt(Math.PI)) / Math.SQRT2;
  }
  return -x;
}

/** Where the approximation of erf hands over to that of erfc. */
const CENTRE = 0.46875;

function erfCentre(x: number): number {
  return x * rational(x * x, CENTRE_P, CENTRE_Q);
}

/** exp(x^2) erfc(x) for x over 0.46875. */
function scaledErfc(x: number): number {
  if (x <= 4) return rational(x, MIDDLE_P, MIDDLE_Q);
  if (x === Infinity) return 0;
  const inverseSquare = 1 / (x * x);
  const correction = inverseSquare * rational(inverseSquare, TAIL_P, TAIL_Q);
  return (1 / Math.sqrt(Math.PI) + correction) / x;
}

/**
 * exp(-scale x^2). x^2 is split into the square of x rounded to sixteenths, which is exact, and a small rest,
 * so that the exponent's rounding is not multiplied by its size.
 */
function exponentialOfSquare(x: number, scale: number): number {
  if (!(x < 64)) return x >= 64 ? 0 : NaN;
  const rounded = Math.trunc(x * 16) / 16;
  return Math.exp(-scale * rounded * rounded) * Math.exp(-scale * (x - rounded) * (x + rounded));
}

/** The ratio of two polynomials, coefficients from the constant up. */
function rational(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  return horner(x, numerator) / horner(x, denominator);
}

function horner(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

// erf(x) / x in x^2, for |x| up to 0.46875.
const CENTRE_P = [
  3209.37758913846947, 377.485237685302021, 113.86415415105016, 3.1611237438705656, 0.185777706184603153,
];
const CENTRE_Q = [2844.23683343917062, 1282.61652607737228, 244.024637934444173, 23.6012909523441209, 1];

// exp(x^2) erfc(x) in x, for x from 0.46875 to 4.
const MIDDLE_P = [
  1230.33935479799725, 2051.07837782607147, 1712.04761263407058, 881.95222124176909, 298.635138197400131,
  66.1191906371416295, 8.88314979438837594, 0.564188496988670089, 2.15311535474403846e-8,
];
const MIDDLE_Q = [
  1230.33935480374942, 3439.36767414372164, 4362.61909014324716, 3290.79923573345963, 1621.38957456669019,
  537.181101862009858, 117.693950891312499, 15.7449261107098347, 1,
];

// x^2 (x exp(x^2) erfc(x) - 1 / sqrt(pi)) in 1 / x^2, for x over 4.
const TAIL_P = [
  -6.58749161529837803e-4, -1.60837851487422766e-2, -1.25781726111229246e-1, -3.60344899949804439e-1,
  -3.05326634961232344e-1, -1.63153871373020978e-2,
];
const TAIL_Q = [
  2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725,
  2.56852019228982242, 1,
];
