import { ConfigurationError, DataError, ShapeError } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { fitShape, fitsShape } from './fit-shape.js';
import { normaliserOf, sizeAfter, writeImage } from './images.js';
import type { ImageSize, StoredImage } from './images.js';
import type { ImageLayout, Preprocess } from './preprocess.js';

/** What turns stored examples (n, ...) into the inputs of a model. */
export interface Preparation {
  /** Of one example. */
  readonly shape: readonly number[];
  /** `first`: the number of the batch's first example, for messages. @throws DataError on NaN or infinity. */
  run(stored: Tensor, first: number): Tensor<'float32'>;
}

export interface PreparationOptions {
  readonly preprocess: Preprocess;
  readonly target: readonly (number | string)[] | undefined;
  readonly where: string;
  /** What element i of an example is called in messages: a column of a table. */
  readonly elementName?: (i: number) => string;
}

/**
 * The preparation of arrays whose examples have this shape and type.
 * @throws ConfigurationError, ShapeError when the preprocessing, the examples and the shape asked for do not go together.
 */
export function prepareExamples(
  example: readonly number[],
  dtype: DType,
  { preprocess, target, where, elementName }: PreparationOptions,
): Preparation {
  if (example.length === 0 || example.includes(0)) {
    throw new DataError({
      what: 'inputs',
      expected: 'an array (N, ...) with at least one element an example',
      got: `examples of shape (${example.join(', ')})`,
      where,
    });
  }
  const image = asImages(example, preprocess, target, where);
  const own = image?.shape ?? example;
  const shape = target === undefined ? own : fitShape(own, target, where);
  const count = elementCount(example);
  const outCount = elementCount(own);
  const normaliser = normaliserOf(preprocess, image?.channels ?? count, image ? 'channels' : 'features');
  const write = (data: ArrayLike<number>, rows: number, out: Float32Array): void => {
    if (image !== undefined) {
      const { size, strides, layout } = image;
      for (let row = 0; row < rows; row++) {
        const stored: StoredImage = { data, offset: row * count, strides, size, bytes: dtype === 'uint8' };
        writeImage(stored, preprocess, normaliser, layout, out, row * outCount);
      }
      return;
    }
    const { scale, mean, std } = normaliser;
    for (let i = 0; i < out.length; i++) {
      const feature = i % count;
      const [m, s] = [mean[mean.length === 1 ? 0 : feature]!, std[std.length === 1 ? 0 : feature]!];
      out[i] = (data[i]! * scale - m) / s;
    }
  };
  return {
    shape,
    run: (stored, first) => {
      const rows = stored.shape[0] ?? 0;
      const out = new Float32Array(rows * outCount);
      write(numbersOf(stored), rows, out);
      checkFinite(out, { first, count: outCount, where, elementName: image ? undefined : elementName });
      return tensor('float32', [rows, ...shape], out);
    },
  };
}

interface ImageView {
  readonly size: ImageSize;
  readonly strides: readonly [number, number, number];
  readonly layout: ImageLayout;
  readonly channels: number;
  readonly shape: readonly number[];
}

/** How examples are read as images; undefined where nothing asks for that. */
function asImages(
  example: readonly number[],
  steps: Preprocess,
  target: readonly (number | string)[] | undefined,
  where: string,
): ImageView | undefined {
  const { grayscale, resize, crop, layout, storedLayout } = steps;
  const asked = [grayscale, resize, crop, layout, storedLayout].some(
    (step) => step !== undefined && step !== false,
  );
  if (example.length !== 2 && example.length !== 3) {
    if (!asked) return undefined;
    throw new ConfigurationError({
      what: 'preprocess',
      expected: 'images (N, H, W), (N, C, H, W) or (N, H, W, C) for grayscale, resize, crop and layout',
      got: `examples of shape (${example.join(', ')})`,
      where,
    });
  }
  const perChannel = Math.max(lengthOf(steps.mean), lengthOf(steps.std)) > 1;
  const differs = example.length === 3 && target?.length === 3 && !fitsShape(example, target);
  if (!asked && !perChannel && !differs) return undefined;
  if (example.length === 2) {
    const [height, width] = example as [number, number];
    const after = sizeAfter(steps, [1, height, width], where);
    const shape = layout === undefined ? after.slice(1) : layout === 'nchw' ? after : [after[1], after[2], 1];
    const strides = [0, width, 1] as const;
    return { size: [1, height, width], strides, layout: layout ?? 'nchw', channels: 1, shape };
  }
  const stored = storedLayout ?? guessLayout(example, where);
  const [a, b, c] = example as [number, number, number];
  const size: ImageSize = stored === 'nchw' ? [a, b, c] : [c, a, b];
  const strides = stored === 'nchw' ? ([b * c, c, 1] as const) : ([1, b * c, c] as const);
  const after = sizeAfter(steps, size, where);
  const result = layout ?? layoutOf(target, after[0]) ?? stored;
  const shape = result === 'nchw' ? after : [after[1], after[2], after[0]];
  return { size, strides, layout: result, channels: after[0], shape };
}

/** Where a shape of three axes has the channels, if only one of its ends has that size. */
export function layoutOf(
  target: readonly (number | string)[] | undefined,
  channels: number,
): ImageLayout | undefined {
  if (target?.length !== 3 || target[0] === target[2]) return undefined;
  if (target[0] === channels) return 'nchw';
  return target[2] === channels ? 'nhwc' : undefined;
}

function guessLayout(example: readonly number[], where: string): ImageLayout {
  const [first, last] = [example[0]!, example[2]!].map((size) => [1, 3, 4].includes(size));
  if (first !== last) return first ? 'nchw' : 'nhwc';
  throw new ConfigurationError({
    what: 'preprocess: storedLayout',
    expected: "'nchw' or 'nhwc', since the shape does not tell which axis has the channels",
    got: `examples of shape (${example.join(', ')})`,
    where,
  });
}

function lengthOf(value: number | readonly number[] | undefined): number {
  return Array.isArray(value) ? value.length : 1;
}

/** The elements as numbers: 64-bit integers are rounded to float64, float16 is decoded. */
export function numbersOf(value: Tensor): ArrayLike<number> {
  if (value.dtype === 'int64' || value.dtype === 'uint64') {
    return Float64Array.from((value as Tensor<'int64' | 'uint64'>).data, Number);
  }
  const { data } = value as Tensor<Exclude<DType, 'int64' | 'uint64'>>;
  if (value.dtype !== 'float16') return data;
  return Float32Array.from(data, float16);
}

/** The number that the bits of an IEEE 754 half stand for. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @throws DataError naming the first example and element that is NaN or infinite. */
export function checkFinite(
  data: Float32Array,
  {
    first,
    count,
    where,
    elementName,
  }: { first: number; count: number; where: string; elementName?: ((i: number) => string) | undefined },
): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const element = i % count;
    throw new DataError({
      what: `inputs: example ${first + Math.floor(i / count)}`,
      expected: 'finite numbers within the range of float32',
      got: `${data[i]}`,
      where: `${where}, ${elementName?.(element) ?? `element ${element} of the example`}`,
      hint: 'fill in missing values, or leave such examples out',
    });
  }
}

/** @throws ShapeError, for sources whose examples turn out to differ. */
export function checkSameShape(expected: readonly number[], got: readonly number[], where: string): void {
  if (expected.length === got.length && expected.every((size, axis) => size === got[axis])) return;
  throw new ShapeError({
    what: 'image',
    expected: `the size of the first, (${expected.join(', ')})`,
    got: `(${got.join(', ')})`,
    where,
    hint: 'bring them to one size: preprocess with resize: [height, width]',
  });
}
