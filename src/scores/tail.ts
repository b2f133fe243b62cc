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
  neg,
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
  /** The largest logit less each logit, (N, K), float64, at least 0; 0 for the predicted class. */
  readonly gaps: Value;
}

/** Logits (N, K) of any float type, and what they predict. */
export function predict(logits: Value): Prediction {
  const precise = cast(logits, 'float64');
  const classes = Number(logits.shape[1]);
  const indices = BigInt64Array.from({ length: classes }, (_, k) => BigInt(k));
  const predicted = argMax(precise, 1, { keepDimensions: true });
  const isPredicted = equal(logits.builder.constant(tensor('int64', [classes], indices)), predicted);
  const largest = gatherElements(precise, predicted, 1);
  const gaps = where(isPredicted, constantLike(precise, 0), sub(largest, precise));
  return { predicted, isPredicted, largest, gaps };
}

/** exp(-gap) of the other classes and 0 for the predicted one, (N, K): their odds against it. */
export function oddsOfOthers({ gaps, isPredicted }: Pick<Prediction, 'gaps' | 'isPredicted'>): Value {
  return where(isPredicted, constantLike(gaps, 0), exp(neg(gaps)));
}

/**
 * 1 - p of the predicted class, (N,), of [0, 1 - 1 / K]: o / (1 + o) for the sum o of the others' odds (N,
 * K).
 */
export function probabilityOfOthers(odds: Value): Value {
  const sum = reduceSum(odds, [1]);
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
