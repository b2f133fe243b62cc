import { ConfigurationError, DataError } from '../errors/index.js';
import { cast, constantLike, GraphBuilder, matmul, mul, reduceNorm, sub } from '../graph/index.js';
import { lastLayerOf } from '../inspection/index.js';
import type { LastLayer } from '../inspection/index.js';
import { multiply, multiplyVector, symmetricEigen, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { predict } from '../runtime/index.js';
import { tensor, zeros } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { negativeEnergy } from './energy.js';
import { checkLastLayer } from './last-layer.js';
import { momentMatrices } from './moments.js';
import type { FitCall, Score } from './score.js';
import { requireCount } from './settings.js';

/** Of d: dimensions to choose among. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 3 / 4];

export interface VimSettings {
  /**
   * D, the dimension of the principal subspace, under d. Unless given, the authors' choice: 1000 for d of at
   * least 2048, 512 for d of at least 768, and half of d below.
   */
  readonly dimension?: number;
}

/**
 * Virtual-logit matching: alpha |x_perp| - log sum_k exp(f_k). x = features - o, o the point whose logits are
 * 0 (as near as can be); x_perp the part of x outside the D principal directions of the examples; alpha such
 * that the virtual logit alpha |x_perp| is on average as large as the largest logit.
 *
 * The log of the odds of a class 'none of these' in a softmax with the virtual logit, from features and
 * logits together. Fails where features have no small directions (few features for many classes), and where
 * the logits' common level means nothing, as for the energy. The fit needs an eigendecomposition of (d, d):
 * seconds for 512 features, minutes for 2,048.
 *
 * Source: Wang, Li, Feng, Zhang, "ViM: out-of-distribution with virtual-logit matching", CVPR 2022.
 * @throws ConfigurationError on a dimension under 1; when fitted, also on one that is not under d, DataError
 *   where the examples have no residual, or logits whose largest are under 0 on average.
 */
export function vim({ dimension }: VimSettings = {}): Score {
  if (dimension !== undefined) requireCount('vim: dimension', dimension);
  return {
    name: 'vim',
    title: 'ViM',
    needs: ['lastLayer'],
    fittedOn: 'training',
    unit: 'log odds',
    settings: dimension === undefined ? {} : { dimension },
    ...(dimension === undefined && {
      tuning: {
        alone: undefined,
        candidates: ({ features: d }) =>
          [...new Set([usualDimension(d), ...SHARES.map((share) => Math.round(share * d))])]
            .filter((own) => own >= 1 && own < d)
            .map((own) => vim({ dimension: own })),
      },
    }),
    async fit(call) {
      const { classifier, features } = call;
      const layer = lastLayerOf(classifier);
      checkLastLayer(layer, call);
      const d = features.shape[1]!;
      const kept = dimension ?? usualDimension(d);
      if (kept >= d) {
        throw new ConfigurationError({ what: 'vim: dimension', expected: `under d = ${d}`, got: `${kept}` });
      }
      const origin = originOf(layer);
      // Eigenvalues ascend, so the first columns span what is outside the principal directions.
      const vectors = await directionsOf(features, origin);
      const residual = zeros('float32', [d, d - kept]);
      for (let i = 0; i < d; i++) {
        residual.data.set(vectors.data.subarray(i * d, i * d + d - kept), i * (d - kept));
      }
      const tensors = { origin: tensor('float32', [d], Float32Array.from(origin)), residual };
      const alpha = await matchingScale(call, tensors);
      return {
        tensors,
        settings: { dimension: kept, alpha, examples: features.shape[0]! },
      };
    },
    append({ features, logits, constant, setting }) {
      const norm = reduceNorm(matmul(sub(features, constant('origin')), constant('residual')), [1]);
      const negative = negativeEnergy(logits);
      const virtual = mul(cast(norm, 'float64'), constantLike(negative, setting('alpha')));
      return sub(virtual, negative);
    },
  };
}

/** What was found of examples, so that candidates of the dimension share it: it is what takes the time. */
const directions = new WeakMap<Tensor<'float32'>, { origin: string; vectors: Promise<Matrix> }>();

/** Eigenvectors of the examples' second moments around the origin, as columns, by ascending eigenvalue. */
async function directionsOf(features: Tensor<'float32'>, origin: Float64Array): Promise<Matrix> {
  const known = directions.get(features);
  if (known?.origin === origin.join()) return known.vectors;
  const vectors = momentMatrices(features, { centreOf: () => origin }).then(
    ([second]) => symmetricEigen(second!).vectors,
  );
  directions.set(features, { origin: origin.join(), vectors });
  return vectors;
}

function usualDimension(d: number): number {
  if (d >= 2048) return 1000;
  return d >= 768 ? 512 : Math.floor(d / 2);
}

/** The shortest o of W o = -b, or the nearest to one: -W' (W W')^+ b. */
function originOf({ weight, bias = new Float64Array(weight.rows) }: LastLayer): Float64Array {
  const { values, vectors } = symmetricEigen(multiply(weight, transpose(weight)));
  const threshold = values.length * Number.EPSILON * values.at(-1)!;
  const coordinates = multiplyVector(transpose(vectors), bias).map((value, i) =>
    values[i]! > threshold ? -value / values[i]! : 0,
  );
  return multiplyVector(transpose(weight), multiplyVector(vectors, coordinates));
}

/** alpha = sum of the largest logits / sum of the residuals' lengths. */
async function matchingScale(
  { features, logits, signal }: FitCall,
  { origin, residual }: { readonly origin: Tensor<'float32'>; readonly residual: Tensor<'float32'> },
): Promise<number> {
  const [n, d] = features.shape as [number, number];
  const classes = logits.shape[1]!;
  const b = new GraphBuilder('residual');
  const x = sub(b.input('features', 'float32', ['N', d]), b.constant(origin));
  const outside = reduceNorm(matmul(x, b.constant(residual)), [1]);
  const graph = b.build({ outside, length: reduceNorm(x, [1]) });
  const lengths = await predict(graph, { features }, { workers: 0, ...(signal && { signal }) });
  const total = (name: string): number =>
    (lengths[name] as Tensor<'float32'>).data.reduce((a, c) => a + c, 0);
  let logitSum = 0;
  for (let i = 0; i < n; i++) {
    logitSum += logits.data.subarray(i * classes, (i + 1) * classes).reduce((a, c) => Math.max(a, c));
  }
  const residualSum = total('outside');
  if (!(residualSum > d * 2 ** -24 * total('length'))) {
    throw new DataError({
      what: 'ViM: examples',
      expected: `features outside the ${d - residual.shape[1]!} principal directions`,
      got: `none, of ${n} examples`,
      hint: 'take more examples, or a smaller dimension',
    });
  }
  if (!(logitSum > 0)) {
    throw new DataError({
      what: 'ViM: logits',
      expected: 'ones whose largest is over 0 on average',
      got: `${logitSum / n}`,
      hint: 'are they log probabilities? Name the values before the softmax as the logits',
    });
  }
  return logitSum / residualSum;
}
