import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { Button, SeedSlider, Select, Settings, short, Slider, Switch } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { isDrawn, shipped } from './data.js';
import { choose } from './gallery.js';
import { SCORES } from './scores.js';
import { MOST_PASSES, set, signals } from './state.js';

const index = computed(() => `${signals.digit.value}`);

/** What is put before the network, and how it is asked. */
export function Week3Settings(): JSX.Element {
  const digits = shipped.value?.digits ?? [];
  return (
    <Settings>
      <h3>Image</h3>
      <Select
        label="Test digit"
        value={index}
        options={
          digits.length === 0
            ? [{ value: index.value, label: index.value }]
            : digits.map((digit) => ({
                value: `${digit.index}`,
                label: `${digit.index}: ${digit.label}${digit.predicted === digit.label ? '' : `, taken for ${digit.predicted}`}`,
              }))
        }
        onChange={(chosen) => choose(Number(chosen))}
      />
      <Switch
        label="Centre a drawing as MNIST is"
        value={signals.centre}
        disabled={!isDrawn.value}
        hint="Its box is scaled to 20 × 20 pixels and its centre of mass moved to the middle of 28 × 28. Without it the network sees what it was never shown."
      />
      <Slider label="Rotate" value={signals.rotate} min={0} max={360} step={1} format={(v) => `${v}°`} />
      <Slider
        label="Scale"
        value={signals.scale}
        min={0.4}
        max={1.6}
        step={0.05}
        format={(v) => `${short(v)}×`}
      />
      <Slider label="Move right" value={signals.dx} min={-10} max={10} step={0.5} format={pixels} />
      <Slider label="Move down" value={signals.dy} min={-10} max={10} step={0.5} format={pixels} />
      <Slider label="Noise" value={signals.noise} min={0} max={1} step={0.02} format={short} />
      <div class="buttons">
        <Button onClick={() => set({ rotate: 0, scale: 1, dx: 0, dy: 0, noise: 0 })}>As it was</Button>
      </div>
      <h3>Uncertainty</h3>
      <Select
        label="Score"
        value={signals.score}
        options={SCORES.map(({ name, title }) => ({ value: name, label: title }))}
        hint="Of the distribution, the digits and the threshold below"
      />
      <Slider label="MC-dropout passes" value={signals.passes} min={10} max={MOST_PASSES} step={10} />
      <SeedSlider value={signals.seed} />
      <h3>ODIN</h3>
      <Slider
        label="Temperature T"
        value={signals.temperature}
        min={1}
        max={100}
        step={0.02}
        log
        format={(v) => short(v)}
      />
      <Slider
        label="Step ε"
        value={signals.epsilon}
        min={0}
        max={0.05}
        step={0.0002}
        format={(v) => short(v)}
      />
      <div class="buttons">
        <Button
          onClick={() =>
            set({ temperature: manifest.settings.odin.temperature, epsilon: manifest.settings.odin.epsilon })
          }
        >
          T = {manifest.settings.odin.temperature}, ε = {manifest.settings.odin.epsilon}
        </Button>
      </div>
    </Settings>
  );
}

function pixels(value: number): string {
  return `${short(value)} px`;
}
