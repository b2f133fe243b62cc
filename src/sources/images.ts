import { ConfigurationError, ShapeError } from '../errors/index.js';
import { LARGEST_IMAGE } from '../formats/index.js';
import type { ImageLayout, Preprocess } from './preprocess.js';
import { resizePlane } from './resize.js';

/** An image as it is stored: element (c, y, x) is `data[offset + c * strides[0] + y * strides[1] + x * strides[2]]`. */
export interface StoredImage {
  readonly data: ArrayLike<number>;
  readonly offset: number;
  readonly strides: readonly [number, number, number];
  /** Channels, height, width. */
  readonly size: ImageSize;
  /** Whether the elements are 0 to 255. */
  readonly bytes: boolean;
}

export type ImageSize = readonly [channels: number, height: number, width: number];

/** ITU-R 601 luma, and Pillow's in steps of 2^-16. */
const LUMA = [0.299, 0.587, 0.114];
const LUMA_BYTES = [19595 / 65536, 38470 / 65536, 7471 / 65536];

/**
 * The size of an image after the preprocessing.
 * @throws ConfigurationError when grey is to be made of other than 1, 3 or 4 channels; ShapeError when the crop is larger than the
 *   image, or the image, resized, than any that is read.
 */
export function sizeAfter(steps: Preprocess, [channels, height, width]: ImageSize, where: string): ImageSize {
  if (steps.grayscale === true && ![1, 3, 4].includes(channels)) {
    throw new ConfigurationError({
      what: 'preprocess: grayscale',
      expected: 'images of 1, 3 or 4 channels',
      got: `${channels}`,
      where,
    });
  }
  const resized = resizedTo(steps.resize, height, width);
  if (steps.resize !== undefined && resized[0] * resized[1] > LARGEST_IMAGE) {
    throw new ShapeError({
      what: 'preprocess: resize',
      expected: `at most ${LARGEST_IMAGE} pixels`,
      got: resized.join(' x '),
      where,
    });
  }
  const cropped =
    typeof steps.crop === 'number' ? ([steps.crop, steps.crop] as const) : (steps.crop ?? resized);
  if (cropped[0] > resized[0] || cropped[1] > resized[1]) {
    throw new ShapeError({
      what: 'preprocess: crop',
      expected: `at most the image's ${resized.join(' x ')}`,
      got: cropped.join(' x '),
      where,
      hint: 'resize to at least the size of the crop',
    });
  }
  return [steps.grayscale === true ? 1 : channels, ...cropped];
}

/** torchvision's: the longer side is cut to an integer. */
function resizedTo(resize: Preprocess['resize'], height: number, width: number): readonly [number, number] {
  if (resize === undefined) return [height, width];
  if (typeof resize !== 'number') return resize;
  if (height <= width) return [resize, Math.trunc((resize * width) / height)];
  return [Math.trunc((resize * height) / width), resize];
}

/**
 * Writes the preprocessed image to `out` from `offset` on, in the layout: grey, resized, cropped, scaled, normalised.
 * `normaliser` has a mean and deviation for each channel.
 */
export function writeImage(
  image: StoredImage,
  steps: Preprocess,
  normaliser: Normaliser,
  layout: ImageLayout,
  out: Float32Array,
  offset: number,
): void {
  const { bytes } = image;
  const [, height, width] = image.size;
  const [channels, newHeight, newWidth] = sizeAfter(steps, image.size, '');
  const resized = resizedTo(steps.resize, height, width);
  const top = roundHalfEven((resized[0] - newHeight) / 2);
  const left = roundHalfEven((resized[1] - newWidth) / 2);
  const pixels = newHeight * newWidth;
  const [channelStep, pixelStep] = layout === 'nchw' ? [pixels, 1] : [1, channels];
  const grey = steps.grayscale === true && image.size[0] > 1;
  const { scale, mean, std } = normaliser;
  for (let channel = 0; channel < channels; channel++) {
    const stored = grey ? lumaOf(image) : planeOf(image, channel);
    const plane = resizePlane(stored, [height, width], resized, { bytes });
    const [m, s] = [mean[mean.length === 1 ? 0 : channel]!, std[std.length === 1 ? 0 : channel]!];
    for (let y = 0; y < newHeight; y++) {
      const row = (y + top) * resized[1] + left;
      const start = offset + channel * channelStep + y * newWidth * pixelStep;
      for (let x = 0; x < newWidth; x++) out[start + x * pixelStep] = (plane[row + x]! * scale - m) / s;
    }
  }
}

/** `(x * scale - mean) / std`: a mean and deviation for all, or one each. */
export interface Normaliser {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** @throws ConfigurationError when there are neither 1 nor `channels` means, or deviations. */
export function normaliserOf(steps: Preprocess, channels: number, of: string): Normaliser {
  const { scale = 1, mean = 0, std = 1 } = steps;
  const list = (name: string, value: number | readonly number[]): readonly number[] => {
    const values = typeof value === 'number' ? [value] : value;
    if (values.length === 1 || values.length === channels) return values;
    throw new ConfigurationError({
      what: `preprocess: ${name}`,
      expected: `1 or ${channels} numbers, the ${of}`,
      got: `${values.length}`,
    });
  };
  return { scale, mean: list('mean', mean), std: list('std', std) };
}

function planeOf({ data, offset, strides, size }: StoredImage, channel: number): Float64Array {
  const [, height, width] = size;
  const plane = new Float64Array(height * width);
  const first = offset + channel * strides[0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) plane[y * width + x] = data[first + y * strides[1] + x * strides[2]]!;
  }
  return plane;
}

function lumaOf(image: StoredImage): Float64Array {
  const planes = [0, 1, 2].map((channel) => planeOf(image, channel));
  const weights = image.bytes ? LUMA_BYTES : LUMA;
  const luma = new Float64Array(planes[0]!.length);
  for (let i = 0; i < luma.length; i++) {
    const sum = planes[0]![i]! * weights[0]! + planes[1]![i]! * weights[1]! + planes[2]![i]! * weights[2]!;
    luma[i] = image.bytes ? Math.floor(sum + 0.5) : sum;
  }
  return luma;
}

/** Python's round, which torchvision's centre crop uses. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
