import { tex } from '../ui/index.js';

const softmax = [
  {
    math: tex`p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}`,
    label: 'p k is e to the f k, over the sum of e to the f j',
  },
  { math: tex`\text{MCP} = 1 - \max_k p_k`, label: 'MCP is one minus the largest p k' },
];

/** Of the network and of ConfidNet on its features h. */
export const prediction = [
  ...softmax,
  {
    math: tex`\hat c = \sigma\big(g(h(x))\big) \approx p_y, \qquad \text{ConfidNet} = 1 - \hat c`,
    label:
      'ConfidNet is trained so that c-hat, the sigmoid of g of the features, is near p y, of the true class; its score is one minus c-hat',
  },
];

export const ranked = [
  {
    math: tex`s(x_{(1)}) \ge s(x_{(2)}) \ge \dots \ge s(x_{(n)})`,
    label: 'The test digits in the order of their scores, the largest first',
  },
];

export const mcDropout = [
  {
    math: tex`\bar p = \frac{1}{S} \sum_{s} p^{(s)}`,
    label: 'p-bar is the mean of the probabilities of S passes',
  },
  {
    math: tex`\underbrace{\mathcal{H}[\bar p]}_{\text{entropy}} = \underbrace{\mathcal{H}[\bar p] - \tfrac{1}{S} \textstyle\sum_s \mathcal{H}[p^{(s)}]}_{\text{mutual information}} + \underbrace{\tfrac{1}{S} \textstyle\sum_s \mathcal{H}[p^{(s)}]}_{\text{expected entropy}}`,
    label:
      'The entropy of p-bar is the mutual information, which is epistemic, plus the mean entropy of the passes, which is aleatoric',
  },
  {
    math: tex`v = 1 - \tfrac{1}{S} \max_k \text{votes}_k`,
    label: 'The variation ratio is one minus the share of passes that vote for the class with most votes',
  },
];

export const odin = [
  {
    math: tex`\tilde x = x - \tfrac{\varepsilon}{\sigma} \operatorname{sign} \nabla_x \operatorname{CE}\!\big(f(x)/T,\ \hat y\big)`,
    label:
      'x tilde is x minus epsilon over sigma times the sign of the gradient in x of the cross entropy of f of x over T at the predicted class',
  },
  {
    math: tex`1 - \max_k \operatorname{softmax}\big(f(\tilde x)/T\big)_k`,
    label: 'ODIN is one minus the largest softmax of f of x tilde over T',
  },
];

export const percentile = [
  {
    math: tex`F(s) = \tfrac{1}{n}\, \#\{i : s_i < s\}`,
    label: 'F of s is the share of inputs whose score is below s',
  },
];

export const rotation = [
  {
    math: tex`x_\theta = R_\theta\, x, \qquad \theta = 0°, 5°, \dots, 360°`,
    label: 'x theta is the image rotated by theta, in steps of five degrees',
  },
];

export const riskCoverage = [
  {
    math: tex`\text{coverage} = P(s < t)`,
    label: 'Coverage is the share of the test digits with a score below the threshold t',
  },
  {
    math: tex`\text{risk} = P(\text{wrong} \mid s < t)`,
    label: 'Risk is the share of what is wrong among what has a score below the threshold t',
  },
];

export const letIn = [
  riskCoverage[0]!,
  {
    math: tex`\text{let in} = P(s < t \mid \text{stranger})`,
    label: 'Let in is the share of the strangers with a score below the threshold t',
  },
];

export const averagePrecision = [
  {
    math: tex`\text{AP} = \sum_k (R_k - R_{k-1})\, P_k`,
    label: 'Average precision is the sum over the thresholds of the step in recall times the precision',
  },
];

export const crossEntropy = [
  {
    math: tex`\mathcal{L} = -\tfrac{1}{N} \textstyle\sum_i \log p_{y_i}(x_i)`,
    label: 'The loss is the mean negative log probability of the true class',
  },
];
