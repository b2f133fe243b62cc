import { expect, test } from 'vitest';
import { DataError } from '#credence/errors/index';
import { imageSplit } from '#credence/data/index';
import { tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const IMAGES = zeros('uint8', [3, 28, 28]);
const LABELS = tensor('uint8', [3], Uint8Array.of(0, 9, 5));

test('imageSplit takes images and as many labels below the number of classes', () => {
  expect(imageSplit(IMAGES, LABELS, { classes: 10, where: 'x' })).toEqual({ images: IMAGES, labels: LABELS });
});

const refused: readonly (readonly [string, Tensor, Tensor, RegExp])[] = [
  [
    'images of another size',
    zeros('uint8', [3, 27, 28]),
    LABELS,
    /uint8 of shape \(N, 28, 28\), got uint8 of shape \(3, 27, 28\)/,
  ],
  [
    'images of another type',
    zeros('float32', [3, 28, 28]),
    LABELS,
    /got float32 of shape \(3, 28, 28\) \(x\)/,
  ],
  ['labels in place of images', LABELS, LABELS, /got uint8 of shape \(3\)/],
  ['no images', zeros('uint8', [0, 28, 28]), zeros('uint8', [0]), /images: expected at least one, got none/],
  ['images in place of labels', IMAGES, IMAGES, /labels: expected uint8 of shape \(N\)/],
  ['a label too few', IMAGES, zeros('uint8', [2]), /labels: expected 3, one an image, got 2 \(x\)/],
  [
    'a label out of range',
    IMAGES,
    tensor('uint8', [3], Uint8Array.of(0, 10, 5)),
    /label 1: expected a class of 0 to 9, got 10/,
  ],
];
test.each(refused)('imageSplit refuses %s', (_, images, labels, message) => {
  expect(() => imageSplit(images, labels, { classes: 10, where: 'x' })).toThrow(DataError);
  expect(() => imageSplit(images, labels, { classes: 10, where: 'x' })).toThrow(message);
});
