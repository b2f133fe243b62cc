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
import { isNetwork, isSampled, learningRate, noise } from './data.js';
import { MOST_HIDDEN, MOST_MEMBERS, MOST_POINTS, MOST_SAMPLES } from './limits.js';
import { set, signals } from './state.js';

/** Points that were painted are another set's from here on. */
function redraw(values: Parameters<typeof set>[0]): void {
  set({ ...values, points: null });
}

/** What changes the data and the model. */
export function Week2Settings(): JSX.Element {
  const method = signals.method.value;
  return (
    <Settings>
      <h3>Data</h3>
      <Choice
        label="Set"
        value={signals.set}
        options={[
          { value: 'moons', label: 'Moons' },
          { value: 'blobs', label: 'Blobs' },
          { value: 'circles', label: 'Circles' },
          { value: 'spirals', label: 'Spirals' },
          { value: 'empty', label: 'Empty' },
        ]}
        onChange={(chosen) => redraw({ set: chosen, noise: null, ray: null })}
      />
      {signals.set.value === 'empty' ? null : (
        <>
          <PointsSlider value={signals.n} max={MOST_POINTS} step={10} onChange={(n) => redraw({ n })} />
          <Slider
            label="Noise"
            value={noise}
            min={0}
            max={signals.set.value === 'blobs' ? 2 : 0.5}
            step={0.01}
            format={short}
            onChange={(chosen) => redraw({ noise: chosen })}
          />
        </>
      )}
      <SeedSlider value={signals.seed} />
      <h3>Model</h3>
      <Select
        label="Method"
        value={signals.method}
        options={[
          { value: 'map', label: 'MAP, logistic regression' },
          { value: 'laplace', label: 'Laplace, logistic regression' },
          { value: 'variational', label: 'VI, logistic regression' },
          { value: 'bayesian', label: 'Bayesian network, VI' },
          { value: 'dropout', label: 'Network with MC dropout' },
          { value: 'ensemble', label: 'Ensemble of networks' },
        ]}
        onChange={(chosen) => set({ method: chosen, lr: null })}
      />
      {isNetwork.value ? (
        <Slider label="Hidden units" value={signals.hidden} min={1} max={MOST_HIDDEN} step={1} />
      ) : null}
      {method === 'dropout' ? (
        <Slider label="Dropout rate" value={signals.rate} min={0.05} max={0.9} step={0.05} format={short} />
      ) : (
        <PriorPrecisionSlider value={signals.alpha} />
      )}
      {method === 'ensemble' ? (
        <Slider label="Networks S" value={signals.members} min={1} max={MOST_MEMBERS} step={1} />
      ) : null}
      {isSampled.value ? (
        <Slider label="Draws S" value={signals.samples} min={1} max={MOST_SAMPLES} step={1} />
      ) : null}
      <h3>Training</h3>
      <Slider
        label="Learning rate"
        value={learningRate}
        min={0.001}
        max={2}
        step={0.05}
        log
        format={(value) => short(value)}
        onChange={(value) => set({ lr: value })}
        hint={
          method === 'map' || method === 'laplace'
            ? 'Gradient descent with momentum 0.9 on all points at once'
            : 'Adam on all points at once'
        }
      />
      {signals.lr.value === null ? null : (
        <div class="buttons">
          <Button onClick={() => set({ lr: null })}>The method's own rate</Button>
        </div>
      )}
      <h3>View</h3>
      <Switch label="Boundaries of single draws" value={signals.boundaries} />
    </Settings>
  );
}
