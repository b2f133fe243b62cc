import { ConfigurationError } from '../../errors/index.js';
import {
  add,
  cast,
  constantLike,
  gatherElements,
  matmul,
  mul,
  reduceSum,
  relu,
  reshape,
  sub,
  transpose as permute,
  unsqueeze,
} from '../../graph/index.js';
import { identity, matrix, multiply, symmetricEigen, transpose } from '../../linalg/index.js';
import { tensor } from '../../tensor/index.js';
import { momentMatrices } from '../moments.js';
import { contrasts } from './contrasts.js';
import type { CurvatureKind } from './curvature.js';
import { contrastCurvature, squaredLength } from './softmax-curvature.js';

/** An eigendecomposition of this many rows takes a minute. */
const MAXIMUM_WEIGHTS = 2000;

/**
 * All of the curvature, sum_i Q'(diag p_i - p_i p_i')Q ⊗ phi_i phi_i' in the (K - 1) D weights of the
 * contrasts: exact, since the logits are linear in the weights. For (K - 1) D of at most 2,000.
 */
export const fullCurvature: CurvatureKind = {
  name: 'full',
  title: 'full',
  async curvatureOf({ phi, probabilities, weights }) {
    const { rows: classes, cols: width } = weights;
    const [m, size] = [classes - 1, (classes - 1) * width];
    if (size > MAXIMUM_WEIGHTS) {
      throw new ConfigurationError({
        what: 'full Laplace of the last layer',
        expected: `at most ${MAXIMUM_WEIGHTS} weights`,
        got: `${size}`,
        hint: "use the Kronecker-factored one, 'laplace.kronecker'",
      });
    }
    const q = contrasts(classes);
    const pairs = Array.from({ length: m }, (_, a) =>
      Array.from({ length: a + 1 }, (_, c) => [a, c] as const),
    ).flat();
    const n = phi.shape[0]!;
    const own = new Float64Array(n * pairs.length);
    for (let i = 0; i < n; i++) {
      const curvature = contrastCurvature(probabilities.data.subarray(i * classes, (i + 1) * classes), q);
      pairs.forEach(([a, c], pair) => (own[i * pairs.length + pair] = curvature.data[a * m + c]!));
    }
    const blocks = await momentMatrices(phi, { weights: tensor('float64', [n, pairs.length], own) });
    const hessian = matrix(size, size);
    pairs.forEach(([a, c], pair) => {
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) {
          const value = blocks[pair]!.data[i * width + j]!;
          hessian.data[(a * width + i) * size + c * width + j] = value;
          hessian.data[(c * width + j) * size + a * width + i] = value;
        }
      }
    });
    const { values, vectors } = symmetricEigen(hessian);
    const eigenvalues = values.map((value) => Math.max(value, 0));
    return {
      eigenvalues,
      squaredNorm: squaredLength(multiply(transpose(q), weights)),
      tensors(priorPrecision) {
        // Row j of feature j: a root of the posterior covariance, (contrast, direction).
        const root = new Float32Array(width * m * size);
        for (let a = 0; a < m; a++) {
          for (let j = 0; j < width; j++) {
            for (let r = 0; r < size; r++) {
              const deviation = 1 / Math.sqrt(eigenvalues[r]! + priorPrecision);
              root[(j * m + a) * size + r] = vectors.data[(a * width + j) * size + r]! * deviation;
            }
          }
        }
        return {
          root: tensor('float32', [width, m * size], root),
          contrasts: tensor('float64', [classes, m], q.data),
        };
      },
    };
  },
  variances(phi, { predicted, isPredicted }, constant) {
    const q = constant('contrasts');
    const root = constant('root');
    const [classes, m] = q.shape as [number, number];
    const size = Number(root.shape[1]) / m;
    const factor = reshape(matmul(phi, root), [-1, m, size]);
    const covariance = cast(matmul(factor, permute(factor, [0, 2, 1])), 'float64');
    const ofLogits = matmul(matmul(q, covariance), permute(q, [1, 0]));
    const diagonal = phi.builder.constant(tensor('float64', [classes, classes], identity(classes).data));
    const own = reduceSum(mul(ofLogits, diagonal), [2]);
    const cross = reduceSum(mul(ofLogits, cast(unsqueeze(isPredicted, [1]), 'float64')), [2]);
    return relu(sub(add(own, gatherElements(own, predicted, 1)), mul(cross, constantLike(cross, 2))));
  },
};
