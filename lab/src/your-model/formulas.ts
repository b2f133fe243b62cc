import { tex } from '../ui/index.js';
import type { FormulaProps } from '../ui/index.js';

export const RISK: FormulaProps = {
  math: tex`R(\tau) = \frac{\#\{i : s_i \le \tau,\; \hat y_i \ne y_i\}}{\#\{i : s_i \le \tau\}}`,
  label: 'The risk at a threshold is the share of errors among the inputs with a score of at most it.',
};

export const COVERAGE: FormulaProps = {
  math: tex`C(\tau) = \frac{\#\{i : s_i \le \tau\}}{n}`,
  label: 'The coverage is the share of inputs with a score of at most the threshold.',
};

export const CALIBRATION: FormulaProps = {
  math: tex`\mathrm{ECE} = \sum_b \frac{n_b}{n}\, \bigl| \mathrm{acc}(b) - \mathrm{conf}(b) \bigr|`,
  label: 'The expected calibration error is the mean distance of accuracy and confidence over the bins.',
};

export const TEMPERATURE: FormulaProps = {
  math: tex`p_T(y \mid x) = \mathrm{softmax}(z / T)`,
  label: 'Temperature scaling divides the logits by T.',
};

export const PROMISE: FormulaProps = {
  math: tex`\Pr\bigl( R(\hat\tau) \le r \bigr) \ge 1 - \delta`,
  label:
    'With probability of at least one minus delta, the risk at the chosen threshold is at most the one asked for.',
};
