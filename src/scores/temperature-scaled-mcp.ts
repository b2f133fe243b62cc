import { fitTemperature } from '../calibration/index.js';
import { constantLike, div } from '../graph/index.js';
import type { Score } from './score.js';
import { predict, probabilityOfOthers } from './tail.js';

/**
 * Temperature-scaled maximum class probability: 1 - max_k softmax(f / T)_k, of [0, 1 - 1 / K], with the T
 * that the validation set's negative log likelihood is smallest at (see `fitTemperature`).
 *
 * Its value is a calibrated probability of an error, which MCP's is not, so a threshold on it can be read.
 * With two classes it ranks as MCP does; with more, T decides how much the runners-up count. One number can't
 * mend a classifier whose overconfidence differs from input to input, and says nothing of inputs unlike the
 * validation set.
 *
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
 */
export const temperatureScaledMcp: Score = {
  name: 'temperatureScaledMcp',
  title: 'MCP, temperature-scaled',
  needs: [],
  fittedOn: 'validation',
  unit: 'probability',
  settings: {},
  fit({ logits, labels }) {
    const { temperature, before, after } = fitTemperature(logits, labels.data);
    return {
      tensors: {},
      settings: { temperature, negativeLogLikelihoodBefore: before, negativeLogLikelihoodAfter: after },
    };
  },
  append({ logits, setting }) {
    const { logOdds } = predict(logits);
    return probabilityOfOthers(div(logOdds, constantLike(logOdds, setting('temperature'))));
  },
};
