import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ComputedWith, run, useTask } from '../compute/index.js';
import { announce, Button, capture, Chart, FigureFrame, linePath, Notice, Slider } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { csv } from './csv.js';
import { image } from './data.js';
import { crossEntropy } from './formulas.js';
import { PASSES, TRAINING } from './model.js';
import type { Prediction, Trained, TrainProgress } from './model.js';
import { percent, Quantity, told } from './quantity.js';
import { signals } from './state.js';

const progress = signal<TrainProgress | undefined>(undefined);
const trained = signal<Trained | undefined>(undefined);
const error = signal<string | undefined>(undefined);
/** The seed of what is trained or paused. */
const startedWith = signal(0);
const running = signal<AbortController | undefined>(undefined);
/** Counts the trainings that ended, so that the image is compared anew. */
const generation = signal(0);
const MOST_LOSS = 2.6;

async function start(resume: boolean): Promise<void> {
  const controller = new AbortController();
  running.value = controller;
  error.value = undefined;
  if (!resume) progress.value = undefined;
  announce(resume ? 'Training goes on' : 'Training');
  try {
    const input = { epochs: signals.epochs.peek(), seed: signals.seed.peek(), resume };
    startedWith.value = input.seed;
    const { signal } = controller;
    trained.value = await run('week3', 'train', input, {
      signal,
      onProgress: (now) => (progress.value = now),
    });
    progress.value = trained.value;
    generation.value += 1;
    announce(`Trained: ${percent(trained.value.accuracy.live)} of the test digits are right`);
  } catch (cause) {
    // The worker may have been ended for another number of threads: then it is begun anew by hand.
    if (cause instanceof DOMException && cause.name === 'AbortError') {
      if (!controller.signal.aborted) progress.value = undefined;
    } else error.value = cause instanceof Error ? cause.message : String(cause);
  }
  if (running.value === controller) running.value = undefined;
}

function pause(): void {
  running.value?.abort();
  running.value = undefined;
  announce('Paused');
}

/** The practical's network, trained here on few digits. */
export function Train({
  shipped,
}: {
  readonly shipped: ReadonlySignal<Prediction | undefined>;
}): JSX.Element {
  const now = progress.value;
  const isRunning = running.value !== undefined;
  const canGoOn =
    now !== undefined &&
    now.step < now.steps &&
    now.steps === signals.epochs.value * now.stepsPerEpoch &&
    startedWith.value === signals.seed.value;
  const steps = Float64Array.from({ length: now?.losses.length ?? 0 }, (_, i) => i + 1);
  return (
    <FigureFrame
      wide
      title="Train it here"
      lookFor={`Look what ${manifest.training.toLocaleString('en')} digits and some seconds are worth: it errs more often than the one that ships, and it is less certain.`}
      formulas={crossEntropy}
      onSave={
        now === undefined
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-training',
                title: 'Training',
                csv: csv({ step: steps, loss: now.losses }),
              })
      }
    >
      <div class="train">
        <div>
          <Slider label="Epochs" value={signals.epochs} min={1} max={30} step={1} disabled={isRunning} />
          <div class="buttons">
            {isRunning ? (
              <Button primary onClick={pause}>
                Pause
              </Button>
            ) : (
              <Button primary onClick={() => void start(canGoOn)}>
                {canGoOn ? 'Continue' : 'Train'}
              </Button>
            )}
            {canGoOn && !isRunning ? <Button onClick={() => void start(false)}>Begin anew</Button> : null}
          </div>
          <progress max={1} value={now === undefined ? 0 : now.step / now.steps} aria-label="Training" />
          <p class="hint" data-training={isRunning ? 'running' : 'idle'}>
            {now === undefined ? (
              `${manifest.training.toLocaleString('en')} digits of the training set, batches of 100, Adam, in this browser`
            ) : (
              <>
                step {now.step} of {now.steps}, epoch {Math.ceil(now.step / now.stepsPerEpoch)}
                {now.secondsPerEpoch === undefined ? null : (
                  <>
                    ,{' '}
                    <Quantity
                      name="seconds-per-epoch"
                      value={now.secondsPerEpoch}
                      format={(s) => s.toFixed(2)}
                    />{' '}
                    s an epoch
                  </>
                )}
              </>
            )}
          </p>
          {canGoOn && !isRunning ? (
            <p class="hint">Paused: this page holds the training until it is closed or loaded anew.</p>
          ) : null}
          <ComputedWith workloads={{ [TRAINING]: 'Training', [PASSES]: 'Passes over many digits' }} />
          {error.value === undefined ? null : <Notice kind="error">{error.value}</Notice>}
          {trained.value === undefined ? null : <Compared trained={trained.value} shipped={shipped} />}
        </div>
        <div class="cell">
          <Chart
            aspect={2.1}
            x={{ domain: [0, Math.max(20, now?.steps ?? 20 * signals.epochs.value)], label: 'step' }}
            y={{ domain: [0, MOST_LOSS], label: 'cross entropy (nats)', grid: true }}
            description={
              now === undefined
                ? 'The loss of each step, once it is trained'
                : `The loss of each of ${now.step} steps, last ${told(now.losses.at(-1) ?? 0)}`
            }
          >
            {(frame) =>
              now === undefined ? (
                <text class="not-yet" x={frame.width / 2} y={frame.height / 2} text-anchor="middle">
                  Press Train: the loss of each step appears here.
                </text>
              ) : (
                <path class="mark-series-0" d={linePath(steps, now.losses, frame)} />
              )
            }
          </Chart>
        </div>
      </div>
    </FigureFrame>
  );
}

interface ComparedProps {
  readonly trained: Trained;
  readonly shipped: ReadonlySignal<Prediction | undefined>;
}

/** The two networks on the same digits, and on the image that is shown. */
function Compared({ trained, shipped }: ComparedProps): JSX.Element {
  const compared = useTask('week3', 'compare', () =>
    image.value === undefined || generation.value === 0
      ? undefined
      : { image: image.value, passes: signals.passes.value, seed: signals.seed.value },
  );
  const live = compared.result.value;
  const other = shipped.value;
  const best = live === undefined ? undefined : live.probabilities.indexOf(Math.max(...live.probabilities));
  const rows = [
    {
      name: 'accuracy',
      title: `accuracy, ${trained.sample} test digits`,
      live: trained.accuracy.live,
      shipped: trained.accuracy.shipped,
      format: percent,
    },
    {
      name: 'mean-entropy',
      title: 'mean entropy there (nats)',
      live: trained.meanEntropy.live,
      shipped: trained.meanEntropy.shipped,
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
