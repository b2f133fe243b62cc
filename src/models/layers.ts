import { conv, dropout, gemm, GraphBuilder } from '../graph/index.js';
import type { Value, WindowOptions } from '../graph/index.js';
import { fold, uniform } from '../random/index.js';
import type { Key } from '../random/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/**
 * Layers whose parameters are named `<layer>.weight` and `<layer>.bias` and begin where PyTorch's begin: uniform within
 * 1 / sqrt(fan in) (Kaiming uniform with a = sqrt 5; He et al., 2015). Each draws from a key of its own name.
 */
export interface LayerOptions {
  readonly name: string;
  readonly key: Key;
}

/** x (N, d) → (N, units), with weight (units, d). */
export function dense(builder: GraphBuilder, x: Value, units: number, { name, key }: LayerOptions): Value {
  const inputs = Number(x.shape[1]);
  const bound = 1 / Math.sqrt(inputs);
  const weight = builder.parameter(
    `${name}.weight`,
    initial(fold(key, name, 'weight'), [units, inputs], bound),
  );
  const bias = builder.parameter(`${name}.bias`, initial(fold(key, name, 'bias'), [units], bound));
  return builder.scope(name, () => gemm(x, weight, bias, { transB: true }));
}

/** x (N, C, H, W) → (N, channels, H', W'), with weight (channels, C, size, size). */
export function conv2d(
  builder: GraphBuilder,
  x: Value,
  channels: number,
  size: number,
  { name, key, ...window }: LayerOptions & WindowOptions,
): Value {
  const inputs = Number(x.shape[1]);
  const bound = 1 / Math.sqrt(inputs * size * size);
  const shape = [channels, inputs, size, size];
  const weight = builder.parameter(`${name}.weight`, initial(fold(key, name, 'weight'), shape, bound));
  const bias = builder.parameter(`${name}.bias`, initial(fold(key, name, 'bias'), [channels], bound));
  return builder.scope(name, () => conv(x, weight, bias, window));
}

/** A Dropout layer: the identity until `activateDropout` makes it random. */
export function dropoutLayer(x: Value, rate: number, name: string): Value {
  return dropout(x, rate, name);
}

function initial(key: Key, shape: readonly number[], bound: number): Tensor<'float32'> {
  const draws = uniform(key, elementCount(shape));
  return tensor(
    'float32',
    shape,
    Float32Array.from(draws, (u) => (2 * u - 1) * bound),
  );
}
