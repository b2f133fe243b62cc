import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useTask } from '../compute/index.js';
import { image } from './data.js';
import type { Prediction } from './model.js';
import { percent } from './fact.js';
import { signals } from './state.js';
import { trained } from './trainer.js';
import { Quantity, told } from '../ui/index.js';

/** The two networks on the same digits, and on the image that is shown. */
export function Compared({
  shipped,
}: {
  readonly shipped: ReadonlySignal<Prediction | undefined>;
}): JSX.Element | null {
  const compared = useTask('week3', 'compare', () =>
    image.value === undefined || trained.value === undefined
      ? undefined
      : {
          image: image.value,
          passes: signals.passes.value,
          seed: signals.seed.value,
          trained: trained.value.settings,
        },
  );
  const network = trained.value;
  if (network === undefined) return null;
  const live = compared.result.value;
  const other = shipped.value;
  const best = live === undefined ? undefined : live.probabilities.indexOf(Math.max(...live.probabilities));
  const rows = [
    {
      name: 'accuracy',
      title: `accuracy, ${network.sample} test digits`,
      live: network.accuracy.live,
      shipped: network.accuracy.shipped,
      format: percent,
    },
    {
      name: 'mean-entropy',
      title: 'mean entropy there (nats)',
      live: network.meanEntropy.live,
      shipped: network.meanEntropy.shipped,
      format: told,
    },
    { name: 'class', title: 'this image is', live: best, shipped: other?.predicted, format: String },
    {
      name: 'probability',
      title: 'with probability',
      live: live && Math.max(...live.probabilities),
      shipped: other && 1 - other.mcp,
      format: (value: number) => value.toFixed(4),
    },
    {
      name: 'entropy',
      title: 'entropy of MC dropout (nats)',
      live: live?.entropy,
      shipped: other?.dropout.entropy,
      format: told,
    },
  ];
  return (
    <div class="table">
      <table class="numbers">
        <caption>Beside the one that ships</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">trained here</th>
            <th scope="col">shipped</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, title, live, shipped, format }) => (
            <tr key={name}>
              <th scope="row">{title}</th>
              <td>
                <Quantity name={`live-${name}`} value={live} format={format} />
              </td>
              <td>
                <Quantity name={`shipped-${name}`} value={shipped} format={format} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
