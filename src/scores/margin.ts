import { add, constantLike, div, exp, reduceMax, reduceSum } from '../graph/index.js';
import type { Score } from './score.js';
import { predict } from './tail.js';

/**
 * Margin: 1 - (p_1 - p_2), of [0, 1], for the largest and the second largest probability of the softmax.
 *
 * Asks only whether there is a rival: good where errors are confusions of two classes, blind to doubt that is
 * spread over many, and as overconfident as the softmax that it reads.
 *
 * Source: Scheffer, Decomain, Wrobel, "Active hidden Markov models for information extraction", IDA 2001.
 */
export const margin: Score = {
  name: 'margin',
  title: 'Margin',
  needs: [],
  fittedOn: 'nothing',
  unit: 'probability',
  settings: {},
  append({ logits }) {
    const odds = exp(predict(logits).logOdds);
    const sum = reduceSum(odds, [1]);
    // 1 - p_1 + p_2 with p_1 = 1 / (1 + sum) and p_2 = max / (1 + sum): nothing cancels.
    return div(add(sum, reduceMax(odds, [1])), add(sum, constantLike(sum, 1)));
  },
};
