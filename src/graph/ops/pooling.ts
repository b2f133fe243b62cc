import { ShapeError } from '../../errors/index.js';
import { tensorOfNumbers } from '../elements.js';
import { abs, cast, constantLike, div, equal, mul, pow, sign, where } from '../functions/arithmetic.js';
import { averagePool, convTranspose } from '../functions/network.js';
import { pad, reshape, scatterElements, upsampleNearest } from '../functions/shaping.js';
import { flagAttribute, intAttribute, intsAttribute, required } from '../operation.js';
import type { GradientCall, InferenceCall, Operation, ReferenceArray } from '../operation.js';
import { checkTable, staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Shape, TensorType, Value } from '../types.js';
import { onlyAdjoint, reshapeLike, zerosLike } from './adjoints.js';
import { cropTo } from './convolution.js';
import { buildArray, indices, offsetOf } from './reference-arrays.js';
import { extentOf, inferPositions, pixelOf, windowOf, windowPositions } from './windows.js';
import type { Window } from './windows.js';

/** MaxPool, with its second output (the flat positions of the maxima) where it is named. */
const maxPoolOperation: Operation = {
  op: 'MaxPool',
  infer: (call) => {
    const pooled = inferPool(call);
    return call.outputs === 2 ? [pooled, { ...pooled, dtype: 'int64' }] : [pooled];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const best = poolReference(x, attributes, (pixels) =>
      pixels.reduce((a, b) => (x.data[b]! > x.data[a]! ? b : a)),
    );
    const values = { ...best, dtype: x.dtype, data: best.data.map((position) => x.data[position]!) };
    return [values, { ...best, dtype: 'int64' }];
  },
  gradient: (call) => {
    const x = required(call.inputs, 0);
    const window = windowOfPool(call.attributes, x.shape);
    return [isTiling(window, x.shape) ? gradientByMask(call, window) : gradientByIndices(call)];
  },
};

/**
 * For windows side by side. MaxPool is several times faster without its Indices output, so the maxima are found again as
 * mask = (x == upsampled maximum). Ties, common on constant background, share the adjoint evenly.
 */
function gradientByMask({ inputs, outputs, adjoints }: GradientCall, { kernel }: Window): Value {
  const [x, pooled] = [required(inputs, 0), outputs[0]!];
  const factor = kernel as readonly [number, number];
  const covered = kernel.map((size, i) => size * Number(pooled.shape[i + 2]));
  const mask = cast(equal(cropTo(x, covered), upsampleNearest(pooled, factor)), x.dtype);
  const ties = mul(averagePool(mask, kernel), constantLike(mask, factor[0] * factor[1]));
  return uncropped(mul(mask, upsampleNearest(div(onlyAdjoint(adjoints), ties), factor)), x);
}

/** For any window: the adjoint goes to one maximum of each, the first. */
function gradientByIndices({ inputs, adjoints, attributes }: GradientCall): Value {
  const x = required(inputs, 0);
  const adjoint = onlyAdjoint(adjoints);
  // Positions count along the rows, whatever order the node's own would have.
  const { storage_order: _, ...window } = attributes;
  const positions = x.builder.apply('MaxPool', [x], window, { outputs: 2 })[1]!;
  const flat = (value: Value): Value => reshape(value, [-1]);
  const scattered = scatterElements(flat(zerosLike(x)), flat(positions), flat(adjoint), { accumulate: true });
  return reshapeLike(scattered, x);
}

/** AveragePool: padding counts only where count_include_pad says so. */
const averagePoolOperation: Operation = {
  op: 'AveragePool',
  infer: (call) => [inferPool(call)],
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const includePad = flagAttribute(attributes, 'count_include_pad');
    const mean = (pixels: readonly number[], size: number): number =>
      pixels.reduce((sum, i) => sum + x.data[i]!, 0) / (includePad ? size : pixels.length);
    return [poolReference(x, attributes, mean)];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const x = required(inputs, 0);
    const adjoint = adjoints[0]!;
    const window = windowOfPool(attributes, x.shape);
    if (isTiling(window, x.shape)) {
      const factor = window.kernel as readonly [number, number];
      const shares = div(adjoint, constantLike(adjoint, factor[0] * factor[1]));
      return [uncropped(upsampleNearest(shares, factor), x)];
    }
    const counts = windowCounts(window, x.shape, flagAttribute(attributes, 'count_include_pad'));
    const divisor = x.builder.constant(tensorOfNumbers(x.dtype, counts.shape, counts.data));
    return [overWindows(div(adjoint, divisor), x, window)];
  },
};

/** How many pixels each window averages, (1, 1, ...positions): the product over the axes of how many lie in the image. */
function windowCounts(window: Window, shape: Shape, includePad: boolean): ReferenceArray {
  const spatial = staticShape('derivative of AveragePool', shape.slice(2));
  const positions = windowPositions(window, spatial, String).map(Number);
  checkTable('derivative of AveragePool', positions);
  const alongAxis = positions.map((count, i) => {
    const [kernel, stride, dilation] = [window.kernel[i]!, window.strides[i]!, window.dilations[i]!];
    const [first, end] = includePad ? [-window.before[i]!, spatial[i]! + window.after[i]!] : [0, spatial[i]!];
    return Float64Array.from({ length: count }, (_, p) => {
      const start = p * stride - window.before[i]!;
      // Taps t of [0, kernel) with first <= start + t dilation < end.
      const from = Math.max(0, Math.ceil((first - start) / dilation));
      return Math.max(0, Math.min(kernel, Math.ceil((end - start) / dilation)) - from);
    });
  });
  return buildArray('float64', [1, 1, ...positions], ([, , ...position]) =>
    position.reduce((product, p, i) => product * alongAxis[i]![p]!, 1),
  );
}

/** LpPool: the p-norm of each window. */
const lpPoolOperation: Operation = {
  op: 'LpPool',
  infer: (call) => [inferPool(call)],
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const p = intAttribute(attributes, 'p', 2);
    const norm = (pixels: readonly number[]): number =>
      pixels.reduce((sum, i) => sum + Math.abs(x.data[i]!) ** p, 0) ** (1 / p);
    return [poolReference(x, attributes, norm)];
  },
  gradient: ({ inputs, outputs, adjoints, attributes }) => {
    const [x, y, adjoint] = [required(inputs, 0), outputs[0]!, adjoints[0]!];
    const p = intAttribute(attributes, 'p', 2);
    const zero = constantLike(y, 0);
    const weight = where(equal(y, zero), zero, mul(adjoint, pow(y, constantLike(y, 1 - p))));
    const slope = mul(sign(x), pow(abs(x), constantLike(x, p - 1)));
    return [mul(slope, overWindows(weight, x, windowOfPool(attributes, x.shape)))];
  },
};

/** The adjoint of the sum over each window: a transposed convolution with ones, channel by channel. */
function overWindows(adjoint: Value, x: Value, window: Window): Value {
  const { kernel, strides, dilations, before, after } = window;
  const [channels, ...spatial] = staticShape('derivative of pooling', x.shape.slice(1)) as [
    number,
    ...number[],
  ];
  const positions = staticShape('derivative of pooling', adjoint.shape.slice(2));
  const rest = strides.map((stride, i) => {
    const reached = (positions[i]! - 1) * stride + extentOf(window, i);
    return spatial[i]! + before[i]! + after[i]! - reached;
  });
  const ones = constantLike(x, 1, [channels, 1, ...kernel]);
  return convTranspose(adjoint, ones, {
    strides,
    dilations,
    // The last window may reach beyond the padding (ceil_mode), or not as far.
    pads: [...before, ...after.map((size, i) => size + Math.max(0, -rest[i]!))],
    outputPadding: rest.map((size) => Math.max(0, size)),
    group: channels,
  });
}

function inferPool({ inputs, attributes, fresh }: InferenceCall): TensorType {
  const x = required(inputs, 0);
  const positions = inferPositions(attributes, kernelOf(attributes, x.shape), x.shape.slice(2), fresh);
  return { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...positions] };
}

function windowOfPool(attributes: Attributes, shape: Shape): Window {
  return windowOf(attributes, kernelOf(attributes, shape), shape.slice(2));
}

function kernelOf(attributes: Attributes, shape: Shape): readonly number[] {
  const kernel = intsAttribute(attributes, 'kernel_shape');
  if (kernel === undefined || kernel.length !== shape.length - 2) {
    throw new ShapeError({
      what: 'kernel_shape',
      expected: `a size for each spatial axis of ${formatShape(shape)}`,
      got: kernel === undefined ? 'none' : formatShape(kernel),
    });
  }
  return kernel;
}

/** Whether windows of a 2-d image stand side by side, with nothing but a rest behind the last. */
function isTiling({ kernel, strides, dilations, before, after, ceil }: Window, shape: Shape): boolean {
  return (
    kernel.length === 2 &&
    kernel.every((size, i) => {
      const dim = shape[i + 2]!;
      const whole = typeof dim === 'number' && (!ceil || dim % size === 0);
      return whole && strides[i] === size && dilations[i] === 1 && before[i] === 0 && after[i] === 0;
    })
  );
}

/** Zeros behind an image that was cropped, up to x's size. */
function uncropped(image: Value, x: Value): Value {
  const missing = x.shape.map((dim, axis) => (axis < 2 ? 0 : Number(dim) - Number(image.shape[axis])));
  if (missing.every((size) => size === 0)) return image;
  return pad(
    image,
    missing.map(() => 0),
    missing,
  );
}

/** f(flat positions of the pixels in the window, the window's size within the padded image) at every position. */
function poolReference(
  x: ReferenceArray,
  attributes: Attributes,
  f: (pixels: readonly number[], size: number) => number,
): ReferenceArray {
  const spatial = x.shape.slice(2);
  const window = windowOfPool(attributes, x.shape);
  const positions = windowPositions(window, spatial, String).map(Number);
  return buildArray(x.dtype, [...x.shape.slice(0, 2), ...positions], ([n, c, ...position]) => {
    const pixels: number[] = [];
    let size = 0;
    for (const tap of indices(window.kernel)) {
      const pixel = pixelOf(window, position, tap);
      if (pixel.every((i, axis) => i < spatial[axis]! + window.after[axis]!)) size++;
      if (pixel.some((i, axis) => i < 0 || i >= spatial[axis]!)) continue;
      pixels.push(offsetOf(x.shape, [n!, c!, ...pixel]));
    }
    return f(pixels, size);
  });
}

export const poolingOperations: readonly Operation[] = [
  maxPoolOperation,
  averagePoolOperation,
  lpPoolOperation,
];
