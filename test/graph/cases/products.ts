import { float, int, text } from '#credence/graph/index';
import type { Attributes, Shape } from '#credence/graph/index';
import type { Case } from '../harness.js';

const matmul = (a: Shape, b: Shape): Case => ({
  op: 'MatMul',
  name: `(${a.join()}) x (${b.join()})`,
  build: (c) => c.apply('MatMul', [c.floats('a', a), c.floats('b', b)]),
});

const gemm = (
  name: string,
  a: Shape,
  b: Shape,
  c_: Shape | undefined,
  attributes: Attributes = {},
): Case => ({
  op: 'Gemm',
  name,
  build: (c) => c.apply('Gemm', [c.floats('a', a), c.floats('b', b), c_ && c.floats('c', c_)], attributes),
});

const einsum = (equation: string, ...shapes: readonly Shape[]): Case => ({
  op: 'Einsum',
  name: equation,
  build: (c) =>
    c.apply(
      'Einsum',
      shapes.map((shape, i) => c.floats(`x${i}`, shape)),
      { equation: text(equation) },
    ),
});

export const productCases: readonly Case[] = [
  matmul(['N', 4], [4, 2]),
  matmul([4], [4]),
  matmul([4], [4, 2]),
  matmul(['N', 4], [4]),
  matmul([2, 'N', 4], [4]),
  matmul([4], [2, 4, 3]),
  matmul(['N', 2, 4], [4, 3]),
  matmul([2, 4], ['N', 4, 3]),
  matmul(['N', 2, 4], ['N', 4, 3]),
  matmul(['N', 1, 2, 4], [2, 4, 3]),
  matmul([1, 1], [1, 1]),
  matmul(['N', 2, 'M'], ['M', 3]),
  gemm('plain', ['N', 4], [4, 2], undefined),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB) =>
      gemm(`transposed ${transA} ${transB}`, transA ? [4, 'N'] : ['N', 4], transB ? [2, 4] : [4, 2], [2], {
        transA: int(transA),
        transB: int(transB),
        alpha: float(0.5),
        beta: float(1.5),
      }),
    ),
  ),
  ...([[], [1], ['N', 2], ['N', 1], [1, 2]] as const).map((c) =>
    gemm(`c (${c.join()})`, ['N', 4], [4, 2], c),
  ),
  einsum('bij,bjk->bik', ['N', 2, 3], ['N', 3, 2]),
  einsum('ij,kj', ['N', 3], [2, 3]),
  einsum('bi->b', ['N', 3]),
  einsum('i,j->ij', ['N'], [3]),
  einsum('bhqd,bhkd->bhqk', [2, 2, 2, 3], [2, 2, 3, 3]),
];
