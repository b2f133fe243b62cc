import type { JSX } from 'preact';
import { Button, FigureFrame, told } from '../ui/index.js';
import type { SavedFigure } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import spriteUrl from './assets/digits.png?url';
import { imageOf, shipped, shownDigit } from './data.js';
import { ranked } from './formulas.js';
import { scoreEntry } from './scores.js';
import { set, signals } from './state.js';
import type { TestDigit } from './tasks.js';

const EACH = 60;
/** Of either in a saved figure. */
const SAVED = 30;
const { columns } = manifest;
const spriteRows = Math.ceil(manifest.digits.length / columns);

/** The most and the least certain test digits by the chosen score. */
export function Gallery(): JSX.Element {
  const { name, title } = scoreEntry(signals.score.value);
  const digits = (shipped.value?.digits ?? []).toSorted(
    (a, b) => b.scores[name] - a.scores[name] || a.index - b.index,
  );
  const uncertain = digits.slice(0, EACH);
  const certain = digits.slice(-EACH).toReversed();
  return (
    <FigureFrame
      wide
      title={`Test digits, by ${title}`}
      lookFor="Look at the least certain: many of them you would hesitate over too. A frame marks an error; a click puts a digit before the network."
      formulas={ranked}
      onSave={digits.length === 0 ? undefined : () => save(uncertain, certain)}
    >
      <div class="gallery">
        <Digits heading="Least certain" digits={uncertain} />
        <Digits heading="Most certain" digits={certain} />
      </div>
    </FigureFrame>
  );
}

function Digits({
  heading,
  digits,
}: {
  readonly heading: string;
  readonly digits: readonly TestDigit[];
}): JSX.Element {
  const { name } = scoreEntry(signals.score.value);
  return (
    <div role="group" aria-label={heading}>
      <h4>{heading}</h4>
      <div class="thumbs">
        {digits.map((digit) => {
          const { index, label, predicted, scores } = digit;
          const wrong = label !== predicted;
          const place = manifest.digits.indexOf(index);
          const words = `test digit ${index}, label ${label}${wrong ? `, predicted ${predicted}` : ''}, ${told(scores[name])}`;
          return (
            <button
              key={index}
              type="button"
              class={wrong ? 'thumb wrong' : 'thumb'}
              aria-label={words}
              title={words}
              aria-pressed={shownDigit.value === index}
              style={{
                backgroundImage: `url(${spriteUrl})`,
                backgroundSize: `${columns * 100}% ${spriteRows * 100}%`,
                backgroundPosition: `${((place % columns) / (columns - 1)) * 100}% ${(Math.floor(place / columns) / Math.max(1, spriteRows - 1)) * 100}%`,
              }}
              onClick={() => choose(index)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** As it is in the test set. */
export function choose(index: number): void {
  set({ digit: index, ink: null, rotate: 0, scale: 1, dx: 0, dy: 0, noise: 0 });
}

/** Buttons for those who do not look through the gallery. */
export function Presets(): JSX.Element | null {
  if (shipped.value === undefined) return null;
  const { digits } = shipped.value;
  const by = (order: (digit: TestDigit) => number, of = digits): number =>
    of.reduce((best, digit) => (order(digit) > order(best) ? digit : best)).index;
  const entropy = ({ scores }: TestDigit): number => scores['mcDropout.entropy'];
  const right = digits.filter(({ label, predicted }) => label === predicted);
  const wrong = digits.filter(({ label, predicted }) => label !== predicted);
  const presets = [
    { title: 'Uncertain and wrong', index: manifest.start },
    { title: 'Uncertain and right', index: by(entropy, right) },
    { title: 'Confident and wrong', index: by((digit) => -digit.scores.mcp, wrong) },
    { title: 'Confident and right', index: by((digit) => -entropy(digit), right) },
  ];
  return (
    <div class="buttons" role="group" aria-label="Presets">
      {presets.map(({ title, index }) => (
        <Button key={title} pressed={shownDigit.value === index} onClick={() => choose(index)}>
          {title}
        </Button>
      ))}
    </div>
  );
}

async function save(uncertain: readonly TestDigit[], certain: readonly TestDigit[]): Promise<SavedFigure> {
  const { digitGridFigure } = await import('credence/figures');
  const { name, title } = scoreEntry(signals.score.value);
  const both = [...uncertain.slice(0, SAVED), ...certain.slice(0, SAVED)];
  const images = new Uint8Array(both.length * 784);
  both.forEach(({ index }, i) => images.set(imageOf(shipped.value!, index), i * 784));
  return digitGridFigure(
    {
      images,
      values: both.map(({ scores }) => scores[name]),
      valueName: title,
      labels: both.map(({ label }) => label),
      predictions: both.map(({ predicted }) => predicted),
      indices: both.map(({ index }) => index),
    },
    {
      document,
      id: 'week3-digits',
      title: `The ${SAVED} least and the ${SAVED} most certain test digits, ${title}`,
    },
  );
}
