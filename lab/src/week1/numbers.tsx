import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { short } from '../ui/index.js';
import { basis, beta, publishedBeta, seen, trueBeta } from './data.js';
import type { Curve, Fit } from './model.js';
import { signals } from './state.js';

const DIGITS = 5;

/** What the pictures show, in numbers. */
export function Numbers({ fit }: { readonly fit: ReadonlySignal<Fit | undefined> }): JSX.Element | null {
  if (fit.value === undefined) return null;
  const { curves, barycentre } = fit.value;
  const told = (value: number | undefined): string => (value === undefined ? '–' : short(value, DIGITS));
  const formula = ({ beta }: Curve): number | undefined => {
    const known = beta * seen.value;
    return barycentre && (known * barycentre) / (signals.alpha.value + known);
  };
  const rows: readonly { name: string; quantity: string; of: (curve: Curve) => number | undefined }[] = [
    { name: 'noise 1/β, the aleatoric part', quantity: 'limit', of: ({ beta }) => 1 / beta },
    { name: 'barycentre x̄ of the points seen', quantity: 'barycentre', of: () => barycentre },
    { name: 'variance there', quantity: 'at-barycentre', of: ({ atBarycentre }) => atBarycentre },
    { name: 'x of the least variance shown', quantity: 'minimum-x', of: ({ minimum }) => minimum.x },
    ...(basis.value.kind === 'linear'
      ? [{ name: 'β N x̄ / (α + β N)', quantity: 'formula', of: formula }]
      : []),
    { name: 'least variance shown', quantity: 'minimum', of: ({ minimum }) => minimum.value },
    { name: 'variance at the left end', quantity: 'left', of: ({ variance }) => variance[0] },
    { name: 'variance at the right end', quantity: 'right', of: ({ variance }) => variance.at(-1) },
  ];
  return (
    <div class={curves.length === 1 ? 'table beside' : 'table'}>
      <table class="numbers">
        <caption>In numbers</caption>
        <thead>
          <tr>
            <td />
            {curves.map((curve, k) => (
              <th key={k} scope="col">
                β = {short(curve.beta)}
                {nameOf(k)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, quantity, of }) => (
            <tr key={quantity}>
              <th scope="row">{name}</th>
              {curves.map((curve, k) => (
                <td key={k} data-quantity={`${quantity}-${k}`}>
                  {told(of(curve))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the precision is called, where it has a name. */
export function nameOf(index: number): string {
  const value = index === 0 ? beta.value : publishedBeta.value;
  if (value === trueBeta.value) return ', corrected';
  return value === publishedBeta.value ? ', published' : '';
}
