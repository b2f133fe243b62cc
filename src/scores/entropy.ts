import { add, constantLike, div, exp, maximum, mul, reduceSum, sub } from '../graph/index.js';
import type { Score } from './score.js';
import { log1p, predict } from './tail.js';

/** exp is 0 from -746 on; log odds may be infinite, and 0 times infinity is not 0. */
const LEAST_LOG_ODDS = -1000;

/**
 * Entropy of the softmax: H = -sum_k p_k log p_k, nats, of [0, log K], computed as log(1 + o) - sum_k p_k
 * l_k, a sum of terms that are not negative (o: the others' odds against the predicted class, l: their log).
 *
 * Sees more than MCP where several classes compete: ten equal probabilities are more suspicious than two.
 * Fails as MCP does: it is the uncertainty that the network states.
 *
 * Source: Shannon, 1948; as a score, Hendrycks & Gimpel, ICLR 2017.
 */
export const entropy: Score = {
  name: 'entropy',
  title: 'Entropy',
  needs: [],
  fittedOn: 'nothing',
  unit: 'nats',
  settings: {},
  append({ logits }) {
    const { logOdds } = predict(logits);
    const odds = exp(logOdds);
    const sum = reduceSum(odds, [1]);
    const finite = maximum(logOdds, constantLike(logOdds, LEAST_LOG_ODDS));
    const weighted = reduceSum(mul(odds, finite), [1]);
    return sub(log1p(sum), div(weighted, add(sum, constantLike(sum, 1))));
  },
};
