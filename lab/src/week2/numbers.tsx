import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { short } from '../ui/index.js';
import { data, draws } from './data.js';
import type { Fit } from './model.js';

const DIGITS = 5;

/** What the pictures show, in numbers. */
export function Numbers({
  fit: { value },
}: {
  readonly fit: ReadonlySignal<Fit | undefined>;
}): JSX.Element | null {
  if (value === undefined) return null;
  const { epoch, losses, accuracy, nll, near, far, distanceToMode, time } = value;
  const told = (number: number | undefined): string => (number === undefined ? '–' : short(number, DIGITS));
  const rows: readonly { name: string; quantity: string; text: string }[] = [
    { name: 'epoch', quantity: 'epoch', text: `${epoch}` },
    { name: 'points', quantity: 'points', text: `${data.value.labels.length}` },
    { name: 'loss of the last epoch, nats an example', quantity: 'loss', text: told(losses.at(-1)) },
    { name: 'accuracy on the points', quantity: 'accuracy', text: told(accuracy) },
    { name: '−log mean p(label), nats', quantity: 'nll', text: told(nll) },
    { name: 'networks in a mean', quantity: 'draws', text: `${draws.value}` },
    ...(distanceToMode === undefined
      ? []
      : [
          {
            name: 'distance to the mode, posterior deviations',
            quantity: 'distance-to-mode',
            text: told(distanceToMode),
          },
        ]),
  ];
  return (
    <div class="table panel-tables">
      <table class="numbers">
        <caption>In numbers</caption>
        <tbody>
          {rows.map(({ name, quantity, text }) => (
            <tr key={quantity}>
              <th scope="row">{name}</th>
              <td data-quantity={quantity}>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="numbers">
        <caption>Mean uncertainty, nats</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">at the points</th>
            <th scope="col">at the map's edge</th>
          </tr>
        </thead>
        <tbody>
          {(['epistemic', 'aleatoric'] as const).map((kind) => (
            <tr key={kind}>
              <th scope="row">{kind}</th>
              <td data-quantity={`${kind}-near`}>{told(near[kind])}</td>
              <td data-quantity={`${kind}-far`}>{told(far[kind])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">
        This browser takes {time.epoch === undefined ? '' : `${short(time.epoch, 2)} ms an epoch and `}
        {short(time.maps, 2)} ms for the maps.
      </p>
    </div>
  );
}
