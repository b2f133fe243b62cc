import { add, constantLike, div, minimum, mul, reduceSum } from '../graph/index.js';
import type { Score } from './score.js';
import { log1p, oddsOfOthers, predict } from './tail.js';

/** exp(-gap) is 0 from 746 on; a gap may be infinite, and 0 times infinity is not 0. */
const LARGEST_GAP = 1000;

/**
 * Entropy of the softmax: H = -sum_k p_k log p_k, nats, of [0, log K], computed as log(1 + o) + sum_k p_k
 * gap_k, a sum of terms that are not negative (o: the others' odds against the predicted class, gap: how far
 * its logit leads).
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
    const prediction = predict(logits);
    const odds = oddsOfOthers(prediction);
    const sum = reduceSum(odds, [1]);
    const gaps = minimum(prediction.gaps, constantLike(prediction.gaps, LARGEST_GAP));
    const weighted = reduceSum(mul(odds, gaps), [1]);
    return add(log1p(sum), div(weighted, add(sum, constantLike(sum, 1))));
  },
};
