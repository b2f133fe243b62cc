import { cast, gemm, GraphBuilder, mul, reshape, sub, unsqueeze } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { matrix } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { openSession } from '../runtime/index.js';
import type { Feeds } from '../runtime/index.js';
import { sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Sums over the rows of large arrays. Products and sums are in float64, on ONNX Runtime. */

/** (n, d). */
type Rows = Tensor<'float32' | 'float64'>;

/** Rows of one run. */
const BATCH = 1000;

/** Mean of the rows (n, d) → (d). */
export function meanOf({ shape, data }: Rows): Float64Array {
  const [n, d] = shape as [number, number];
  const sums = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) sums[j]! += data[i * d + j]!;
  return sums.map((sum) => sum / n);
}

/**
 * sum_i w_im (x_i - c_i)(x_i - c_i)' for each column m of the weights (n, m), symmetric matrices (d, d), for
 * rows x (n, d). Weights of 1 unless given; `centreOf`: where row i is centred, (d), nowhere unless given.
 */
export async function momentMatrices(
  rows: Rows,
  { weights, centreOf }: { weights?: Tensor<'float64'>; centreOf?: (row: number) => Float64Array } = {},
): Promise<Matrix[]> {
  const d = rows.shape[1]!;
  const m = weights?.shape[1] ?? 1;
  const b = new GraphBuilder('moments');
  const raw = cast(b.input('rows', rows.dtype, ['N', d]), 'float64');
  const x = centreOf === undefined ? raw : sub(raw, b.input('centres', 'float64', ['N', d]));
  const weighted =
    weights === undefined
      ? x
      : reshape(mul(unsqueeze(x, [1]), unsqueeze(b.input('weights', 'float64', ['N', m]), [2])), [-1, m * d]);
  const graph = b.build({ sums: gemm(x, weighted, undefined, { transA: true }) });
  const sums = await summed(graph, rows.shape[0]!, d * m * d, (start, end) => ({
    rows: sliceRows(rows, start, end),
    ...(weights && { weights: sliceRows(weights, start, end) }),
    ...(centreOf && { centres: stacked(start, end, d, centreOf) }),
  }));
  return Array.from({ length: m }, (_, column) => {
    const own = matrix(d, d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const [a, mirrored] = [sums[(i * m + column) * d + j]!, sums[(j * m + column) * d + i]!];
        own.data[i * d + j] = own.data[j * d + i] = (a + mirrored) / 2;
      }
    }
    return own;
  });
}

/** sum_i w_im x_ij^2, (m, d), for weights (n, m) and rows x (n, d). */
export async function weightedSquares(rows: Rows, weights: Tensor<'float64'>): Promise<Matrix> {
  const [d, m] = [rows.shape[1]!, weights.shape[1]!];
  const b = new GraphBuilder('weighted squares');
  const x = cast(b.input('rows', rows.dtype, ['N', d]), 'float64');
  const w = b.input('weights', 'float64', ['N', m]);
  const graph = b.build({ sums: gemm(w, mul(x, x), undefined, { transA: true }) });
  const sums = await summed(graph, rows.shape[0]!, m * d, (start, end) => ({
    rows: sliceRows(rows, start, end),
    weights: sliceRows(weights, start, end),
  }));
  return matrix(m, d, sums);
}

/** The output `sums` of the graph, added up over batches of the rows. */
async function summed(
  graph: Graph,
  rows: number,
  size: number,
  feeds: (start: number, end: number) => Feeds,
): Promise<Float64Array> {
  const sums = new Float64Array(size);
  await using session = await openSession(graph);
  for (let start = 0; start < rows; start += BATCH) {
    const outputs = await session.run(feeds(start, Math.min(start + BATCH, rows)));
    const { data } = outputs['sums'] as Tensor<'float64'>;
    for (let i = 0; i < size; i++) sums[i]! += data[i]!;
  }
  return sums;
}

function stacked(
  start: number,
  end: number,
  d: number,
  rowOf: (row: number) => Float64Array,
): Tensor<'float64'> {
  const data = new Float64Array((end - start) * d);
  for (let i = start; i < end; i++) data.set(rowOf(i), (i - start) * d);
  return tensor('float64', [end - start, d], data);
}
