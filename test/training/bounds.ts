/** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
export const U: number = 2 ** -24;

/** A float64 value of an exact formula, and how far its float32 computation can be from it. */
export interface Bounded {
  readonly value: number;
  readonly error: number;
}

/** Running error analysis (Higham, 2002, section 3.3): each float32 operation rounds once, and passes on its arguments' errors. */
export const exact = (value: number): Bounded => ({ value, error: 0 });
/** A constant: rounded to float32 when it is written into a graph. */
export const constant = (value: number): Bounded => ({ value, error: U * Math.abs(value) });

export function add(a: Bounded, b: Bounded): Bounded {
  return rounded(a.value + b.value, a.error + b.error);
}

export function mul(a: Bounded, b: Bounded): Bounded {
  return rounded(
    a.value * b.value,
    Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error,
  );
}

export function div(a: Bounded, b: Bounded): Bounded {
  const value = a.value / b.value;
  const smallest = Math.abs(b.value) - b.error;
  return rounded(value, (a.error + Math.abs(value) * b.error) / smallest);
}

export function sqrt(a: Bounded): Bounded {
  const value = Math.sqrt(a.value);
  return rounded(value, value === 0 ? Math.sqrt(a.error) : Math.min(a.error / value, Math.sqrt(a.error)));
}

export const neg = ({ value, error }: Bounded): Bounded => ({ value: -value, error });

function rounded(value: number, error: number): Bounded {
  // Below 2^-126 numbers are spaced evenly: a rounding is at most half of 2^-149.
  return { value, error: error + U * (Math.abs(value) + error) + 2 ** -150 };
}
