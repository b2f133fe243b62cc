/**
 * The error function in fixed-point arithmetic of BITS binary digits: its Taylor series, which alternates and
 * cancels, but exactly. The oracle of the float64 approximations.
 */
const BITS = 2600n;
const ONE = 1n << BITS;

/** A fixed-point number, in units of 2^-BITS. */
export type Exact = bigint;

/** The nearest float64 (of a value that is a normal number). */
export function toNumber(value: Exact): number {
  if (value === 0n) return 0;
  const sign = value < 0n ? -1 : 1;
  const magnitude = value < 0n ? -value : value;
  const excess = magnitude.toString(2).length - 60;
  const [head, exponent] = excess > 0 ? [magnitude >> BigInt(excess), excess] : [magnitude, 0];
  // Two steps, since 2^(exponent - BITS) alone may underflow.
  const power = exponent - Number(BITS);
  return sign * Number(head) * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
}

function fixed(x: number): Exact {
  let exponent = 0;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return (BigInt(mantissa) << BITS) >> BigInt(exponent);
}

function squareRoot(value: Exact): Exact {
  const target = value << BITS;
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** pi by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239). */
const PI: Exact = 16n * arctanInverse(5n) - 4n * arctanInverse(239n);

function arctanInverse(n: bigint): Exact {
  let power = ONE / n;
  let sum = 0n;
  for (let k = 0n; power !== 0n; k++) {
    sum += (k % 2n === 0n ? power : -power) / (2n * k + 1n);
    power /= n * n;
  }
  return sum;
}

/** erf(x / sqrt(divisor)). */
export function exactErf(x: number, divisor = 1): Exact {
  const point = fixed(x);
  const square = (point * point) >> BITS;
  let power = point;
  let sum = 0n;
  for (let n = 0n; power !== 0n && power !== -1n; n++) {
    sum += power / (2n * n + 1n);
    power = -((power * square) >> BITS) / ((n + 1n) * BigInt(divisor));
  }
  return (2n * sum * ONE) / squareRoot(PI * BigInt(divisor));
}

/** erfc(x / sqrt(divisor)). */
export function exactErfc(x: number, divisor = 1): Exact {
  return ONE - exactErf(x, divisor);
}
