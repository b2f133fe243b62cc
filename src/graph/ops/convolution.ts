import { ShapeError } from '../../errors/index.js';
import { conv, convTranspose } from '../functions/network.js';
import { reduceSum, reshape, slice, transpose } from '../functions/shaping.js';
import { intAttribute, intsAttribute, required } from '../operation.js';
import type { InferenceCall, Operation } from '../operation.js';
import { staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Dim, TensorType, Value } from '../types.js';
import { checkTypes, differ } from './inference.js';
import { buildArray, indices, offsetOf } from './reference-arrays.js';
import { extentOf, inferPositions, pixelOf, windowOf, windowPositions } from './windows.js';
import type { Window } from './windows.js';

/** Conv: cross-correlation along any number of spatial axes, with groups, strides, padding and dilation. */
export const convOperation: Operation = {
  op: 'Conv',
  infer: (call) => {
    const [x, weight] = [required(call.inputs, 0), required(call.inputs, 1)];
    const group = intAttribute(call.attributes, 'group', 1);
    checkImages('Conv', call);
    const [channels, perGroup, maps] = [x.shape[1]!, weight.shape[1]!, weight.shape[0]!];
    if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) {
      throw new ShapeError({
        what: 'Conv: channels',
        expected: `${perGroup} x ${group} groups`,
        got: `${channels} (image ${formatShape(x.shape)}, kernels ${formatShape(weight.shape)})`,
      });
    }
    if (typeof maps === 'number' && maps % group !== 0) {
      throw new ShapeError({
        what: 'Conv: kernels',
        expected: `a multiple of ${group} groups`,
        got: `${maps}`,
      });
    }
    checkBias('Conv', call.inputs[2], maps);
    const positions = inferPositions(call.attributes, kernelOf(call), x.shape.slice(2), call.fresh);
    return [{ dtype: x.dtype, shape: [x.shape[0]!, maps, ...positions] }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const group = intAttribute(attributes, 'group', 1);
    const [maps, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
    const spatial = x.shape.slice(2);
    const window = windowOf(attributes, kernel, spatial);
    const positions = windowPositions(window, spatial, String).map(Number);
    const result = buildArray(x.dtype, [x.shape[0]!, maps, ...positions], ([n, map, ...position]) => {
      let total = bias?.data[map!] ?? 0;
      const first = Math.floor(map! / (maps / group)) * perGroup;
      for (const [channel, ...tap] of indices([perGroup, ...kernel])) {
        const pixel = pixelOf(window, position, tap);
        if (pixel.some((i, axis) => i < 0 || i >= spatial[axis]!)) continue;
        const value = x.data[offsetOf(x.shape, [n!, first + channel!, ...pixel])]!;
        total += value * weight.data[offsetOf(weight.shape, [map!, channel!, ...tap])]!;
      }
      return total;
    });
    return [result];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const adjoint = adjoints[0]!;
    const group = intAttribute(attributes, 'group', 1);
    const window = windowOf(attributes, staticShape('kernels', weight.shape).slice(2), x.shape.slice(2));
    return [
      wanted[0] ? gradientOfImage(x, weight, adjoint, window, group) : undefined,
      wanted[1] ? gradientOfKernels(x, weight, adjoint, window, group) : undefined,
      bias !== undefined && wanted[2] ? gradientOfBias(adjoint) : undefined,
    ];
  },
};

/** Summed over the image first, whose elements lie together, then over the batch: one sum over both is slower. */
export function gradientOfBias(adjoint: Value): Value {
  return reduceSum(reduceSum(adjoint, spatialAxes(adjoint)), [0]);
}

/**
 * The adjoint is convolved with the kernels the other way round; what the strides cut off at the end is padded back. Without
 * strides that is a convolution too, which takes a third of the time of a transposed one where it has no more to multiply
 * (adjoints as large as the images), and half of it for kernels in groups (depthwise).
 */
function gradientOfImage(x: Value, weight: Value, adjoint: Value, window: Window, group: number): Value {
  const { strides, before, after, dilations } = window;
  const reach = strides.map((_, i) => extentOf(window, i) - 1);
  const isPlain = strides.every(
    (stride, i) => stride === 1 && before[i]! <= reach[i]! && after[i]! <= reach[i]!,
  );
  const isSame = reach.every((size, i) => size === before[i]! + after[i]!);
  // Fewer channels fill no vector of the processor.
  const isWide = Number(x.shape[1]) >= 8;
  if (isPlain && (group > 1 || (isSame && isWide))) {
    const pads = [before, after].flatMap((sizes) => sizes.map((size, i) => reach[i]! - size));
    return conv(adjoint, turned(weight, group), undefined, { pads, dilations, group });
  }
  const outputPadding = strides.map((stride, i) => {
    if (stride === 1) return 0;
    const [size, positions] = staticShape('derivative of a strided convolution', [
      x.shape[i + 2]!,
      adjoint.shape[i + 2]!,
    ]);
    const reached = (positions! - 1) * stride + extentOf(window, i);
    return size! + before[i]! + after[i]! - reached;
  });
  return convTranspose(adjoint, weight, {
    strides,
    pads: [...before, ...after],
    dilations,
    group,
    outputPadding,
  });
}

/** Kernels (M, C / group, ...) → (C, M / group, ...), the other way round along every spatial axis. */
function turned(weight: Value, group: number): Value {
  const [maps, perGroup, ...kernel] = staticShape('kernels', weight.shape) as [number, number, ...number[]];
  const long = kernel.flatMap((size, i) => (size > 1 ? [i + 2] : []));
  const each = (value: number): number[] => long.map(() => value);
  const flipped = long.length === 0 ? weight : slice(weight, each(-1), each(-(2 ** 31)), long, each(-1));
  const spatial = spatialAxes(weight);
  if (group === 1) return transpose(flipped, [1, 0, ...spatial]);
  const apart = reshape(flipped, [group, maps / group, perGroup, ...kernel]);
  const swapped = transpose(apart, [0, 2, 1, ...spatial.map((axis) => axis + 1)]);
  return reshape(swapped, [group * perGroup, maps / group, ...kernel]);
}

/**
 * dL/dw[m, c, u] = sum over n, p of adjoint[n, m, p] x[n, c, p s + u d]: a convolution of the images with the adjoints as
 * kernels, summed over the batch, which therefore takes the place of the channels; strides and dilations change places.
 */
export function gradientOfKernels(
  x: Value,
  weight: Value,
  adjoint: Value,
  window: Window,
  group: number,
): Value {
  const kernels = staticShape('kernels', weight.shape) as [number, number, ...number[]];
  const [maps, perGroup, ...kernel] = kernels;
  const { strides, before, after, dilations } = window;
  const spatial = spatialAxes(x);
  const sizes = (value: Value): number[] => staticShape('derivative of a convolution', value.shape.slice(2));
  let images: Value;
  let filters: Value;
  if (group === 1) {
    images = transpose(x, [1, 0, ...spatial]);
    filters = transpose(adjoint, [1, 0, ...spatial]);
  } else {
    const moved = spatial.map((axis) => axis + 1);
    const split = (value: Value, channels: number): Value =>
      reshape(value, [-1, group, channels, ...sizes(value)]);
    images = reshape(transpose(split(x, perGroup), [2, 1, 0, ...moved]), [perGroup, -1, ...sizes(x)]);
    const perMap = maps / group;
    const grouped = transpose(split(adjoint, perMap), [1, 2, 0, ...moved]);
    filters = reshape(grouped, [maps, -1, ...sizes(adjoint)]);
  }
  sizes(adjoint);
  const result = conv(images, filters, undefined, {
    strides: dilations,
    dilations: strides,
    pads: [...before, ...after],
    group,
  });
  return transpose(cropTo(result, kernel), [1, 0, ...spatial]);
}

/** The first of the spatial positions, where there are more than these. */
export function cropTo(image: Value, sizes: readonly number[]): Value {
  if (sizes.every((size, i) => image.shape[i + 2] === size)) return image;
  return slice(
    image,
    sizes.map(() => 0),
    sizes,
    sizes.map((_, i) => i + 2),
  );
}

/** 2, 3, ... */
function spatialAxes(x: Value): number[] {
  return x.shape.slice(2).map((_, i) => i + 2);
}

/** The kernels' sizes, from their shape and the attribute that repeats them. */
export function kernelOf({ inputs, attributes }: InferenceCall): readonly number[] {
  const { shape } = required(inputs, 1);
  const kernel = intsAttribute(attributes, 'kernel_shape') ?? staticShape('kernels', shape.slice(2));
  if (kernel.length === shape.length - 2 && !kernel.some((size, i) => differ(size, shape[i + 2])))
    return kernel;
  throw new ShapeError({
    what: 'kernel_shape',
    expected: formatShape(shape.slice(2)),
    got: formatShape(kernel),
  });
}

/** @throws ShapeError unless the first two inputs are images and kernels for them. */
export function checkImages(op: string, { inputs, attributes }: InferenceCall): void {
  const [x, weight] = [required(inputs, 0), required(inputs, 1)];
  checkTypes(op, inputs);
  const group = intAttribute(attributes, 'group', 1);
  if (x.shape.length >= 3 && x.shape.length === weight.shape.length && group >= 1) return;
  throw new ShapeError({
    what: op,
    expected: 'images (N, C, ...) and kernels (M, C, ...) of one rank, at least 3',
    got: `${formatShape(x.shape)} and ${formatShape(weight.shape)} in ${group} groups`,
  });
}

/** @throws ShapeError unless the bias, where there is one, has an element for each channel of the result. */
export function checkBias(op: string, bias: TensorType | undefined, channels: Dim): void {
  if (bias === undefined || (bias.shape.length === 1 && !differ(bias.shape[0], channels))) return;
  throw new ShapeError({
    what: `${op}: bias`,
    expected: formatShape([channels]),
    got: formatShape(bias.shape),
  });
}
