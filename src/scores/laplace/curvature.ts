import type { Value } from '../../graph/index.js';
import type { Matrix } from '../../linalg/index.js';
import type { Tensor } from '../../tensor/index.js';
import type { AppendCall } from '../score.js';
import type { Prediction } from '../tail.js';

/** A last layer and what it saw: logits = weights phi. */
export interface LastLayerData {
  /** phi (n, D): the features, and a 1 where the layer has a bias. */
  readonly phi: Tensor<'float32'>;
  /** softmax of the logits, (n, K). */
  readonly probabilities: Tensor<'float64'>;
  /** (K, D). */
  readonly weights: Matrix;
}

/** The curvature of the negative log likelihood in the last layer's weights, summed over the examples. */
export interface LastLayerCurvature {
  /** Its eigenvalues, at least 0: all that the marginal likelihood needs of it. */
  readonly eigenvalues: Float64Array;
  /** Squared length of the weights in the directions of these eigenvalues. */
  readonly squaredNorm: number;
  /** What `variances` needs of the posterior, whose precision is the curvature plus that of the prior. */
  tensors(priorPrecision: number): Readonly<Record<string, Tensor>>;
}

/** One form of the curvature. */
export interface CurvatureKind {
  readonly name: 'full' | 'kronecker' | 'diagonal';
  readonly title: string;
  curvatureOf(data: LastLayerData): Promise<LastLayerCurvature>;
  /**
   * Variance of f_k - f_y in the posterior, y the predicted class: (N, K), float64, at least 0, from phi (N,
   * D).
   */
  variances(phi: Value, prediction: Prediction, constant: AppendCall['constant']): Value;
}
