import { matrix } from '../../linalg/index.js';
import type { Matrix } from '../../linalg/index.js';

/**
 * Q'(diag p - p p')Q, (K - 1, K - 1): the curvature of -log softmax(f)_y in the contrasts of the logits,
 * whatever y.
 */
export function contrastCurvature(p: Float64Array, { rows: classes, cols: m, data: q }: Matrix): Matrix {
  const out = matrix(m, m);
  const means = new Float64Array(m);
  for (let k = 0; k < classes; k++) for (let a = 0; a < m; a++) means[a]! += p[k]! * q[k * m + a]!;
  for (let k = 0; k < classes; k++) {
    for (let a = 0; a < m; a++) {
      // Around the mean, so that nothing cancels where one probability is nearly 1.
      const scale = p[k]! * (q[k * m + a]! - means[a]!);
      for (let c = 0; c <= a; c++) out.data[a * m + c]! += scale * (q[k * m + c]! - means[c]!);
    }
  }
  for (let a = 0; a < m; a++) for (let c = 0; c < a; c++) out.data[c * m + a] = out.data[a * m + c]!;
  return out;
}

/** |A|^2, Frobenius. */
export function squaredLength({ data }: Matrix): number {
  return data.reduce((sum, value) => sum + value * value, 0);
}
