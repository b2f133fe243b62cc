import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { SIDE } from './image.js';

type Colour = (value: number) => readonly [number, number, number];

export interface DigitImageProps {
  /** (784,). */
  readonly values: ArrayLike<number>;
  /** In words. */
  readonly label: string;
  /** From a value to a colour; bytes to greys unless given. */
  readonly colour?: Colour;
}

/** An image of 28 x 28 whose pixels are seen, in the form of a chart, so that it is saved with its figure. */
export function DigitImage({ values, label, colour = grey }: DigitImageProps): JSX.Element {
  const href = useMemo(() => dataUrl(values, colour), [values, colour]);
  return (
    <div class="digit-cell">
      <div class="chart digit-image">
        <svg role="img" aria-label={label} width="100%" height="100%">
          <image href={href} width="100%" height="100%" image-rendering="pixelated" />
        </svg>
      </div>
    </div>
  );
}

/** -1, 0 and 1 as blue, grey and yellow: on either theme's paper none of them is taken for a hole. */
export function signColour(value: number): readonly [number, number, number] {
  return value < 0 ? [95, 176, 234] : value > 0 ? [242, 187, 74] : [122, 130, 140];
}

function grey(value: number): readonly [number, number, number] {
  return [value, value, value];
}

let canvas: HTMLCanvasElement | undefined;

export function dataUrl(values: ArrayLike<number>, colour: Colour = grey): string {
  canvas ??= Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) pixels.data.set([...colour(values[i] ?? 0), 255], 4 * i);
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
