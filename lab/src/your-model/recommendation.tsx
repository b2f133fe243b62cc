import type { JSX } from 'preact';
import { Button, Formula } from '../ui/index.js';
import { PROMISE } from './formulas.js';
import { keep } from './keep.js';
import type { Assessed } from './model.js';
import { kept, percent } from './words.js';

/** What to do, in a sentence, what it costs, and the files to keep. */
export function Recommended({ assessed }: { readonly assessed: Assessed }): JSX.Element {
  const { findings, model } = assessed;
  const { recommendation, oodAccepted, notes } = findings;
  const outside = Object.entries(oodAccepted);
  const stem = model.replace(/\.onnx$/i, '');
  return (
    <section class="recommended" aria-labelledby="your-model-recommendation">
      <h3 id="your-model-recommendation">What to do</h3>
      <p class="hint">
        {assessed.isExample
          ? `The example: four noisy shapes, 12 × 12 pixels, told apart by a small network that was just trained in this page; rings and stripes are from elsewhere. ${told(assessed.seconds)}.`
          : `${model}, assessed in ${told(assessed.seconds)}.`}
      </p>
      <p class="recommendation">{kept(recommendation.sentence)}</p>
      <OnTest assessed={assessed} />
      {outside.length === 0 ? null : (
        <p>
          Of inputs from elsewhere that threshold accepts{' '}
          {outside.map(([name, share]) => `${percent(share)} of ${name}`).join(', ')}: the promise is not
          about them.
        </p>
      )}
      {notes.map((note) => (
        <p key={note} class="hint">
          {note}
        </p>
      ))}
      {recommendation.threshold === null ? null : (
        <div class="formulas">
          <Formula {...PROMISE} />
        </div>
      )}
      <div class="buttons" role="group" aria-label="Files to keep">
        <Button
          primary
          onClick={() =>
            keep(Uint8Array.from(assessed.trust), `${stem}.trust.onnx`, 'application/octet-stream')
          }
        >
          Save the model with its scores (.onnx)
        </Button>
        <Button onClick={() => keep(assessed.results, 'results.json', 'application/json')}>
          Save results.json
        </Button>
      </div>
    </section>
  );
}

function told(seconds: number): string {
  return `${Number(seconds.toPrecision(2))}\u00A0s`;
}

/** What the threshold does on data that had no part in it. */
function OnTest({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element | null {
  const { examples, scores, recommendation } = findings;
  const selected = scores.find(({ name }) => name === recommendation.score)?.selected;
  if (examples.measuredOn !== 'test' || selected?.risk === undefined || selected.risk === null) return null;
  return (
    <p>
      On the test set, which had no part in the choice, it abstains on{' '}
      <strong data-quantity="abstained">{percent(1 - selected.coverage)}</strong> of the inputs, and{' '}
      <strong data-quantity="risk">{percent(selected.risk)}</strong> of the others are wrong; without it,{' '}
      {percent(1 - findings.classifier.accuracy)} are.
    </p>
  );
}
