/**
 * The small end of a softmax, computed from differences of logits in float64: 1 - p of a confident prediction
 * is a sum of the other probabilities, not the difference of two equal numbers, so that the very confident
 * are still told apart.
 */
import {
  add,
  argMax,
  cast,
  constantLike,
  div,
  equal,
  exp,
  gatherElements,
  less,
  log,
  mul,
  reduceSum,
  sub,
  where,
} from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { tensor } from '../tensor/index.js';

export interface Prediction {
  /** The index of the largest logit (the first of several), (N, 1), int64. */
  readonly predicted: Value;
  /** Whether a class is the predicted one, (N, K), bool. */
  readonly isPredicted: Value;
  /** The largest logit, (N, 1), float64. */
  readonly largest: Value;
  /** log(p_k / p_y) of each class k against the predicted y, (N, K), float64; -Infinity for y itself. */
  readonly logOdds: Value;
}

/** Logits (N, K) of any float type, and what they predict. */
export function predict(logits: Value): Prediction {
  const precise = cast(logits, 'float64');
  const classes = Number(logits.shape[1]);
  const indices = BigInt64Array.from({ length: classes }, (_, k) => BigInt(k));
  const predicted = argMax(precise, 1, { keepDimensions: true });
  const isPredicted = equal(logits.builder.constant(tensor('int64', [classes], indices)), predicted);
  const largest = gatherElements(precise, predicted, 1);
  const logOdds = where(isPredicted, constantLike(precise, -Infinity), sub(precise, largest));
  return { predicted, isPredicted, largest, logOdds };
}

/**
 * 1 - p of the predicted class, (N,), of [0, 1 - 1 / K]: o / (1 + o) for the sum o of the others' odds, from their log (N,
 * K).
 */
export function probabilityOfOthers(logOdds: Value): Value {
  const sum = reduceSum(exp(logOdds), [1]);
  return div(sum, add(sum, constantLike(sum, 1)));
}

/** log(1 + x) for x of at least 0, which for a small x is nearly x and not log(1). */
export function log1p(x: Value): Value {
  const series = mul(
    x,
    sub(constantLike(x, 1), mul(x, sub(constantLike(x, 1 / 2), div(x, constantLike(x, 3))))),
  );
  return where(less(x, constantLike(x, 1e-4)), series, log(add(x, constantLike(x, 1))));
}
