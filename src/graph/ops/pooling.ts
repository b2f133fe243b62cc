import { ShapeError } from '../../errors/index.js';
import { tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import { cast, constantLike, div, equal, mul } from '../functions/arithmetic.js';
import { averagePool, convTranspose } from '../functions/network.js';
import { reduceSum, reshape, scatterElements, upsampleNearest } from '../functions/shaping.js';
import { intAttribute, intsAttribute, required } from '../operation.js';
import type { GradientCall, InferenceCall, Operation, ReferenceArray } from '../operation.js';
import { staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Shape, TensorType, Value } from '../types.js';
import { expandLike, reshapeLike } from './adjoints.js';
import { buildArray, indices, offsetOf } from './reference-arrays.js';
import { windowOf, windowPositions } from './windows.js';
import type { Window } from './windows.js';

/** MaxPool, with its second output (the flat positions of the maxima) where it is named. */
export const maxPoolOperation: Operation = {
  op: 'MaxPool',
  infer: (call) => {
    const pooled = inferPool('MaxPool', call);
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
    const window = windowOf(call.attributes, kernelOf('MaxPool', call.attributes), x.shape.slice(2));
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
  const mask = cast(equal(x, upsampleNearest(pooled, factor)), x.dtype);
  const ties = mul(averagePool(mask, kernel), constantLike(mask, factor[0] * factor[1]));
  return mul(mask, upsampleNearest(div(adjoints[0]!, ties), factor));
}

/** For any window: the adjoint goes to one maximum of each, the first. */
function gradientByIndices({ inputs, adjoints, attributes }: GradientCall): Value {
  const x = required(inputs, 0);
  const adjoint = adjoints[0]!;
  const positions = x.builder.apply('MaxPool', [x], attributes, { outputs: 2 })[1]!;
  const flat = (value: Value): Value => reshape(value, [-1]);
  const zeros = flat(expandLike(constantLike(x, 0), x));
  return reshapeLike(scatterElements(zeros, flat(positions), flat(adjoint), { accumulate: true }), x);
}

/** AveragePool: padding counts only where count_include_pad says so. */
export const averagePoolOperation: Operation = {
  op: 'AveragePool',
  infer: (call) => [inferPool('AveragePool', call)],
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const includePad = intAttribute(attributes, 'count_include_pad', 0) === 1;
    const mean = (pixels: readonly number[], size: number): number =>
      pixels.reduce((sum, i) => sum + x.data[i]!, 0) / (includePad ? size : pixels.length);
    return [poolReference(x, attributes, mean)];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const x = required(inputs, 0);
    const adjoint = adjoints[0]!;
    const window = windowOf(attributes, kernelOf('AveragePool', attributes), x.shape.slice(2));
    const { kernel, strides, before, after } = window;
    if (isTiling(window, x.shape)) {
      const size = kernel[0]! * kernel[1]!;
      return [
        upsampleNearest(div(adjoint, constantLike(adjoint, size)), kernel as readonly [number, number]),
      ];
    }
    const spatial = staticShape('derivative of AveragePool', x.shape.slice(2));
    const channels = staticShape('derivative of AveragePool', [x.shape[1]!])[0]!;
    const counts = x.builder.constant(windowCounts(window, spatial, attributes));
    const outputPadding = strides.map((stride, i) => {
      const reached = (Number(adjoint.shape[i + 2]) - 1) * stride + kernel[i]!;
      return Math.max(0, spatial[i]! + before[i]! + after[i]! - reached);
    });
    const ones = constantLike(x, 1, [channels, 1, ...kernel]);
    const shares = div(adjoint, x.dtype === 'float32' ? counts : cast(counts, x.dtype));
    const pads = [...before, ...after];
    return [convTranspose(shares, ones, { strides, pads, group: channels, outputPadding })];
  },
};

/** The number of pixels that each window averages, (1, 1, ...positions). */
function windowCounts(window: Window, spatial: readonly number[], attributes: Attributes): Tensor<'float32'> {
  const shape = [1, 1, ...spatial];
  const ones: ReferenceArray = {
    dtype: 'float32',
    shape,
    data: new Float64Array(spatial.reduce((a, b) => a * b, 1)).fill(1),
  };
  const includePad = intAttribute(attributes, 'count_include_pad', 0) === 1;
  const counts = poolReference(ones, attributes, (pixels, size) => (includePad ? size : pixels.length));
  return tensor('float32', counts.shape, Float32Array.from(counts.data));
}

/** The mean or the maximum of each channel, all spatial axes kept as 1. */
export const globalPoolOperations: readonly Operation[] = (
  ['GlobalAveragePool', 'GlobalMaxPool'] as const
).map((op) => ({
  op,
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
  },
  evaluate: ({ inputs }) => {
    const x = required(inputs, 0);
    const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
    const size = spatial.reduce((a, b) => a * b, 1);
    const shape = [n, c, ...spatial.map(() => 1)];
    const data = Float64Array.from({ length: n * c }, (_, i) => {
      const pixels = x.data.subarray(i * size, (i + 1) * size);
      return op === 'GlobalMaxPool' ? Math.max(...pixels) : pixels.reduce((a, b) => a + b, 0) / size;
    });
    return [{ dtype: x.dtype, shape, data }];
  },
  gradient: ({ inputs, outputs, adjoints }) => {
    const x = required(inputs, 0);
    const adjoint = adjoints[0]!;
    if (op === 'GlobalAveragePool') {
      const size = staticShape('derivative of GlobalAveragePool', x.shape.slice(2)).reduce(
        (a, b) => a * b,
        1,
      );
      return [expandLike(div(adjoint, constantLike(adjoint, size)), x)];
    }
    const mask = cast(equal(x, outputs[0]!), x.dtype);
    const axes = x.shape.map((_, axis) => axis).slice(2);
    return [mul(mask, div(adjoint, reduceSum(mask, axes, { keepDimensions: true })))];
  },
}));

function inferPool(op: string, { inputs, attributes, fresh }: InferenceCall): TensorType {
  const x = required(inputs, 0);
  const kernel = kernelOf(op, attributes);
  if (x.shape.length !== kernel.length + 2) {
    throw new ShapeError({
      what: op,
      expected: `an image of rank ${kernel.length + 2}`,
      got: formatShape(x.shape),
    });
  }
  const spatial = x.shape.slice(2);
  const positions = windowPositions(windowOf(attributes, kernel, spatial), spatial, fresh);
  return { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...positions] };
}

function kernelOf(op: string, attributes: Attributes): readonly number[] {
  const kernel = intsAttribute(attributes, 'kernel_shape');
  if (kernel === undefined) throw new ShapeError({ what: op, expected: 'a kernel_shape', got: 'none' });
  return kernel;
}

/** Whether windows of a 2-d image stand side by side and cover it exactly. */
function isTiling({ kernel, strides, dilations, before, after }: Window, shape: Shape): boolean {
  return (
    kernel.length === 2 &&
    kernel.every((size, i) => {
      const dim = shape[i + 2]!;
      const covered = typeof dim === 'number' && dim % size === 0;
      return covered && strides[i] === size && dilations[i] === 1 && before[i] === 0 && after[i] === 0;
    })
  );
}

/** f(flat positions of the pixels in the window, the window's size within the padded image) at every position. */
function poolReference(
  x: ReferenceArray,
  attributes: Attributes,
  f: (pixels: readonly number[], size: number) => number,
): ReferenceArray {
  const spatial = x.shape.slice(2);
  const window = windowOf(attributes, kernelOf('pooling', attributes), spatial);
  const positions = windowPositions(window, spatial, String).map(Number);
  return buildArray(x.dtype, [...x.shape.slice(0, 2), ...positions], ([n, c, ...position]) => {
    const pixels: number[] = [];
    let size = 0;
    for (const tap of indices(window.kernel)) {
      const pixel = position.map(
        (p, i) => p * window.strides[i]! + tap[i]! * window.dilations[i]! - window.before[i]!,
      );
      if (pixel.every((i, axis) => i < spatial[axis]! + window.after[axis]!)) size++;
      if (pixel.some((i, axis) => i < 0 || i >= spatial[axis]!)) continue;
      pixels.push(offsetOf(x.shape, [n!, c!, ...pixel]));
    }
    return f(pixels, size);
  });
}
