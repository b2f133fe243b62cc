import { tex } from '../ui/index.js';
import type { FormulaProps } from '../ui/formula.js';
import type { Method } from './model.js';

const linear: FormulaProps = {
  math: tex`\bar p(x) = \frac{1}{S} \sum_{s} \sigma(w_s^\top x + b_s)`,
  label: 'The probability of class one at x is the mean of S sigmoids of a linear function',
};
const network: FormulaProps = {
  math: tex`\bar p(x) = \frac{1}{S} \sum_{s} \sigma(f(x; w_s))`,
  label: 'The probability of class one at x is the mean of the sigmoids of S networks',
};
const meanField: FormulaProps = {
  math: tex`w_s \sim q = \mathcal{N}(\mu, \mathrm{diag}\, \sigma^2)`,
  label: 'Weights are drawn from the variational posterior q, a diagonal normal',
};

/** How each method predicts. */
export const predictive: Readonly<Record<Method, readonly FormulaProps[]>> = {
  map: [
    {
      math: tex`p(x) = \sigma(w_{\mathrm{MAP}}^\top x + b_{\mathrm{MAP}})`,
      label: 'The probability of class one at x is the sigmoid of w MAP transposed x plus b MAP',
    },
  ],
  laplace: [
    linear,
    {
      math: tex`w_s \sim \mathcal{N}(w_{\mathrm{MAP}}, H^{-1})`,
      label: 'Weights are drawn from a normal around w MAP whose covariance is the inverse Hessian',
    },
  ],
  variational: [linear, meanField],
  bayesian: [network, meanField],
  dropout: [
    {
      math: tex`\bar p(x) = \frac{1}{S} \sum_{s} \sigma(f(x; w, m_s))`,
      label: 'The probability of class one at x is the mean over S passes, each with its own mask',
    },
    {
      math: tex`m_{s,j} \sim \mathrm{Bernoulli}(1 - p_{\mathrm{drop}})`,
      label: 'A mask keeps each hidden unit with one minus the dropout rate as its probability',
    },
  ],
  ensemble: [network],
};

export const epistemic: readonly FormulaProps[] = [
  {
    math: tex`I[y; w \mid x] = H[\bar p] - \frac{1}{S} \sum_{s} H[p_s]`,
    label:
      'The mutual information of label and weights: the entropy of the mean minus the mean of the entropies',
  },
];

export const aleatoric: readonly FormulaProps[] = [
  { math: tex`\frac{1}{S} \sum_{s} H[p_s]`, label: 'The mean over the draws of the entropy of p' },
  {
    math: tex`H[p] = -p \log p - (1 - p) \log (1 - p)`,
    label: 'The entropy of p: minus p log p minus one minus p times its logarithm',
  },
];

export const ray: readonly FormulaProps[] = [
  { math: tex`x(t) = x_0 + t\, u`, label: 'Places on the ray: x zero plus t times u' },
  {
    math: tex`H[\bar p] = \underbrace{I[y; w \mid x]}_{\text{epistemic}} + \underbrace{\tfrac{1}{S} {\textstyle\sum_s} H[p_s]}_{\text{aleatoric}}`,
    label: 'The entropy of the mean is the epistemic plus the aleatoric part',
  },
];

export const rayWithLimit: readonly FormulaProps[] = [
  ...ray,
  {
    math: tex`\lim_{S,\, t \to \infty} \bar p(x(t)) = \Phi\left(\frac{\mu^\top u}{\sqrt{u^\top \Sigma\, u}}\right)`,
    label:
      'With infinitely many draws the mean probability tends, far away, to Phi of mu transposed u over the root of u transposed Sigma u',
  },
];

const prior: FormulaProps = {
  math: tex`p(w) = \mathcal{N}(0, \alpha^{-1} I)`,
  label: 'The prior of the weights is normal around zero with variance one over alpha',
};
const posterior: readonly FormulaProps[] = [
  {
    math: tex`\mathcal{L} = -\frac{1}{N} \log p(y, w \mid x)`,
    label: 'The loss is minus one Nth of the log joint density of labels and weights',
  },
  prior,
];
const bound: readonly FormulaProps[] = [
  {
    math: tex`\mathcal{L} = \frac{1}{N} \left( \mathrm{KL}(q \,\|\, p) - \log p(y \mid x, w) \right)`,
    label: 'The loss is one Nth of: the divergence of q from the prior minus the log likelihood',
  },
  { math: tex`w \sim q`, label: 'with one draw of the weights from q for each step' },
  prior,
];

/** What each method minimises. */
export const objective: Readonly<Record<Method, readonly FormulaProps[]>> = {
  map: posterior,
  laplace: posterior,
  variational: bound,
  bayesian: bound,
  dropout: [
    {
      math: tex`\mathcal{L} = -\frac{1}{N} \sum_{i} \log p(y_i \mid x_i, w, m_i)`,
      label: 'The loss is the mean negative log likelihood, with a mask for every example',
    },
  ],
  ensemble: posterior,
};
