import { add, constantLike, div, mul, pad, sqrt } from '../graph/index.js';
import { lastLayerOf } from '../inspection/index.js';
import type { LastLayer } from '../inspection/index.js';
import { matrix } from '../linalg/index.js';
import { tensor } from '../tensor/index.js';
import { checkLastLayer } from './last-layer.js';
import type { CurvatureKind, LastLayerData } from './laplace/curvature.js';
import { diagonalCurvature } from './laplace/diagonal.js';
import { effectiveParameters, evidencePriorPrecision } from './laplace/evidence.js';
import { fullCurvature } from './laplace/full.js';
import { kroneckerCurvature } from './laplace/kronecker.js';
import { softmaxRows } from './maximum-class-probability.js';
import type { FitCall, Score } from './score.js';
import { requirePositive } from './settings.js';
import { predict, probabilityOfOthers } from './tail.js';

export interface LastLayerLaplaceSettings {
  /** 'full' for small last layers, 'kronecker' unless given, 'diagonal' for the cheapest. */
  readonly curvature?: CurvatureKind['name'];
  /**
   * Precision of the normal prior of the weights, biases too; the one of largest marginal likelihood unless
   * given.
   */
  readonly priorPrecision?: number;
}

const kinds: Readonly<Record<CurvatureKind['name'], CurvatureKind>> = {
  full: fullCurvature,
  kronecker: kroneckerCurvature,
  diagonal: diagonalCurvature,
};

/**
 * Laplace's approximation of the last layer: 1 - p_y of the predicted class y under the posterior N(w, (H +
 * alpha I)^-1) of the last layer's weights, w the trained ones, H the curvature of the examples' negative log
 * likelihood, alpha the prior's precision:
 *
 *   p_y = 1 / sum_k exp(-(f_y - f_k) / sqrt(1 + (pi / 8) Var[f_y - f_k])).
 *
 * This mean-field form takes each difference of logits as MacKay took the one logit of two classes, and for
 * two classes is his. Unlike a variance for each logit it does not change when something is added to all of
 * them, which the prior alone decides about.
 *
 * Lowers the confidence in directions of feature space that the examples do not determine. With many examples
 * H is large and the score near MCP; it doubts the last layer only, and inputs that the features map onto
 * known ones stay certain.
 *
 * Sources: Daxberger et al., "Laplace redux: effortless Bayesian deep learning", NeurIPS 2021; MacKay, "The
 * evidence framework applied to classification networks", Neural Computation 4, 1992; Lu, Ie, Sha,
 * "Mean-field approximation to Gaussian-softmax integral", 2020.
 * @throws ConfigurationError on a prior precision that is not over 0; when fitted, also on a full curvature
 *   of more than 2,000 weights.
 */
export function lastLayerLaplace({
  curvature = 'kronecker',
  priorPrecision,
}: LastLayerLaplaceSettings = {}): Score {
  if (priorPrecision !== undefined) requirePositive('lastLayerLaplace: priorPrecision', priorPrecision);
  const kind = kinds[curvature];
  return {
    name: `laplace.${kind.name}`,
    title: `Laplace, ${kind.title}`,
    needs: ['lastLayer'],
    fittedOn: 'training',
    unit: 'probability',
    settings: priorPrecision === undefined ? {} : { priorPrecision },
    async fit(call) {
      const layer = lastLayerOf(call.classifier);
      checkLastLayer(layer, call);
      const found = await kind.curvatureOf(lastLayerData(layer, call));
      const alpha = priorPrecision ?? evidencePriorPrecision(found);
      return {
        tensors: found.tensors(alpha),
        settings: {
          priorPrecision: alpha,
          effectiveParameters: effectiveParameters(found.eigenvalues, alpha),
          bias: layer.bias === undefined ? 0 : 1,
          examples: call.labels.data.length,
          ...(call.total > call.labels.data.length && { standingFor: call.total }),
        },
      };
    },
    append({ features, logits, constant, setting }) {
      const one = constantLike(features, 1);
      const phi = setting('bias') === 1 ? pad(features, [0, 0], [0, 1], one) : features;
      const prediction = predict(logits);
      const variances = kind.variances(phi, prediction, constant);
      const widening = sqrt(
        add(mul(variances, constantLike(variances, Math.PI / 8)), constantLike(variances, 1)),
      );
      return probabilityOfOthers(div(prediction.logOdds, widening));
    },
  };
}

/** Of a sample each example stands for total / n: its curvature, which is quadratic in phi, counts as often. */
function lastLayerData({ weight, bias }: LastLayer, { features, logits, total }: FitCall): LastLayerData {
  const probabilities = tensor('float64', logits.shape, softmaxRows(logits));
  const [n, d] = features.shape as [number, number];
  const scale = Math.sqrt(total / n);
  const scaled = scale === 1 ? features.data : features.data.map((value) => scale * value);
  if (bias === undefined)
    return { phi: tensor('float32', features.shape, scaled), probabilities, weights: weight };
  const phi = new Float32Array(n * (d + 1)).fill(scale);
  for (let i = 0; i < n; i++) phi.set(scaled.subarray(i * d, (i + 1) * d), i * (d + 1));
  const weights = matrix(weight.rows, d + 1);
  for (let k = 0; k < weight.rows; k++) {
    weights.data.set(weight.data.subarray(k * d, (k + 1) * d), k * (d + 1));
    weights.data[k * (d + 1) + d] = bias[k]!;
  }
  return { phi: tensor('float32', [n, d + 1], phi), probabilities, weights };
}
