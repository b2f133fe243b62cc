import { add, cast, gatherElements, matmul, mul } from '../../graph/index.js';
import { tensor } from '../../tensor/index.js';
import { weightedSquares } from '../moments.js';
import type { CurvatureKind } from './curvature.js';
import { squaredLength } from './softmax-curvature.js';

/**
 * The diagonal of the curvature alone, sum_i p_ik (1 - p_ik) phi_ij^2 for weight (k, j): weights as if they
 * were independent, which those of correlated features are not. The cheapest, and the one whose variances are
 * least to be trusted.
 */
export const diagonalCurvature: CurvatureKind = {
  name: 'diagonal',
  title: 'diagonal',
  async curvatureOf({ phi, probabilities, weights }) {
    const { rows: classes, cols: width } = weights;
    const slopes = probabilities.data.map((p) => p * (1 - p));
    const { data: eigenvalues } = await weightedSquares(phi, tensor('float64', probabilities.shape, slopes));
    return {
      eigenvalues,
      squaredNorm: squaredLength(weights),
      tensors(priorPrecision) {
        const variances = new Float32Array(width * classes);
        for (let k = 0; k < classes; k++) {
          for (let j = 0; j < width; j++) {
            variances[j * classes + k] = 1 / (eigenvalues[k * width + j]! + priorPrecision);
          }
        }
        return { variances: tensor('float32', [width, classes], variances) };
      },
    };
  },
  variances(phi, { predicted }, constant) {
    const own = cast(matmul(mul(phi, phi), constant('variances')), 'float64');
    return add(own, gatherElements(own, predicted, 1));
  },
};
