import { neg, reduceMax } from '../graph/index.js';
import type { Score } from './score.js';

/**
 * Maximum logit: -max_k f_k.
 *
 * Keeps what the softmax divides out, how strongly the network reacts at all, so it often beats MCP on inputs
 * of unknown kinds, the more so with many classes. Fails where the training left the logits' common level
 * undetermined (a constant added to all of them changes no probability but this), and on strange inputs with
 * large activations.
 *
 * Source: Hendrycks et al., "Scaling out-of-distribution detection for real-world settings", ICML 2022.
 */
export const maxLogit: Score = {
  name: 'maxLogit',
  title: 'Max logit',
  needs: [],
  fittedOn: 'nothing',
  unit: 'logit',
  settings: {},
  append: ({ logits }) => neg(reduceMax(logits, [1])),
};
