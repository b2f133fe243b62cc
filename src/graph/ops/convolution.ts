import { ShapeError } from '../../errors/index.js';
import { conv, convTranspose } from '../functions/network.js';
import { reduceSum, reshape, slice, transpose } from '../functions/shaping.js';
import { intAttribute, intsAttribute, required } from '../operation.js';
import type { InferenceCall, Operation } from '../operation.js';
import { staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Dim, Value } from '../types.js';
import { buildArray, indices, offsetOf } from './reference-arrays.js';
import { windowOf, windowPositions } from './windows.js';
import type { Window } from './windows.js';

/** Conv: cross-correlation, any number of spatial axes (derivatives: two), groups, strides, padding, dilation. */
export const convOperation: Operation = {
  op: 'Conv',
  infer: (call) => {
    const [x, weight] = [required(call.inputs, 0), required(call.inputs, 1)];
    const group = intAttribute(call.attributes, 'group', 1);
    checkRanks('Conv', x.shape.length, weight.shape.length);
    const [channels, perGroup, maps] = [x.shape[1]!, weight.shape[1]!, weight.shape[0]!];
    if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) {
      throw new ShapeError({
        what: 'Conv: channels',
        expected: `${perGroup} x ${group} groups`,
        got: `${channels} (image ${formatShape(x.shape)}, kernels ${formatShape(weight.shape)})`,
      });
    }
    const positions = windowPositions(windowOfConv(call), x.shape.slice(2), call.fresh);
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
function gradientOfBias(adjoint: Value): Value {
  return reduceSum(reduceSum(adjoint, spatialAxes(adjoint)), [0]);
}

/** The adjoint is convolved with the kernels the other way round; what the strides cut off at the end is padded back. */
function gradientOfImage(x: Value, weight: Value, adjoint: Value, window: Window, group: number): Value {
  const { strides, before, after, dilations, kernel } = window;
  const outputPadding = strides.map((stride, i) => {
    if (stride === 1) return 0;
    const [size, positions] = staticShape('derivative of a strided convolution', [
      x.shape[i + 2]!,
      adjoint.shape[i + 2]!,
    ]);
    const reached = (positions! - 1) * stride + (kernel[i]! - 1) * dilations[i]! + 1;
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

/**
 * dL/dw[m, c, u] = sum over n, p of adjoint[n, m, p] x[n, c, p s + u d]: a convolution of the images with the adjoints as
 * kernels, summed over the batch, which therefore takes the place of the channels; strides and dilations change places.
 */
function gradientOfKernels(x: Value, weight: Value, adjoint: Value, window: Window, group: number): Value {
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
  const exact = kernel.every((size, i) => result.shape[i + 2] === size);
  const cut = exact
    ? result
    : slice(
        result,
        kernel.map(() => 0),
        kernel,
        kernel.map((_, i) => i + 2),
      );
  return transpose(cut, [1, 0, ...spatial]);
}

/** ConvTranspose: the adjoint of Conv. */
export const convTransposeOperation: Operation = {
  op: 'ConvTranspose',
  infer: (call) => {
    const [x, weight] = [required(call.inputs, 0), required(call.inputs, 1)];
    checkRanks('ConvTranspose', x.shape.length, weight.shape.length);
    const group = intAttribute(call.attributes, 'group', 1);
    const window = windowOfConv(call);
    const added = outputPaddingOf(call.attributes, window);
    const perGroup = weight.shape[1]!;
    const spatial = x.shape.slice(2).map((dim, i): Dim => {
      const extent = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
      const margin = window.before[i]! + window.after[i]!;
      if (typeof dim !== 'number')
        return window.strides[i] === 1 && extent - margin === 1 ? dim : call.fresh();
      return (dim - 1) * window.strides[i]! + extent - margin + added[i]!;
    });
    return [
      {
        dtype: x.dtype,
        shape: [x.shape[0]!, typeof perGroup === 'number' ? perGroup * group : perGroup, ...spatial],
      },
    ];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const group = intAttribute(attributes, 'group', 1);
    const [maps, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
    const window = windowOf(attributes, kernel, x.shape.slice(2));
    const added = outputPaddingOf(attributes, window);
    const spatial = x.shape.slice(2).map((size, i) => {
      const extent = (kernel[i]! - 1) * window.dilations[i]! + 1;
      return (size - 1) * window.strides[i]! + extent - window.before[i]! - window.after[i]! + added[i]!;
    });
    const shape = [x.shape[0]!, perGroup * group, ...spatial];
    const result = buildArray(x.dtype, shape, (index) => bias?.data[index[1]!] ?? 0);
    for (const [n, map, ...position] of indices(x.shape)) {
      const value = x.data[offsetOf(x.shape, [n!, map!, ...position])]!;
      const first = Math.floor(map! / (maps / group)) * perGroup;
      for (const [channel, ...tap] of indices([perGroup, ...kernel])) {
        const pixel = pixelOf(window, position, tap);
        if (pixel.some((i, axis) => i < 0 || i >= spatial[axis]!)) continue;
        const target = offsetOf(shape, [n!, first + channel!, ...pixel]);
        result.data[target]! += value * weight.data[offsetOf(weight.shape, [map!, channel!, ...tap])]!;
      }
    }
    return [result];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const adjoint = adjoints[0]!;
    const group = intAttribute(attributes, 'group', 1);
    const window = windowOf(attributes, staticShape('kernels', weight.shape).slice(2), x.shape.slice(2));
    const { strides, dilations, before, after } = window;
    const byImage = (): Value =>
      conv(adjoint, weight, undefined, { strides, dilations, pads: [...before, ...after], group });
    return [
      wanted[0] ? byImage() : undefined,
      // ConvTranspose is Conv's adjoint, so its kernels meet the two images with their roles exchanged.
      wanted[1] ? gradientOfKernels(adjoint, weight, x, window, group) : undefined,
      bias !== undefined && wanted[2] ? gradientOfBias(adjoint) : undefined,
    ];
  },
};

function windowOfConv({ inputs, attributes }: InferenceCall): Window {
  const [x, weight] = [required(inputs, 0), required(inputs, 1)];
  const kernel = intsAttribute(attributes, 'kernel_shape') ?? staticShape('kernels', weight.shape.slice(2));
  kernel.forEach((size, i) => {
    if (typeof weight.shape[i + 2] === 'number' && weight.shape[i + 2] !== size) {
      throw new ShapeError({
        what: 'kernel_shape',
        expected: formatShape(weight.shape.slice(2)),
        got: formatShape(kernel),
      });
    }
  });
  return windowOf(attributes, kernel, x.shape.slice(2));
}

function outputPaddingOf(attributes: InferenceCall['attributes'], { kernel }: Window): readonly number[] {
  return intsAttribute(attributes, 'output_padding') ?? kernel.map(() => 0);
}

function pixelOf(
  { strides, dilations, before }: Window,
  position: readonly number[],
  tap: readonly number[],
): number[] {
  return position.map((p, i) => p * strides[i]! + tap[i]! * dilations[i]! - before[i]!);
}

function spatialAxes(x: Value): number[] {
  return x.shape.slice(2).map((_, i) => i + 2);
}

function checkRanks(op: string, image: number, kernels: number): void {
  if (image < 3 || image !== kernels) {
    throw new ShapeError({
      what: op,
      expected: 'images (N, C, ...) and kernels (M, C, ...) of one rank, at least 3',
      got: `ranks ${image} and ${kernels}`,
    });
  }
}
