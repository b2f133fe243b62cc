import type { JSX } from 'preact';
import { short } from '../ui/index.js';

export interface QuantityProps {
  /** Its name in the page. */
  readonly name: string;
  readonly value: number | undefined;
  /** Significant ones of what is told. Default 3. */
  readonly digits?: number;
}

/** A number, its full value beside it for whoever reads the page by machine. */
export function Quantity({ name, value, digits }: QuantityProps): JSX.Element {
  return (
    <span data-quantity={name} data-value={value}>
      {value === undefined ? '–' : Number.isInteger(value) ? `${value}` : short(value, digits)}
    </span>
  );
}
