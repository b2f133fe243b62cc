import type { JSX } from 'preact';
import { short } from '../ui/index.js';

export interface QuantityProps {
  /** Its name in the page. */
  readonly name: string;
  readonly value: number | undefined;
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

export interface FactProps extends QuantityProps {
  /** What it is, with its unit. */
  readonly term: string;
}

export function Fact({ term, ...quantity }: FactProps): JSX.Element {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <Quantity {...quantity} />
      </dd>
    </div>
  );
}

export function told(value: number): string {
  return short(value, 3);
}

export function percent(value: number): string {
  const per = 100 * value;
  if (per === 0 || per === 100) return `${per} %`;
  return per > 99.99 ? '> 99.99 %' : `${per < 0.1 || per > 99.9 ? per.toFixed(2) : per.toFixed(1)} %`;
}
