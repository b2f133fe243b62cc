import {
  argMax,
  cast,
  constantLike,
  equal,
  exp,
  log,
  logSoftmax,
  maximum,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSum,
  relu,
  sub,
} from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import { tensor } from '../tensor/index.js';
import { appendPasses, dropoutMasks } from './dropout-passes.js';
import type { Score } from './score.js';
import { keyText, requireCount } from './settings.js';

export interface McDropoutSettings {
  /**
   * What is measured of the passes' probabilities p_s: 'entropy' H[mean p] unless given, 'mutualInformation'
   * H[mean p] - mean H[p], both in nats, 'variationRatio' 1 - the share of the passes that vote for the most
   * voted class.
   */
  readonly measure?: 'entropy' | 'mutualInformation' | 'variationRatio';
  /** S, 50 unless given. */
  readonly passes?: number;
  /** Decides the masks. */
  readonly key?: Key;
}

const measures = {
  entropy: { of: entropyOfMean, title: 'MC dropout, entropy', unit: 'nats' },
  mutualInformation: { of: mutualInformation, title: 'MC dropout, mutual information', unit: 'nats' },
  variationRatio: { of: variationRatio, title: 'MC dropout, variation ratio', unit: 'share of passes' },
} as const;

/**
 * Monte Carlo dropout: how uncertain, or how much at odds, S passes with the Dropout layers active are about
 * the class (terms: `uncertainty.ts`).
 *
 * The masks are drawn once, from the key, and are constants of the graph, the same for all inputs: S fixed
 * networks. So the graph is deterministic, an input's score does not depend on its batch, and the file needs
 * no random operation, of which ONNX has none that is keyed. The layers behind the first dropout are in the
 * graph S times (their weights once). Each input's distribution over masks is that of independent ones; what
 * is lost is that errors of a small S no longer average out over inputs. Fails with little dropout, or where
 * it lies late.
 *
 * Source: Gal & Ghahramani, "Dropout as a Bayesian approximation", ICML 2016.
 * @throws ConfigurationError on fewer than 1 pass.
 */
export function mcDropout({
  measure = 'entropy',
  passes = 50,
  key = keyOf(0),
}: McDropoutSettings = {}): Score {
  requireCount('mcDropout: passes', passes);
  const { of, title, unit } = measures[measure];
  return {
    name: `mcDropout.${measure}`,
    title,
    needs: ['dropout'],
    fittedOn: 'nothing',
    unit,
    settings: { passes, key: keyText(key) },
    fit: ({ classifier }) => ({
      tensors: dropoutMasks(classifier, { passes, key: fold(key, 'mcDropout') }),
      settings: { passes, key: keyText(key) },
    }),
    append({ builder, classifier, input, fitted: { tensors, settings } }) {
      const name = `mcDropout/${settings['passes']}/${settings['key']}`;
      return of(appendPasses(builder, classifier, input, { masks: tensors, name }));
    },
  };
}

/** H[mean p] from the passes' logits (N, S, K), (N,). */
function entropyOfMean(logits: Value): Value {
  const mean = reduceMean(exp(logProbabilities(logits)), [1]);
  // p log p is 0 for p = 0, whose logarithm is not finite.
  return entropyOf(mean, log(maximum(mean, constantLike(mean, 1e-300))));
}

/** H[mean p] - mean H[p], at least 0, (N,). */
function mutualInformation(logits: Value): Value {
  const logarithm = logProbabilities(logits);
  return relu(sub(entropyOfMean(logits), reduceMean(entropyOf(exp(logarithm), logarithm), [1])));
}

/** 1 - max_k votes_k / S, (N,). */
function variationRatio(logits: Value): Value {
  const indices = BigInt64Array.from({ length: Number(logits.shape[2]) }, (_, k) => BigInt(k));
  const classes = logits.builder.constant(tensor('int64', [indices.length], indices));
  const votes = cast(equal(classes, argMax(logits, 2, { keepDimensions: true })), 'float64');
  const most = reduceMax(reduceMean(votes, [1]), [1]);
  return sub(constantLike(most, 1), most);
}

/** -sum p log p over the last axis. */
function entropyOf(p: Value, logarithm: Value): Value {
  return neg(reduceSum(mul(p, logarithm), [-1]));
}

/** log softmax, float64, no less than -1000, whose exp is 0: 0 times infinity is not 0. */
function logProbabilities(logits: Value): Value {
  const logarithm = logSoftmax(cast(logits, 'float64'), -1);
  return maximum(logarithm, constantLike(logarithm, -1000));
}
