import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ComputedWith } from '../compute/index.js';
import {
  Button,
  capture,
  Chart,
  FigureFrame,
  linePath,
  Notice,
  Quantity,
  Slider,
  told,
} from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { Compared } from './compared.js';
import { csv } from './csv.js';
import { crossEntropy } from './formulas.js';
import { PASSES, TRAINING } from './model.js';
import type { Keeping, Prediction, TrainProgress, Unreadable } from './model.js';
import { signals } from './state.js';
import { discard, error, pause, progress, running, start, takeUp, trained, unreadable } from './trainer.js';

const MOST_LOSS = 2.6;
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const PROBLEMS = {
  absent: 'This browser keeps no data for the page',
  full: 'This browser has no room left for the page',
} as const satisfies Record<NonNullable<Keeping['problem']>, string>;
const UNREADABLE = {
  foreign: 'The training that this browser keeps was made by another version of the page',
  damaged: 'The training that this browser keeps is damaged',
} as const satisfies Record<Unreadable, string>;

/** The practical's network, trained here on few digits. */
export function Train({
  shipped,
}: {
  readonly shipped: ReadonlySignal<Prediction | undefined>;
}): JSX.Element {
  useEffect(takeUp, []);
  const now = progress.value;
  const isRunning = running.value !== undefined;
  const isPaused = now !== undefined && now !== trained.value && !isRunning;
  const isAsSet = now?.settings.epochs === signals.epochs.value && now.settings.seed === signals.seed.value;
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
              <Begin isPaused={isPaused} isAsSet={isAsSet} />
            )}
            {(now === undefined && unreadable.value === undefined) || isRunning ? null : (
              <Button onClick={() => void discard()}>Discard</Button>
            )}
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
          {now === undefined ? null : <Kept now={now} />}
          {unreadable.value === undefined || isRunning ? null : (
            <Notice kind="note">
              {UNREADABLE[unreadable.value]} and cannot be gone on with. The next one takes its place.
            </Notice>
          )}
          <ComputedWith workloads={{ [TRAINING]: 'Training', [PASSES]: 'Passes over many digits' }} />
          {error.value === undefined ? null : <Notice kind="error">{error.value}</Notice>}
          {trained.value === undefined ? null : <Compared shipped={shipped} />}
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

interface BeginProps {
  readonly isPaused: boolean;
  /** Whether the page's settings are those of the training that is paused. */
  readonly isAsSet: boolean;
}

function Begin({ isPaused, isAsSet }: BeginProps): JSX.Element {
  const anew = (): void => void start(false);
  const goOn = (): void => void start(true);
  if (!isPaused) {
    return (
      <Button primary onClick={anew}>
        Train
      </Button>
    );
  }
  return (
    <>
      <Button primary onClick={isAsSet ? goOn : anew}>
        {isAsSet ? 'Continue' : 'Train'}
      </Button>
      <Button onClick={isAsSet ? anew : goOn}>{isAsSet ? 'Begin anew' : 'Continue the paused one'}</Button>
    </>
  );
}

/** What becomes of the training when the page is left. */
function Kept({ now }: { readonly now: TrainProgress }): JSX.Element | null {
  const { at, problem, replaced } = now.keeping;
  const { epochs, seed } = now.settings;
  const isRunning = running.value !== undefined;
  return (
    <>
      {isRunning ? null : (
        <p class="hint">
          {now === trained.value ? 'Trained' : 'Paused'}: {epochs} {epochs === 1 ? 'epoch' : 'epochs'}, seed{' '}
          {seed}.
          {at === undefined || problem !== undefined
            ? null
            : ` Kept in this browser since ${DATE.format(at)}, until another is trained, here or in another tab.`}
        </p>
      )}
      {now.backends.length < 2 ? null : (
        <p class="hint">
          Computed with {now.backends.join(', then ')}: the last bits are those of none alone.
        </p>
      )}
      {problem === undefined ? null : (
        <Notice kind="note">
          {PROBLEMS[problem]}: the training is lost when the page is closed or loaded anew.
        </Notice>
      )}
      {replaced ? (
        <Notice kind="note">
          Another tab had kept a training meanwhile. One is kept, and this one has taken its place.
        </Notice>
      ) : null}
    </>
  );
}
