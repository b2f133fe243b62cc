import { useComputed, useSignalEffect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useTask } from '../compute/index.js';
import { announce, Button, Notice } from '../ui/index.js';
import { image, isStandardOdin, judged, shipped, turned } from './data.js';
import { Drawing } from './drawing.js';
import { Gallery, Presets } from './gallery.js';
import type { Prediction, ScoreValues } from './model.js';
import { Odin } from './odin.js';
import { Passes } from './passes.js';
import { Place } from './place.js';
import { PrecisionRecall } from './precision-recall.js';
import { Provenance } from './provenance.js';
import { Rotation } from './rotation.js';
import { Week3Settings } from './settings.js';
import { reset, signals } from './state.js';
import { Threshold } from './threshold.js';
import { Train } from './train.js';
// oxlint-disable-next-line import/no-unassigned-import -- the build takes a style sheet so
import './week3.css';

/** Passes at each angle: a curve of 73 needs fewer than a histogram. */
const SWEEP_PASSES = 50;
/** What is said waits until the image stands still. */
const QUIET_MS = 800;

export function Panel(): JSX.Element {
  const digits = useTask('week3', 'digits', () => null);
  useSignalEffect(() => {
    if (digits.result.value !== undefined) shipped.value = digits.result.value;
  });
  const prediction = useTask('week3', 'predict', () =>
    image.value === undefined
      ? undefined
      : { image: image.value, passes: signals.passes.value, seed: signals.seed.value },
  );
  const odin = useTask('week3', 'odin', () =>
    image.value === undefined
      ? undefined
      : { image: image.value, temperature: signals.temperature.value, epsilon: signals.epsilon.value },
  );
  const values = useComputed<ScoreValues | undefined>(() => {
    const predicted = prediction.result.value;
    if (predicted === undefined) return undefined;
    const { dropout } = predicted;
    return {
      mcp: predicted.mcp,
      'mcDropout.entropy': dropout.entropy,
      'mcDropout.mutualInformation': dropout.mutualInformation,
      'mcDropout.variationRatio': dropout.variationRatio,
      confidnet: predicted.suspicion,
      ...(odin.result.value !== undefined && isStandardOdin.value && { odin: odin.result.value.score }),
    };
  });
  const ranks = useTask('week3', 'rank', () => values.value);
  const distribution = useTask('week3', 'distribution', () => signals.score.value);
  const sweep = useTask(
    'week3',
    'sweep',
    () => turned.value && { images: turned.value, passes: SWEEP_PASSES, seed: signals.seed.value },
    { cancel: true },
  );
  const curves = useTask('week3', 'curves', () => signals.task.value);
  const threshold = useTask('week3', 'threshold', () => ({
    task: signals.task.value,
    score: judged.value,
    flagged: signals.flagged.value,
  }));
  useSpoken(prediction.result);
  const error = [digits, prediction, ranks, distribution, sweep, curves, threshold]
    .map(({ error }) => error.value)
    .find((message) => message !== undefined);
  return (
    <>
      <div class="panel-intro">
        <h2>Week 3 · Failures and strangers</h2>
        <p>
          A network that reads digits, and six scores of how far it can be trusted. Draw, or choose a test
          digit; turn it, scale it, move it, add noise.
        </p>
      </div>
      <div class="toolbar">
        <Presets />
        <div class="buttons">
          <Button onClick={reset}>Reset all</Button>
        </div>
      </div>
      {error === undefined ? null : <Notice kind="error">{error}</Notice>}
      <div class="workbench week3">
        <Week3Settings />
        <div class="figures">
          <Drawing prediction={prediction.result} />
          <Place distribution={distribution.result} values={values} ranks={ranks.result} />
          <Passes prediction={prediction.result} />
          <Rotation sweep={sweep.result} />
          <Odin step={odin.result} error={odin.error} />
          <Threshold result={threshold.result} curves={curves.result} />
          <PrecisionRecall result={threshold.result} curves={curves.result} />
          <Gallery />
          <Train shipped={prediction.result} />
          <Provenance />
        </div>
      </div>
    </>
  );
}

/** The verdict for those who listen. */
function useSpoken(prediction: ReadonlySignal<Prediction | undefined>): void {
  useSignalEffect(() => {
    const value = prediction.value;
    if (value === undefined) return undefined;
    const words = `The network says ${value.predicted}, probability ${(1 - value.mcp).toFixed(2)}, entropy ${value.dropout.entropy.toFixed(2)} nats`;
    const timer = setTimeout(() => announce(words), QUIET_MS);
    return () => clearTimeout(timer);
  });
}
