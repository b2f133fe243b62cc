import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, FigureFrame, Notice, short } from '../ui/index.js';
import { ClassBars } from './bars.js';
import { csv } from './csv.js';
import { image } from './data.js';
import { DigitImage, signColour } from './digit-image.js';
import { odin as formulas } from './formulas.js';
import type { OdinStep } from './model.js';
import { Fact } from './fact.js';
import { signals } from './state.js';

const BLANK = new Uint8Array(784);

export interface OdinProps {
  readonly step: ReadonlySignal<OdinStep | undefined>;
  readonly error: ReadonlySignal<string | undefined>;
}

/** The perturbation, and what it does. */
export function Odin({ step, error }: OdinProps): JSX.Element {
  const value = step.value;
  const own = image.value ?? BLANK;
  const epsilon = signals.epsilon.value;
  // In greys of the image: epsilon is of the image before it is normalised.
  const moved =
    value === undefined ? own : Float64Array.from(own, (v, i) => v - 255 * epsilon * value.signs[i]!);
  const best = value === undefined ? 0 : value.before.indexOf(Math.max(...value.before));
  const mark = (k: number): string => (k === best ? 'mark-bar' : 'mark-bar-other');
  const highest = Math.min(1, Math.max(0.2, 1.1 * (value?.after[best] ?? 1)));
  return (
    <FigureFrame
      wide
      title="ODIN"
      lookFor={lookFor(epsilon, value)}
      formulas={formulas}
      onSave={
        value === undefined
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-odin',
                title: 'ODIN',
                csv: csv({ pixel: own.map((_, i) => i), image: own, sign: value.signs, perturbed: moved }),
              })
      }
    >
      {error.value === undefined ? null : <Notice kind="error">{error.value}</Notice>}
      <dl class="facts">
        <Fact
          term="largest softmax(f(x)/T)"
          name="odin-before"
          value={value && 1 - value.scoreBefore}
          format={digits}
        />
        <Fact
          term="largest softmax(f(x̃)/T)"
          name="odin-after"
          value={value && 1 - value.score}
          format={digits}
        />
        <Fact term="ODIN score" name="odin-score" value={value?.score} format={digits} />
      </dl>
      <div class="odin-parts">
        <div class="odin">
          <figure>
            <DigitImage values={own} label="The image" />
            <figcaption>x</figcaption>
          </figure>
          <figure>
            <DigitImage
              values={value?.signs ?? BLANK}
              colour={signColour}
              label="The signs of the gradient: blue is minus, yellow is plus, grey is none"
            />
            <figcaption>sign ∇ (yellow +, blue −, grey 0); step ε = {short(epsilon)} of white</figcaption>
          </figure>
          <figure>
            <DigitImage values={moved} label="The perturbed image" />
            <figcaption>x̃</figcaption>
          </figure>
        </div>
        <div class="cells two">
          <ClassBars
            values={value?.before ?? BLANK}
            highest={highest}
            label="softmax(f(x)/T)"
            mark={mark}
            description={`Probabilities at temperature T before the step; the largest, of ${best}, is ${digits(value?.before[best] ?? 0)}.`}
          />
          <ClassBars
            values={value?.after ?? BLANK}
            highest={highest}
            label="softmax(f(x̃)/T)"
            mark={mark}
            description={`Probabilities at temperature T after the step; that of ${best} is ${digits(value?.after[best] ?? 0)}.`}
          />
        </div>
      </div>
    </FigureFrame>
  );
}

function lookFor(epsilon: number, step: OdinStep | undefined): string {
  if (epsilon === 0) return 'Without a step ODIN is one minus the largest softmax at T: let ε grow.';
  return step !== undefined && step.score > step.scoreBefore
    ? 'Look how the largest probability falls: so long a step passes where it would rise. Take a smaller ε.'
    : 'Look how little is changed, and that the largest probability rises all the same: the step is the inverse of an attack.';
}

function digits(value: number): string {
  return value.toFixed(5);
}
