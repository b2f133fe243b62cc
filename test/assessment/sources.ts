import { tensorSource } from '#credence/sources/index';
import type { DataSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';
import { fold, key, normal, uniformInteger } from '#credence/random/index';
import { gemm, GraphBuilder, relu } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import type { Tensor } from '#credence/tensor/index';

/** A data set in memory. */
export function memorySource(
  name: string,
  inputs: Tensor<'float32'>,
  labels?: ArrayLike<number>,
): DataSource {
  return tensorSource(inputs, { name, labels });
}

/** Points around (2, 0), (-2, 0) and (0, 3), of deviation 1. */
export function points(
  seed: number,
  n: number,
  shift = 0,
): { inputs: Tensor<'float32'>; labels: Uint32Array } {
  const centres = [
    [2, 0],
    [-2, 0],
    [0, 3],
  ];
  const labels = uniformInteger(fold(key(seed), 'labels'), n, 3);
  const noise = normal(fold(key(seed), 'noise'), 2 * n);
  const data = Float32Array.from(noise, (z, i) => z + centres[labels[i >> 1]!]![i % 2]! + shift);
  return { inputs: tensor('float32', [n, 2], data), labels };
}

/** The Bayes classifier of `points`, its logits times 2: right as often as can be, and overconfident. */
export function pointsClassifier(batch: number | 'N' = 'N'): Graph {
  const b = new GraphBuilder('points');
  const x = b.input('x', 'float32', [batch, 2]);
  const matrix = (name: string, shape: number[], values: number[]): ReturnType<typeof b.parameter> =>
    b.parameter(name, tensor('float32', shape, Float32Array.from(values)));
  // Both signs of both coordinates: relu(x) - relu(-x) = x.
  const hidden = relu(gemm(x, matrix('w1', [2, 4], [1, -1, 0, 0, 0, 0, 1, -1])));
  const weight = matrix('w2', [4, 3], [4, -4, 0, -4, 4, 0, 0, 0, 6, 0, 0, -6]);
  return b.build({ logits: gemm(hidden, weight, matrix('b2', [3], [-4, -4, -9])) });
}
