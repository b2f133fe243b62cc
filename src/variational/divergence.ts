import { add, constantLike, log, mul, reduceSum, sub } from '../graph/index.js';
import type { Value } from '../graph/index.js';
import type { MeanFieldPosterior } from './mean-field.js';

/**
 * KL(N(mean, diag(deviation²)) || N(0, priorDeviation² I)) in nats, a scalar, of vectors (P,) of a graph:
 *
 *   sum_j [ log(prior / s_j) + (s_j² + m_j²) / (2 prior²) - 1/2 ].
 */
export function gaussianDivergence(mean: Value, deviation: Value, priorDeviation: number): Value {
  const squares = add(mul(mean, mean), mul(deviation, deviation));
  const halves = mul(squares, constantLike(mean, 1 / (2 * priorDeviation ** 2)));
  const excess = sub(halves, log(deviation));
  return reduceSum(add(excess, constantLike(mean, Math.log(priorDeviation) - 0.5)));
}

/** The same of numbers, in float64. */
export function divergenceFromPrior({ mean, deviation }: MeanFieldPosterior, priorDeviation: number): number {
  return mean.reduce((sum, m, i) => {
    const s = deviation[i]!;
    return sum + Math.log(priorDeviation / s) + (s * s + m * m) / (2 * priorDeviation ** 2) - 0.5;
  }, 0);
}
