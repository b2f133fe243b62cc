import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Chart, extent, FigureFrame, linePath, padded, short } from '../ui/index.js';
import * as formulas from './formulas.js';
import type { Fit } from './model.js';
import { saveTraining } from './save.js';
import { signals } from './state.js';

/** A loss that falls by more than this is drawn on a logarithmic axis. */
const LOG_RATIO = 20;

/** Loss and accuracy, epoch by epoch. */
export function TrainingCurve({
  fit: { value },
}: {
  readonly fit: ReadonlySignal<Fit | undefined>;
}): JSX.Element {
  const losses = value?.losses ?? [];
  const { epochs, values } = value?.accuracies ?? { epochs: [], values: [] };
  const last = Math.max(10, value?.epoch ?? 0);
  const x = { domain: [0, last] as const, label: 'epoch' };
  return (
    <FigureFrame
      title="Training"
      lookFor="On the whole the loss falls, while the accuracy soon stands still: what is left to learn is how sure to be."
      formulas={formulas.objective[signals.method.value]}
      onSave={value === undefined || value.epoch === 0 ? undefined : () => saveTraining(value)}
    >
      <div class="curves">
        <Chart
          aspect={2.6}
          x={x}
          y={{ ...axisOf(losses), label: 'loss (nats)', grid: true }}
          description={
            losses.length === 0
              ? 'Loss: not trained yet'
              : `Line of the loss over ${losses.length} epochs, from ${short(losses[0]!)} to ${short(losses.at(-1)!)} nats an example.`
          }
        >
          {(frame) => (
            <path
              class="mark-loss"
              d={linePath(
                Array.from(losses, (_, i) => i + 1),
                losses,
                frame,
              )}
            />
          )}
        </Chart>
        <Chart
          aspect={2.6}
          x={x}
          y={{ domain: [Math.min(0.4, ...values), 1.005], label: 'accuracy', grid: true }}
          description={
            values.length === 0
              ? 'Accuracy: not measured yet'
              : `Line of the accuracy at ${values.length} epochs, from ${short(values[0]!)} to ${short(values.at(-1)!)}.`
          }
        >
          {(frame) => (
            <>
              <path class="mark-accuracy" d={linePath(epochs, values, frame)} />
              {epochs.map((epoch, i) => (
                <circle
                  key={epoch}
                  class="mark-accuracy-point"
                  cx={frame.x.at(epoch)}
                  cy={frame.y.at(values[i]!)}
                  r={0.16 * frame.letter}
                />
              ))}
            </>
          )}
        </Chart>
      </div>
    </FigureFrame>
  );
}

function axisOf(losses: ArrayLike<number>): { domain: [number, number]; type: 'linear' | 'log' } {
  if (losses.length === 0) return { domain: [0, 1], type: 'linear' };
  const [low, high] = extent(losses);
  if (low > 0 && high / low > LOG_RATIO) return { domain: [low / 1.2, high * 1.2], type: 'log' };
  return { domain: padded([low, high], 0.06), type: 'linear' };
}
