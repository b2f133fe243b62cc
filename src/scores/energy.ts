import { add, constantLike, div, exp, mul, neg, reduceSum, reshape } from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { requirePositive } from './settings.js';
import type { Score } from './score.js';
import { log1p, predict } from './tail.js';

/**
 * Free energy: -T log sum_k exp(f_k / T), in the units of the logits, for a temperature T over 0 (1 unless
 * given).
 *
 * A smooth maximum logit (its limit for T → 0), read as the negative log density of the input up to a
 * constant. Fails where max logit fails: it depends on the logits' common level, which the usual training
 * leaves free.
 *
 * Source: Liu, Wang, Owens, Li, "Energy-based out-of-distribution detection", NeurIPS 2020.
 * @throws ConfigurationError when the temperature is not a number over 0.
 */
export function energy({ temperature = 1 }: { readonly temperature?: number } = {}): Score {
  requirePositive('energy: temperature', temperature);
  return {
    name: 'energy',
    title: 'Energy',
    needs: [],
    fittedOn: 'nothing',
    unit: 'logit',
    settings: { temperature },
    append: ({ logits, setting }) => neg(negativeEnergy(logits, setting('temperature'))),
  };
}

/** T log sum_k exp(f_k / T), (N,), float64. */
export function negativeEnergy(logits: Value, temperature = 1): Value {
  const { logOdds, largest } = predict(logits);
  const top = reshape(largest, [-1]);
  // As other scores compute it, so that it is computed once.
  if (temperature === 1) return add(top, log1p(reduceSum(exp(logOdds), [1])));
  const scale = constantLike(logOdds, temperature);
  return add(top, mul(log1p(reduceSum(exp(div(logOdds, scale)), [1])), scale));
}
