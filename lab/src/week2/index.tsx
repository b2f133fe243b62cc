import { computed, signal, useComputed } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useTask } from '../compute/index.js';
import { Button, Notice, short, Transport } from '../ui/index.js';
import { TrainingCurve } from './curve.js';
import { data, line, problem, region } from './data.js';
import { EPOCHS_A_FRAME, MOST_EPOCHS } from './limits.js';
import { AleatoricMap, EpistemicMap, ProbabilityMap } from './maps.js';
import type { Fit } from './model.js';
import { Numbers } from './numbers.js';
import { useLast, usePlaying, useSpoken } from './playing.js';
import { apply, isChosen, presets } from './presets.js';
import { RayFigure } from './ray.js';
import { Week2Settings } from './settings.js';
import { reset, set, signals } from './state.js';
// oxlint-disable-next-line import/no-unassigned-import -- the build takes a style sheet so
import './week2.css';

const wantsMotion = !matchMedia('(prefers-reduced-motion: reduce)').matches;

const playing = signal(false);
const ready = computed(() => problem.value !== undefined);
const done = computed(() => signals.epoch.value >= MOST_EPOCHS);

function trainOn(): void {
  set({ epoch: Math.min(MOST_EPOCHS, signals.epoch.value + signals.speed.value) });
}

export function Panel(): JSX.Element {
  const task = useTask(
    'week2',
    'fit',
    () =>
      problem.value && {
        problem: problem.value,
        epoch: signals.epoch.value,
        samples: signals.samples.value,
        region: region.value,
        frames: wantsMotion,
      },
    { cancel: true },
  );
  const fit = useComputed(() =>
    // After an error the maps would be those of other settings.
    !ready.value || task.error.value !== undefined ? undefined : (task.progress.value ?? task.result.value),
  );
  const ray = useTask('week2', 'ray', () => {
    if (fit.value === undefined || line.value === undefined) return undefined;
    const { from, direction, length } = line.value;
    return { snapshot: fit.value.snapshot, from, direction, length };
  });
  const known = useLast(ray.result);
  usePlaying({ playing, done, task, ready, onStep: trainOn });
  useSpoken(task, playing);
  const error = task.error.value ?? ray.error.value;
  return (
    <>
      <div class="panel-intro">
        <h2>Week 2 · Approximate inference</h2>
        <p>
          How sure a classifier of the plane is, and of what kind its doubt is. Press Play to train on, paint
          points with the brush, drag the ray away from the data.
        </p>
      </div>
      <Toolbar fit={fit} busy={task.busy} />
      {error === undefined ? null : <Notice kind="error">{error}</Notice>}
      <div class="workbench">
        <Week2Settings />
        <div class="figures maps">
          <ProbabilityMap fit={fit} />
          <EpistemicMap fit={fit} />
          <AleatoricMap fit={fit} />
          <RayFigure ray={known} />
          <TrainingCurve fit={fit} />
          <Numbers fit={fit} />
        </div>
      </div>
    </>
  );
}

interface ToolbarProps {
  readonly fit: ReadonlySignal<Fit | undefined>;
  readonly busy: ReadonlySignal<boolean>;
}

function Toolbar({ fit: { value }, busy }: ToolbarProps): JSX.Element {
  const position =
    value === undefined
      ? standing(busy.value)
      : `epoch ${value.epoch}, ${signals.speed.value} a frame · accuracy ${short(100 * value.accuracy)} %`;
  return (
    <div class="toolbar">
      <div class="buttons" role="group" aria-label="Presets">
        {presets.map((preset) => (
          <Button key={preset.name} pressed={isChosen(preset)} onClick={() => apply(preset)}>
            {preset.name}
          </Button>
        ))}
        <Button onClick={reset}>Reset all</Button>
        {signals.points.value === null ? null : (
          <Button onClick={() => set({ points: null })}>Undo my points</Button>
        )}
        {data.value.labels.length === 0 ? null : (
          <Button onClick={() => set({ points: [] })}>Clear points</Button>
        )}
      </div>
      <Transport
        label="Training, epoch by epoch"
        playing={playing}
        speed={signals.speed}
        speeds={EPOCHS_A_FRAME}
        done={done}
        onStep={trainOn}
        onReset={() => set({ epoch: 0 })}
        position={position}
      />
    </div>
  );
}

/** How the training stands while there is nothing to show of it. */
function standing(busy: boolean): string {
  if (!ready.value) return 'nothing to train';
  return busy ? 'starting ONNX Runtime …' : 'stopped';
}
