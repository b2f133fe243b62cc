import type { Score } from './score.js';
import { predict, probabilityOfOthers } from './tail.js';

/**
 * Maximum class probability: 1 - max_k softmax(f)_k, of [0, 1 - 1 / K], the graph of
 * `maximumClassProbability`. 0 only where the largest logit leads by more than 103 nats, the end of float32.
 *
 * The yardstick: costs nothing, and the other scores must beat it. Fails where the network is confidently
 * wrong: a softmax only compares the known classes with each other, and far from the data its largest
 * probability tends to 1 (Hein et al., 2019).
 *
 * Source: Hendrycks & Gimpel, "A baseline for detecting misclassified and out-of-distribution examples", ICLR
 * 2017.
 */
export const mcp: Score = {
  name: 'mcp',
  title: 'MCP',
  needs: [],
  fittedOn: 'nothing',
  unit: 'probability',
  settings: {},
  append: ({ logits }) => probabilityOfOthers(predict(logits).logOdds),
};
