import type { JSX } from 'preact';
import { Quantity } from '../ui/index.js';
import type { QuantityProps } from '../ui/index.js';

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

export function percent(value: number): string {
  const per = 100 * value;
  if (per === 0 || per === 100) return `${per} %`;
  return per > 99.99 ? '> 99.99 %' : `${per < 0.1 || per > 99.9 ? per.toFixed(2) : per.toFixed(1)} %`;
}
