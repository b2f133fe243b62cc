import { DataError } from '../errors/index.js';
import { add, cast, constantLike, matmul, mul, reduceMin, reduceSquares, relu, sub } from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { multiply, matrix } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { classMoments, requireShrinkage, whitening } from './class-gaussians.js';
import type { Shrinkage } from './class-gaussians.js';
import type { AppendCall, Score } from './score.js';

export interface MahalanobisSettings {
  /** 'ledoitWolf' unless given. */
  readonly shrinkage?: Shrinkage;
}

/**
 * Mahalanobis distance: min_c (f - mu_c)' S^-1 (f - mu_c), the squared distance of the features f to the
 * nearest class mean mu_c, in the covariance S that the classes share. For Gaussian classes its mean is the
 * number of features d.
 *
 * S is drawn towards a multiple of the identity (see `Shrinkage`); how far, is in the fitted settings.
 * Whitened in float32, the distances in float64. Good on inputs far from all classes. Fails where classes are
 * not blobs of one shape, on near-OOD inputs, whose difference lies in few directions among many (see
 * `relativeMahalanobis`), and for telling errors.
 *
 * Source: Lee, Lee, Lee, Shin, "A simple unified framework for detecting out-of-distribution samples and
 * adversarial attacks", NeurIPS 2018, on the features of the last layer.
 * @throws ConfigurationError on a shrinkage outside [0, 1]; when fitted, NumericalError where S can't be
 *   inverted.
 */
export function mahalanobis({ shrinkage = 'ledoitWolf' }: MahalanobisSettings = {}): Score {
  requireShrinkage('mahalanobis', shrinkage);
  return {
    name: 'mahalanobis',
    title: 'Mahalanobis',
    needs: ['features'],
    fittedOn: 'training',
    unit: 'squared distance',
    settings: { shrinkage },
    async fit(call) {
      const moments = await classMoments(call);
      const { centre, means, within, fourthWithin: fourth, examples } = moments;
      const { whiten, shrinkage: found } = whitening(within, { fourth, examples }, shrinkage);
      return {
        tensors: { centre: vector(centre), whiten, means: whitened(means, centre, whiten) },
        settings: { shrinkage: found, examples, classes: means.rows },
      };
    },
    append: (call) => reduceMin(squaredDistances(call), [1]),
  };
}

/**
 * Relative Mahalanobis distance: min_c [(f - mu_c)' S^-1 (f - mu_c)] - (f - mu)' S_0^-1 (f - mu), the squared
 * distance to the nearest class less that to one Gaussian of all the examples. What sets the classes apart
 * counts, what only varies does not; under 0 for an input that a class explains better.
 *
 * Made for near-OOD inputs. Gives up some of the plain distance's strength on far ones, for which both
 * distances grow.
 *
 * Source: Ren, Fort, Liu, Roy, Padhy, Lakshminarayanan, "A simple fix to Mahalanobis distance for improving
 * near-OOD detection", 2021.
 * @throws ConfigurationError on a shrinkage outside [0, 1]; when fitted, NumericalError where a covariance
 *   can't be inverted, DataError on examples of one class only, from which the difference is 0.
 */
export function relativeMahalanobis({ shrinkage = 'ledoitWolf' }: MahalanobisSettings = {}): Score {
  requireShrinkage('relativeMahalanobis', shrinkage);
  return {
    name: 'relativeMahalanobis',
    title: 'Relative Mahalanobis',
    needs: ['features'],
    fittedOn: 'training',
    unit: 'squared distance',
    settings: { shrinkage },
    async fit(call) {
      const { centre, means, within, total, examples, ...fourths } = await classMoments(call);
      if (means.rows < 2) {
        throw new DataError({
          what: 'relative Mahalanobis',
          expected: 'examples of two classes',
          got: 'of one',
        });
      }
      const own = whitening(within, { fourth: fourths.fourthWithin, examples }, shrinkage);
      const background = whitening(total, { fourth: fourths.fourthTotal, examples }, shrinkage);
      return {
        tensors: {
          centre: vector(centre),
          whiten: own.whiten,
          means: whitened(means, centre, own.whiten),
          background: background.whiten,
        },
        settings: {
          shrinkage: own.shrinkage,
          backgroundShrinkage: background.shrinkage,
          examples,
          classes: means.rows,
        },
      };
    },
    append(call) {
      const centred = sub(call.features, call.constant('centre'));
      const background = squares(cast(matmul(centred, call.constant('background')), 'float64'));
      return reduceMin(sub(squaredDistances(call), background), [1]);
    },
  };
}

/** |z - m_c|^2 in the whitened space, (N, C), float64: few products, from which large norms may cancel. */
function squaredDistances({ features, constant }: AppendCall): Value {
  const z = cast(matmul(sub(features, constant('centre')), constant('whiten')), 'float64');
  const means = constant('means');
  const cross = mul(matmul(z, means), constantLike(z, -2));
  const norms = reduceSquares(means, [0]);
  return relu(add(add(squares(z), cross), norms));
}

/** (N, d) → (N, 1). */
function squares(z: Value): Value {
  return reduceSquares(z, [1], { keepDimensions: true });
}

/** (mean - centre) W, as columns (d, C), float64, by the W that the graph has. */
function whitened(
  { rows, cols, data }: Matrix,
  centre: Float64Array,
  { data: whiten }: Tensor<'float32'>,
): Tensor<'float64'> {
  const offsets = matrix(
    rows,
    cols,
    data.map((mean, i) => mean - Math.fround(centre[i % cols]!)),
  );
  const { data: own } = multiply(offsets, matrix(cols, cols, Float64Array.from(whiten)));
  const columns = new Float64Array(own.length);
  for (let c = 0; c < rows; c++) for (let j = 0; j < cols; j++) columns[j * rows + c] = own[c * cols + j]!;
  return tensor('float64', [cols, rows], columns);
}

function vector(values: Float64Array): Tensor<'float32'> {
  return tensor('float32', [values.length], Float32Array.from(values));
}
