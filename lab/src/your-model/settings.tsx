import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { ComputedWith, useTask } from '../compute/index.js';
import { ASSESSMENT } from './model.js';
import { SeedSlider, Select, Settings, Slider, Switch } from '../ui/index.js';
import { hasFiles } from './running.js';
import { choices, files, signals } from './state.js';
import { TextField } from './text-field.js';
import { percent } from './words.js';

/** The risk asked for, how files are read, and choices by hand. */
export function YourModelSettings(): JSX.Element {
  return (
    <Settings>
      <h3>Asked for</h3>
      <Slider
        label="Risk"
        hint="Errors among the accepted, at most."
        value={signals.risk}
        min={0.001}
        max={0.5}
        step={0.01}
        log
        format={percent}
      />
      <Slider
        label="Confidence"
        hint="Of that promise."
        value={signals.confidence}
        min={0.5}
        max={0.999}
        step={0.001}
        format={percent}
      />
      <SeedSlider value={signals.seed} />
      <Switch
        label="ConfidNet too"
        value={signals.confidnet}
        hint="A score that trains a network of its own: off at first, since it takes minutes in a page."
      />
      {hasFiles.value ? (
        <>
          <ComputedWith workloads={{ [ASSESSMENT]: 'The network' }} />
          <OfFiles />
        </>
      ) : null}
    </Settings>
  );
}

/** The example needs none of it. */
function OfFiles(): JSX.Element {
  return (
    <>
      <details class="more">
        <summary>How data are read</summary>
        <Switch label="Grayscale" value={signals.grayscale} />
        <div class="pair">
          <TextField label="Resize" value={signals.resize} placeholder="none" />
          <TextField label="Crop" value={signals.crop} placeholder="none" />
        </div>
        <p class="hint">
          Pixels: height, width. One number: to resize, the shorter side; to crop, a square around the middle.
        </p>
        <TextField label="Scale" value={signals.scale} placeholder="1" />
        <div class="pair">
          <TextField label="Mean" value={signals.mean} placeholder="0" />
          <TextField label="Deviation" value={signals.std} placeholder="1" />
        </div>
        <p class="hint">
          The model gets (x · scale − mean) / deviation; one number each, or one for each channel or feature.
          Scale 1/255 for bytes.
        </p>
        <Select
          label="Layout for the model"
          value={signals.layout}
          options={[
            { value: 'stored', label: 'as the model asks' },
            { value: 'nchw', label: 'channels first' },
            { value: 'nhwc', label: 'channels last' },
          ]}
        />
        <Select
          label="Layout in the files"
          value={signals.storedLayout}
          options={[
            { value: 'seen', label: 'seen from the shape' },
            { value: 'nchw', label: 'channels first' },
            { value: 'nhwc', label: 'channels last' },
          ]}
        />
        <TextField
          label="Inputs"
          value={signals.inputs}
          placeholder="as found"
          hint="The array of a .npz, or the columns of a table."
        />
        <TextField
          label="Labels"
          value={signals.labels}
          placeholder="as found"
          hint="The array, the column, or the file beside the inputs."
        />
      </details>
      <ByHand />
    </>
  );
}

const dropoutRate = computed(() => signals.dropout.value);

function ByHand(): JSX.Element {
  // Without choices that may be wrong: what can be chosen should still be offered.
  const found = useTask('your-model', 'inspect', () =>
    files.model.value === undefined
      ? undefined
      : {
          model: files.model.value,
          choices: {
            ...choices(),
            input: '',
            logits: '',
            probabilities: '',
            features: '',
            dropout: 0,
            classes: '',
          },
        },
  );
  const { inputs = [], values = [] } = found.result.value ?? {};
  return (
    <details class="more">
      <summary>The model, by hand</summary>
      <TextField label="Input" value={signals.input} placeholder="as found" suggestions={inputs} />
      <TextField label="Logits" value={signals.logits} placeholder="as found" suggestions={values} />
      <TextField
        label="or probabilities"
        value={signals.probabilities}
        placeholder="as found"
        suggestions={values}
      />
      <TextField label="Features" value={signals.features} placeholder="as found" suggestions={values} />
      <Select
        label="Logits become probabilities by"
        value={signals.link}
        options={[
          { value: 'found', label: 'what is found' },
          { value: 'softmax', label: 'softmax' },
          { value: 'sigmoid', label: 'sigmoid' },
        ]}
      />
      <TextField label="Classes" value={signals.classes} placeholder="cat,dog,..." />
      <Slider
        label="Dropout to insert"
        value={dropoutRate}
        min={0}
        max={0.9}
        step={0.05}
        format={(rate) => (rate === 0 ? 'none' : `${rate}`)}
        onChange={(rate) => (signals.dropout.value = rate)}
        hint="In front of the last layer, for the scores that need one."
      />
    </details>
  );
}
