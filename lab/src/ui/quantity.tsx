import type { JSX } from 'preact';
import { short } from './scale.js';

export interface QuantityProps {
  /** Its name in the page. */
  readonly name: string;
  /** Undefined or NaN where there is none. */
  readonly value: number | undefined;
  /** `told` unless given. */
  readonly format?: (value: number) => string;
}

/** A number as it is told, its full value beside it for whoever reads the page by machine. */
export function Quantity({ name, value, format = told }: QuantityProps): JSX.Element {
  const known = value !== undefined && !Number.isNaN(value);
  return (
    <span class="quantity" data-quantity={name} data-value={known ? value : undefined}>
      {known ? format(value) : '–'}
    </span>
  );
}

/** A count in full, anything else in three digits. */
export function told(value: number): string {
  return Number.isInteger(value) ? `${value}` : short(value, 3);
}
