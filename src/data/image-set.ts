import { DataError } from '../errors/index.js';
import type { Tensor } from '../tensor/index.js';

/** Images and their classes. */
export interface Split {
  /** (N, 28, 28), 0 is the background. */
  readonly images: Tensor<'uint8'>;
  /** (N), indices of the set's `classes`. */
  readonly labels: Tensor<'uint8'>;
}

/** A data set of grey images of 28 x 28. */
export interface ImageSet {
  /** 'mnist'. */
  readonly name: string;
  /** 'MNIST'. */
  readonly title: string;
  /** What label 0, 1, ... stands for. */
  readonly classes: readonly string[];
  readonly train?: Split;
  readonly test: Split;
  /** Where the bytes came from, in one line. */
  readonly source: string;
  /** The SHA-256 of each file's content, not compressed. */
  readonly sha256: Readonly<Record<string, string>>;
}

const SIDE = 28;

/**
 * The split of these images and labels. `where` names them in errors.
 * @throws DataError when the images are not bytes of (N, 28, 28) with N > 0, the labels not as many bytes, or one of
 * them not below `classes`.
 */
export function imageSplit(
  images: Tensor,
  labels: Tensor,
  { classes, where }: { classes: number; where: string },
): Split {
  const [count, height, width] = images.shape;
  if (!isBytes(images) || images.shape.length !== 3 || height !== SIDE || width !== SIDE) {
    throw new DataError({
      what: 'images',
      expected: 'uint8 of shape (N, 28, 28)',
      got: describe(images),
      where,
    });
  }
  if (count === 0) throw new DataError({ what: 'images', expected: 'at least one', got: 'none', where });
  if (!isBytes(labels) || labels.shape.length !== 1) {
    throw new DataError({ what: 'labels', expected: 'uint8 of shape (N)', got: describe(labels), where });
  }
  if (labels.shape[0] !== count) {
    const hint = 'images and labels are not of the same split, or one file is damaged';
    throw new DataError({
      what: 'labels',
      expected: `${count}, one an image`,
      got: `${labels.shape[0]}`,
      where,
      hint,
    });
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new DataError({
      what: `label ${wrong}`,
      expected: `a class of 0 to ${classes - 1}`,
      got: `${labels.data[wrong]}`,
      where,
    });
  }
  return { images, labels };
}

function isBytes(value: Tensor): value is Tensor<'uint8'> {
  return value.dtype === 'uint8';
}

function describe({ dtype, shape }: Tensor): string {
  return `${dtype} of shape (${shape.join(', ')})`;
}
