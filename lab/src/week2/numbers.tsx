import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Quantity, short } from '../ui/index.js';
import type { QuantityProps } from '../ui/index.js';
import { data, draws } from './data.js';
import type { Fit } from './model.js';
import { signals } from './state.js';

/** What the pictures show, in numbers. */
export function Numbers({
  fit: { value },
}: {
  readonly fit: ReadonlySignal<Fit | undefined>;
}): JSX.Element | null {
  if (value === undefined) return null;
  const { epoch, losses, accuracy, nll, near, far, distanceToMode, time } = value;
  const withPrior = signals.method.value === 'dropout' ? '' : ', with the prior';
  const rows: readonly (Omit<QuantityProps, 'name'> & { name: string; quantity: string })[] = [
    { name: 'epoch', quantity: 'epoch', value: epoch },
    { name: 'points', quantity: 'points', value: data.value.labels.length },
    {
      name: `loss of the last epoch${withPrior}, nats an example`,
      quantity: 'loss',
      value: losses.at(-1),
      format: (loss) => short(loss, 5),
    },
    { name: 'accuracy on the points', quantity: 'accuracy', value: accuracy },
    { name: '−log mean p(label), nats', quantity: 'nll', value: nll },
    { name: 'models in a mean', quantity: 'draws', value: draws.value },
    ...(distanceToMode === undefined
      ? []
      : [
          {
            name: 'distance to the mode, posterior deviations',
            quantity: 'distance-to-mode',
            value: distanceToMode,
          },
        ]),
  ];
  return (
    <div class="table beside panel-tables">
      <table class="numbers">
        <caption>In numbers</caption>
        <tbody>
          {rows.map(({ name, quantity, ...shown }) => (
            <tr key={quantity}>
              <th scope="row">{name}</th>
              <td>
                <Quantity name={quantity} {...shown} />
              </td>
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
              <td>
                <Quantity name={`${kind}-near`} value={near[kind]} />
              </td>
              <td>
                <Quantity name={`${kind}-far`} value={far[kind]} />
              </td>
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
