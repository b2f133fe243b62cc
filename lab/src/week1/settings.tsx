import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import {
  Button,
  Choice,
  PointsSlider,
  PriorPrecisionSlider,
  SeedSlider,
  Select,
  Settings,
  short,
  Slider,
  Switch,
} from '../ui/index.js';
import { beta, dimension, pair, publishedBeta, trueBeta, weightName } from './data.js';
import { MOST_POINTS, MOST_WEIGHTS, set, signals } from './state.js';

/** Points that were dragged are another set's from here on. */
function redraw(values: Parameters<typeof set>[0]): void {
  set({ ...values, points: null, seen: null });
}

const follows = computed(() => signals.beta.value === null);

/** What changes the data and the model. */
export function Week1Settings(): JSX.Element {
  return (
    <Settings>
      <h3>Data</h3>
      <Choice
        label="Set"
        value={signals.set}
        options={[
          { value: 'line', label: 'Line' },
          { value: 'hole', label: 'Hole' },
          { value: 'sine', label: 'Sine' },
        ]}
        onChange={(chosen) => redraw({ set: chosen })}
      />
      <PointsSlider value={signals.n} min={2} max={MOST_POINTS} step={1} onChange={(n) => redraw({ n })} />
      <Slider
        label="Noise σ"
        value={signals.noise}
        min={0.02}
        max={1}
        step={0.02}
        format={short}
        onChange={(noise) => redraw({ noise })}
      />
      <SeedSlider value={signals.seed} onChange={(seed) => redraw({ seed })} />
      <h3>Model</h3>
      <Choice
        label="Features φ(x)"
        value={signals.basis}
        options={[
          { value: 'linear', label: 'Line' },
          { value: 'polynomial', label: 'Polynomial' },
          { value: 'gaussian', label: 'Gaussian' },
        ]}
      />
      {signals.basis.value === 'polynomial' ? (
        <Slider label="Degree" value={signals.degree} min={1} max={15} step={1} />
      ) : null}
      {signals.basis.value === 'gaussian' ? (
        <>
          <Slider label="Centres" value={signals.centres} min={2} max={MOST_WEIGHTS} step={1} />
          <Slider
            label="Width, of the interval"
            value={signals.width}
            min={0.02}
            max={1}
            step={0.01}
            format={(value) => short(value)}
          />
        </>
      ) : null}
      <PriorPrecisionSlider value={signals.alpha} />
      <Slider
        label="Noise precision β"
        value={beta}
        min={0.5}
        max={2500}
        step={0.05}
        log
        format={(value) => short(value)}
        onChange={(value) => set({ beta: value })}
      />
      <div class="buttons">
        <Button onClick={() => set({ beta: null })} pressed={follows.value}>
          1/σ² = {short(trueBeta.value)}
        </Button>
        <Button
          onClick={() => set({ beta: publishedBeta.value })}
          pressed={signals.beta.value === publishedBeta.value}
        >
          1/(2σ²) = {short(publishedBeta.value)}
        </Button>
      </div>
      <h3>View</h3>
      <Slider
        label="Inputs shown, times their interval"
        value={signals.reach}
        min={1}
        max={12}
        step={0.5}
        format={(value) => `${short(value)}×`}
      />
      <Switch label="Published β beside it" value={signals.compare} />
      <Switch label="Functions drawn from the posterior" value={signals.functions} />
      {dimension.value > 2 ? <Pair /> : null}
    </Settings>
  );
}

const firstName = computed(() => `${pair.value[0]}`);
const secondName = computed(() => `${pair.value[1]}`);

function Pair(): JSX.Element {
  const options = Array.from({ length: dimension.value }, (_, k) => ({
    value: `${k}`,
    label: weightName(k),
  }));
  return (
    <div class="pair">
      <Select
        label="Weight across"
        value={firstName}
        options={options}
        onChange={(name) => set({ first: Number(name) })}
      />
      <Select
        label="Weight up"
        value={secondName}
        options={options}
        onChange={(name) => set({ second: Number(name) })}
      />
    </div>
  );
}
