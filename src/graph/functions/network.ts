/** The operations of neural networks. Images are (N, C, H, W). All throw a GraphError where shapes or types do not fit. */
import { float, int, ints } from '../types.js';
import type { Value } from '../types.js';
import { tensor } from '../../tensor/index.js';

export interface WindowOptions {
  /** By spatial axis; 1 unless given, for pooling the kernel's size. */
  readonly strides?: readonly number[];
  /** Before and after each spatial axis: [top, left, bottom, right]; 0 unless given. */
  readonly pads?: readonly number[];
  /** By spatial axis; 1 unless given. */
  readonly dilations?: readonly number[];
}

/** Matrix product of the last two axes, the others broadcast: (.., n, k) x (.., k, m) = (.., n, m). */
export function matmul(a: Value, b: Value): Value {
  return a.builder.apply('MatMul', [a, b])[0]!;
}

/** a b + c with a (n, k), b (k, m), either transposed on request, and c broadcast to (n, m). */
export function gemm(
  a: Value,
  b: Value,
  c?: Value,
  { transA = false, transB = false }: { transA?: boolean; transB?: boolean } = {},
): Value {
  const attributes = { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0) };
  return a.builder.apply('Gemm', [a, b, c], attributes)[0]!;
}

/** Cross-correlation of x (N, C, H, W) with kernels (M, C / group, h, w), plus bias (M): (N, M, positions). */
export function conv(
  x: Value,
  weight: Value,
  bias?: Value,
  { strides, pads, dilations, group = 1 }: WindowOptions & { group?: number } = {},
): Value {
  const kernel = weight.shape.slice(2).map(Number);
  return x.builder.apply('Conv', [x, weight, bias], {
    kernel_shape: ints(kernel),
    ...(strides && { strides: ints(strides) }),
    ...(pads && { pads: ints(pads) }),
    ...(dilations && { dilations: ints(dilations) }),
    ...(group !== 1 && { group: int(group) }),
  })[0]!;
}

/**
 * The adjoint of `conv` in its first argument: x (N, M, positions) with kernels (M, C / group, h, w) gives (N, C, H, W).
 * `outputPadding`: rows and columns behind the last window, which strides leave open.
 */
export function convTranspose(
  x: Value,
  weight: Value,
  {
    strides,
    pads,
    dilations,
    group = 1,
    outputPadding,
  }: WindowOptions & { group?: number; outputPadding?: readonly number[] } = {},
): Value {
  return x.builder.apply('ConvTranspose', [x, weight], {
    kernel_shape: ints(weight.shape.slice(2).map(Number)),
    ...(strides && { strides: ints(strides) }),
    ...(pads && { pads: ints(pads) }),
    ...(dilations && { dilations: ints(dilations) }),
    ...(group !== 1 && { group: int(group) }),
    ...(outputPadding?.some((size) => size !== 0) && { output_padding: ints(outputPadding) }),
  })[0]!;
}

const pooling =
  (op: string) =>
  (x: Value, kernel: readonly number[], { strides = kernel, pads, dilations }: WindowOptions = {}): Value =>
    x.builder.apply(op, [x], {
      kernel_shape: ints(kernel),
      strides: ints(strides),
      ...(pads && { pads: ints(pads) }),
      ...(dilations && { dilations: ints(dilations) }),
    })[0]!;

type Pooling = (x: Value, kernel: readonly number[], options?: WindowOptions) => Value;

/** Largest value of each window; windows stand side by side unless strides are given. */
export const maxPool: Pooling = pooling('MaxPool');
/** Mean of each window, padding not counted. */
export const averagePool: Pooling = pooling('AveragePool');

/** The mean of each channel of an image (N, C, ...), all spatial axes kept as 1. */
export function globalAveragePool(x: Value): Value {
  return x.builder.apply('GlobalAveragePool', [x])[0]!;
}

/** exp(x) / sum exp(x) along an axis, the last unless given. */
export function softmax(x: Value, axis = -1): Value {
  return x.builder.apply('Softmax', [x], { axis: int(axis) })[0]!;
}

/** log softmax(x) along an axis, the last unless given. */
export function logSoftmax(x: Value, axis = -1): Value {
  return x.builder.apply('LogSoftmax', [x], { axis: int(axis) })[0]!;
}

/** ONNX Dropout, inactive: the identity until `activateDropout` feeds it a mask. `rate`: the probability of a zero, in [0, 1). */
export function dropout(x: Value, rate: number, name?: string): Value {
  const ratio = x.builder.constant(tensor('float32', [], Float32Array.of(rate)));
  return x.builder.apply('Dropout', [x, ratio], {}, name === undefined ? {} : { name })[0]!;
}

/**
 * Batch normalisation of a trained network: scale (x - mean) / sqrt(variance + epsilon) + shift, x (N, C, ...), the others (C).
 *
 * Source: Ioffe & Szegedy, ICML 2015.
 */
export function batchNormalization(
  x: Value,
  scale: Value,
  shift: Value,
  mean: Value,
  variance: Value,
  epsilon = 1e-5,
): Value {
  return x.builder.apply('BatchNormalization', [x, scale, shift, mean, variance], {
    epsilon: float(epsilon),
  })[0]!;
}

/**
 * The last axes of x, as many as `scale` has, to mean 0 and variance 1 (epsilon is added to it), then scaled and shifted.
 *
 * Source: Ba, Kiros & Hinton, "Layer normalization", 2016.
 */
export function layerNormalization(x: Value, scale: Value, shift?: Value, epsilon = 1e-5): Value {
  const attributes = { axis: int(-scale.shape.length), epsilon: float(epsilon) };
  return x.builder.apply('LayerNormalization', [x, scale, shift], attributes)[0]!;
}
