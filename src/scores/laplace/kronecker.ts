import {
  add,
  cast,
  constantLike,
  gather,
  gatherElements,
  matmul,
  mul,
  relu,
  reshape,
  sub,
  transpose as permute,
} from '../../graph/index.js';
import { matrix, multiply, symmetricEigen, transpose } from '../../linalg/index.js';
import type { Matrix } from '../../linalg/index.js';
import { tensor } from '../../tensor/index.js';
import { meanOf, momentMatrices } from '../moments.js';
import { contrasts } from './contrasts.js';
import type { CurvatureKind } from './curvature.js';
import { squaredLength } from './softmax-curvature.js';

/**
 * The curvature as one product, sum_i phi_i phi_i' ⊗ mean_i Q'(diag p_i - p_i p_i')Q: as if what the features
 * are and how sure the classifier is were independent. Exact where all examples have the same probabilities.
 * By the eigendecompositions of the two factors, so that the prior is added without any further
 * approximation.
 *
 * Source: Ritter, Botev, Barber, "A scalable Laplace approximation for neural networks", ICLR 2018.
 */
export const kroneckerCurvature: CurvatureKind = {
  name: 'kronecker',
  title: 'Kronecker',
  async curvatureOf({ phi, probabilities, weights }) {
    const { rows: classes, cols: width } = weights;
    const m = classes - 1;
    const q = contrasts(classes);
    const [inputs] = (await momentMatrices(phi)) as [Matrix];
    const outputs = multiply(transpose(q), multiply(await meanCurvature(probabilities), q));
    const left = symmetricEigen(inputs);
    const right = symmetricEigen(symmetric(outputs));
    const products = new Float64Array(width * m);
    for (let j = 0; j < width; j++) {
      for (let a = 0; a < m; a++)
        products[j * m + a] = Math.max(0, left.values[j]!) * Math.max(0, right.values[a]!);
    }
    return {
      eigenvalues: products,
      squaredNorm: squaredLength(multiply(transpose(q), weights)),
      tensors: (priorPrecision) => ({
        inputs: tensor('float32', [width, width], Float32Array.from(left.vectors.data)),
        variances: tensor(
          'float32',
          [width, m],
          Float32Array.from(products, (value) => 1 / (value + priorPrecision)),
        ),
        outputs: tensor('float64', [classes, m], multiply(q, right.vectors).data),
      }),
    };
  },
  variances(phi, { predicted }, constant) {
    const rotated = matmul(phi, constant('inputs'));
    const along = cast(matmul(mul(rotated, rotated), constant('variances')), 'float64');
    const outputs = constant('outputs');
    const back = permute(outputs, [1, 0]);
    const own = matmul(along, mul(back, back));
    const cross = matmul(mul(along, gather(outputs, reshape(predicted, [-1]))), back);
    return relu(sub(add(own, gatherElements(own, predicted, 1)), mul(cross, constantLike(cross, 2))));
  },
};

/** diag(mean p) - mean p p', (K, K). */
async function meanCurvature(probabilities: Parameters<typeof momentMatrices>[0]): Promise<Matrix> {
  const [n, classes] = probabilities.shape as [number, number];
  const [second] = (await momentMatrices(probabilities)) as [Matrix];
  const own = matrix(
    classes,
    classes,
    second.data.map((value) => -value / n),
  );
  meanOf(probabilities).forEach((mean, k) => (own.data[k * classes + k]! += mean));
  return own;
}

function symmetric({ rows, data }: Matrix): Matrix {
  const own = matrix(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) own.data[i * rows + j] = (data[i * rows + j]! + data[j * rows + i]!) / 2;
  }
  return own;
}
