import type { PngImage } from 'credence/formats';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { FigureFrame, short } from '../ui/index.js';
import type { Assessed } from './model.js';
import { saveSamples } from './save.js';

export type SampleKind = 'suspicious' | 'overconfident';
type Sample = Assessed['findings']['samples']['suspicious'][number];

const LOOK_FOR: Readonly<Record<SampleKind, string>> = {
  suspicious:
    'Are these hard for you as well, or out of place, or mislabelled? The framed ones are misclassified.',
  overconfident: 'Errors that no threshold on this score would catch. A wrong label looks the same.',
};

/** The examples that tell the most. */
export function Samples({
  assessed,
  kind,
}: {
  readonly assessed: Assessed;
  readonly kind: SampleKind;
}): JSX.Element | null {
  const { findings, pictures, classNames } = assessed;
  const list = findings.samples[kind];
  const score = findings.scores.find(({ name }) => name === findings.recommendation.score);
  if (list.length === 0 || score === undefined) return null;
  const title =
    kind === 'suspicious'
      ? `The most suspicious, by ${score.title}`
      : `Errors that ${score.title} finds least suspicious`;
  const nameOf = (label: number): string => classNames?.[label] ?? `${label}`;
  const shown = pictures?.[kind];
  if (shown === undefined) return <SampleTable title={title} list={list} nameOf={nameOf} unit={score.unit} />;
  return (
    <FigureFrame
      title={title}
      lookFor={LOOK_FOR[kind]}
      onSave={() => saveSamples(assessed, kind, title, shown)}
    >
      <ol class="samples">
        {list.map(({ index, label, prediction, score: value }, i) => (
          <li key={index} class={label === prediction ? 'sample' : 'sample wrong'}>
            <Picture image={shown[i]!} />
            <span>{short(value)}</span>
            <span class="note">{toldClass(label, prediction, nameOf)}</span>
            <span class="visually-hidden">example {index}</span>
          </li>
        ))}
      </ol>
    </FigureFrame>
  );
}

function toldClass(label: number, prediction: number, nameOf: (label: number) => string): string {
  return label === prediction ? nameOf(label) : `${nameOf(label)} taken for ${nameOf(prediction)}`;
}

function Picture({ image: { width, height, data } }: { readonly image: PngImage }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    const pixels = new ImageData(width, height);
    if (data.length === pixels.data.length) pixels.data.set(data);
    else {
      for (let p = 0; p < width * height; p++) pixels.data.set([data[p]!, data[p]!, data[p]!, 255], 4 * p);
    }
    context.putImageData(pixels, 0, 0);
  }, [data, width, height]);
  return <canvas ref={canvas} width={width} height={height} class="sample-picture" aria-hidden="true" />;
}

function SampleTable({
  title,
  list,
  nameOf,
  unit,
}: {
  readonly title: string;
  readonly list: readonly Sample[];
  readonly nameOf: (label: number) => string;
  readonly unit: string;
}): JSX.Element {
  return (
    <div class="table half">
      <table class="numbers">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Example</th>
            <th scope="col">Label</th>
            <th scope="col">Prediction</th>
            <th scope="col">Score ({unit})</th>
          </tr>
        </thead>
        <tbody>
          {list.map(({ index, label, prediction, score }) => (
            <tr key={index}>
              <th scope="row">{index}</th>
              <td>{nameOf(label)}</td>
              <td>{nameOf(prediction)}</td>
              <td>{short(score, 4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
