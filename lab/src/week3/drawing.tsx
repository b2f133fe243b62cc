import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Button, capture, FigureFrame, Quantity } from '../ui/index.js';
import { ClassBars } from './bars.js';
import { csv } from './csv.js';
import { image, isUntouched, testDigit } from './data.js';
import { DigitImage } from './digit-image.js';
import { prediction as formulas } from './formulas.js';
import type { Prediction } from './model.js';
import { Pad } from './pad.js';
import { set, signals } from './state.js';

const BLANK = new Uint8Array(784);

/** Where one draws, what the network reads, and what it says. */
export function Drawing({
  prediction,
}: {
  readonly prediction: ReadonlySignal<Prediction | undefined>;
}): JSX.Element {
  const value = prediction.value;
  const digit = testDigit.value;
  const strokes = signals.ink.value;
  return (
    <FigureFrame
      title="Draw a digit, a letter, anything"
      lookFor="Look how sure the network is of what is no digit: a softmax only compares the ten classes with each other."
      formulas={formulas}
      onSave={
        value === undefined
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-prediction',
                title: 'Prediction',
                csv: csv({ class: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], probability: value.probabilities }),
              })
      }
    >
      <div class="drawing">
        <div class="drawing-pad">
          <Pad />
          <div class="buttons">
            <Button onClick={() => set({ ink: [] })} disabled={strokes?.length === 0}>
              Clear
            </Button>
            <Button
              onClick={() => set({ ink: (strokes ?? []).slice(0, -1) })}
              disabled={strokes === null || strokes.length === 0}
            >
              Undo
            </Button>
            <Button onClick={() => set({ ink: null })} disabled={strokes === null}>
              Test digit
            </Button>
          </div>
        </div>
        <div class="drawing-read">
          <DigitImage values={image.value ?? BLANK} label="What the network reads, 28 by 28 pixels" />
          <p class="digit-caption">
            what the network reads
            {digit === undefined ? null : (
              <>
                {' '}
                · test digit {digit.index}
                {isUntouched.value ? '' : ', changed'}, label {digit.label}
              </>
            )}
          </p>
        </div>
      </div>
      <p class="verdict" data-predicted={value?.predicted}>
        {value === undefined ? (
          'Loading the network …'
        ) : (
          <>
            The network says <strong>{value.predicted}</strong>, with probability{' '}
            <strong>
              <Quantity name="confidence-mcp" value={1 - value.mcp} format={stated} />
            </strong>
            . ConfidNet gives that{' '}
            <strong>
              <Quantity name="confidnet" value={value.confidence} format={stated} />
            </strong>
            .
          </>
        )}
      </p>
      <ClassBars
        values={value?.probabilities ?? BLANK}
        highest={1}
        aspect={2.6}
        label="probability"
        mark={(k) => (k === value?.predicted ? 'mark-bar' : 'mark-bar-other')}
        description={describe(value)}
      />
      <ProbabilityTable prediction={value} />
    </FigureFrame>
  );
}

function ProbabilityTable({
  prediction,
}: {
  readonly prediction: Prediction | undefined;
}): JSX.Element | null {
  if (prediction === undefined) return null;
  return (
    <table class="visually-hidden">
      <caption>Probability of each class</caption>
      <tbody>
        {Array.from(prediction.probabilities, (p, k) => (
          <tr key={k}>
            <th scope="row">{k}</th>
            <td>
              <Quantity name={`probability-${k}`} value={p} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function stated(probability: number): string {
  return probability > 0.9999 ? '> 0.9999' : probability.toFixed(4);
}

function describe(prediction: Prediction | undefined): string {
  if (prediction === undefined) return 'Probabilities of the ten classes';
  const order = Array.from(prediction.probabilities.keys()).toSorted(
    (a, b) => prediction.probabilities[b]! - prediction.probabilities[a]!,
  );
  const told = order.slice(0, 3).map((k) => `${k}: ${prediction.probabilities[k]!.toFixed(3)}`);
  return `Bars of the ten probabilities; the largest are ${told.join(', ')}.`;
}
