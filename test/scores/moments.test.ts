import { Matrix as Oracle } from 'ml-matrix';
import { describe, expect, it } from 'vitest';

import { meanOf, momentMatrices, weightedSquares } from '#credence/scores/moments';
import { tensor } from '#credence/tensor/index';

import { matrixOf, rowsOf } from './classifiers.js';

// More rows than one run takes, and not a multiple of it.
const [n, d, m] = [2345, 4, 3];
const x = matrixOf(1, n, d);
const rows = new Oracle(rowsOf(x));
const weights = tensor(
  'float64',
  [n, m],
  Float64Array.from({ length: n * m }, (_, i) => Math.sin(i)),
);
const w = Oracle.from1DArray(n, m, [...weights.data]);

// Sums of n float64 products of numbers under 5, in another order.
const closeTo = (a: ArrayLike<number>, b: number[]): void =>
  b.forEach((value, i) => expect(Math.abs(a[i]! - value)).toBeLessThan(n * 2 ** -52 * n * 25));

describe('sums over the rows', () => {
  it('are those of plain loops, over several runs', async () => {
    closeTo(meanOf(x), rows.mean('column'));
    const [plain] = await momentMatrices(x);
    closeTo(plain!.data, rows.transpose().mmul(rows).to1DArray());
    const centre = Float64Array.of(1, -2, 0.5, 0);
    const moved = rows.clone().subRowVector([...centre]);
    const [centred] = await momentMatrices(x, { centreOf: () => centre });
    closeTo(centred!.data, moved.transpose().mmul(moved).to1DArray());
  });

  it('are so with weights, one matrix a column', async () => {
    const found = await momentMatrices(x, { weights });
    expect(found.length).toBe(m);
    for (let k = 0; k < m; k++) {
      const scaled = rows.clone().mulColumnVector(w.getColumn(k));
      closeTo(found[k]!.data, rows.transpose().mmul(scaled).to1DArray());
    }
    const squares = await weightedSquares(x, weights);
    closeTo(squares.data, w.transpose().mmul(Oracle.pow(rows, 2)).to1DArray());
  });

  it('are exactly symmetric, and take rows of float64', async () => {
    const [own] = await momentMatrices(tensor('float64', [n, d], Float64Array.from(x.data)));
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) expect(own!.data[i * d + j]).toBe(own!.data[j * d + i]);
  });
});
