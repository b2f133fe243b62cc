import type { PngImage } from 'credence/formats';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { FigureFrame, short } from '../ui/index.js';
import { DataTable } from './data-table.js';
import type { Assessed } from './model.js';
import { saveSamples } from './save.js';

type SampleKind = keyof Assessed['findings']['samples'];
type Sample = Assessed['findings']['samples']['suspicious'][number];

const LOOK_FOR: Readonly<Record<SampleKind, string>> = {
  suspicious:
    'Are these hard for you as well, or out of place, or mislabelled? The framed ones are misclassified.',
  overconfident: 'The errors that a threshold on this score catches last. A wrong label looks the same.',
};

/** The examples that tell the most. */
export function Samples({
  assessed,
  kind,
}: {
  readonly assessed: Assessed;
  readonly kind: SampleKind;
}): JSX.Element | null {
  const { findings, drawings, classNames } = assessed;
  const list = findings.samples[kind];
  const score = findings.scores.find(({ name }) => name === findings.recommendation.score);
  if (list.length === 0 || score === undefined) return null;
  const nameOf = (label: number): string => classNames?.[label] ?? `${label}`;
  const drawing = drawings[kind];
  if (drawing === undefined) {
    const which = kind === 'suspicious' ? 'The most suspicious examples' : 'The least suspicious errors';
    return (
      <SampleTable caption={`${which}, by ${score.title}`} list={list} nameOf={nameOf} unit={score.unit} />
    );
  }
  const { images, notes, wrong } = drawing.data;
  return (
    <FigureFrame title={drawing.title} lookFor={LOOK_FOR[kind]} onSave={() => saveSamples(drawing)}>
      <ol class="samples">
        {list.map(({ index, score: value }, i) => (
          <li key={index} class={wrong[i]! ? 'sample wrong' : 'sample'}>
            <Picture image={images[i]!} />
            <span>{short(value)}</span>
            <span class="note">{notes[i]}</span>
            <span class="visually-hidden">example {index}</span>
          </li>
        ))}
      </ol>
    </FigureFrame>
  );
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
  caption,
  list,
  nameOf,
  unit,
}: {
  readonly caption: string;
  readonly list: readonly Sample[];
  readonly nameOf: (label: number) => string;
  readonly unit: string;
}): JSX.Element {
  return (
    <DataTable
      width="narrow"
      caption={caption}
      hint="Examples count from 0."
      headings={['Example', 'Label', 'Prediction', `Score (${unit})`]}
    >
      {list.map(({ index, label, prediction, score }) => (
        <tr key={index}>
          <th scope="row">{index}</th>
          <td>{nameOf(label)}</td>
          <td>{nameOf(prediction)}</td>
          <td>{short(score, 4)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
