import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useTask } from '../compute/index.js';
import { Button, Notice, short, Transport, usePlayback } from '../ui/index.js';
import { basis, beta, betas, pair, points, problem, publishedBeta, range, seen } from './data.js';
import { nameOf, Numbers } from './numbers.js';
import { Prediction } from './prediction.js';
import { apply, isChosen, presets } from './presets.js';
import { Week1Settings } from './settings.js';
import { reset, set, signals } from './state.js';
import { Variance } from './variance.js';
import { Weights } from './weights.js';

/** Values of each weight in the posterior's map. */
const MAP_SIZE = 96;
const FUNCTIONS = 12;
const PLAY_MS = 700;

const LOOK_FOR = {
  linear:
    'Bands are narrow where there are points and widen away from them: what the model has not seen, it says it does not know.',
  hole: 'Bands widen outside of the points, but not in the hole between them, where they are narrowest: a line that is held on both sides has nothing left to doubt there.',
  polynomial:
    'Among the points it follows them closely; where they end, the mean runs off, and the bands with it.',
  gaussian:
    'Far from the points the mean returns to 0 and the bands are narrow: wrong, and sure of it. Features decide what a model can doubt.',
} as const;

const overHole = computed(() => basis.value.kind === 'linear' && signals.set.value === 'hole');

const playing = signal(false);
const done = computed(() => seen.value >= points.value.length);

function showOneMore(): void {
  set({ seen: seen.value + 1 >= points.value.length ? null : seen.value + 1 });
}

export function Panel(): JSX.Element {
  const fit = useTask('week1', 'fit', () => ({
    ...problem.value,
    betas: betas.value,
    range: range.value,
    samples: signals.functions.value ? FUNCTIONS : 0,
    seed: signals.seed.value,
  }));
  const weights = useTask('week1', 'weights', () => ({
    ...problem.value,
    beta: beta.value,
    pair: pair.value,
    size: MAP_SIZE,
  }));
  usePlayback({ playing, speed: signals.speed, done, interval: PLAY_MS, onStep: showOneMore });
  const error = fit.error.value ?? weights.error.value;
  return (
    <>
      <div class="panel-intro">
        <h2>Week 1 · Bayesian linear regression</h2>
        <p>
          How sure a model is of a curve through points. Drag them, click to add one, double-click or drag one
          out to remove it; or use arrows, Enter and Delete.
        </p>
      </div>
      <Toolbar />
      {error === undefined ? null : <Notice kind="error">{error}</Notice>}
      <div class="workbench">
        <Week1Settings />
        <div class="figures">
          <Prediction
            title={`Prediction, β = ${short(beta.value)}${nameOf(0)}`}
            lookFor={LOOK_FOR[overHole.value ? 'hole' : basis.value.kind]}
            fit={fit.result}
            index={0}
          />
          {betas.value.length > 1 ? (
            <Prediction
              title={`Prediction, β = ${short(publishedBeta.value)}${nameOf(1)}`}
              lookFor="The course hands out β = 1/(2σ²), which believes in twice the noise variance: its bands are wider than the points ask for."
              fit={fit.result}
              index={1}
            />
          ) : null}
          <Variance fit={fit.result} />
          <Weights posterior={weights.result} />
          <Numbers fit={fit.result} />
        </div>
      </div>
    </>
  );
}

function Toolbar(): JSX.Element {
  return (
    <div class="toolbar">
      <div class="buttons" role="group" aria-label="Presets">
        {presets.map((preset) => (
          <Button key={preset.name} pressed={isChosen(preset)} onClick={() => apply(preset)}>
            {preset.name}
          </Button>
        ))}
        <Button onClick={reset}>Reset all</Button>
        {/* Always there: a button that comes with the first drag would move the chart from under the pointer. */}
        <Button disabled={signals.points.value === null} onClick={() => set({ points: null, seen: null })}>
          Undo my points
        </Button>
      </div>
      <Transport
        label="Points seen, one by one"
        playing={playing}
        speed={signals.speed}
        done={done}
        empty={points.value.length === 0}
        onStep={showOneMore}
        onReset={() => set({ seen: 0 })}
        position={`${seen.value} of ${points.value.length} points seen`}
      />
    </div>
  );
}
