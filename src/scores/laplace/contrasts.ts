import { matrix } from '../../linalg/index.js';
import type { Matrix } from '../../linalg/index.js';

/**
 * Q (K, K - 1): orthonormal columns that sum to 0 (Helmert's). A softmax sees differences of logits only,
 * which are differences of Q'f; what all logits share is left to the prior alone, and would swamp the rest.
 */
export function contrasts(classes: number): Matrix {
  const q = matrix(classes, classes - 1);
  for (let m = 1; m < classes; m++) {
    const scale = 1 / Math.sqrt(m * (m + 1));
    for (let k = 0; k < m; k++) q.data[k * (classes - 1) + m - 1] = scale;
    q.data[m * (classes - 1) + m - 1] = -m * scale;
  }
  return q;
}
