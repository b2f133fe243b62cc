import { tex } from '../ui/index.js';

export const predictive = [
  {
    math: tex`p(y \mid x, \mathcal{D}) = \mathcal{N}\!\left(\phi(x)^\top \mu,\ \tfrac{1}{\beta} + \phi(x)^\top S\, \phi(x)\right)`,
    label:
      'The prediction at x is normal with mean phi transposed mu and variance one over beta plus phi transposed S phi',
  },
];

export const variance = {
  math: tex`\sigma^2(x) = \underbrace{\tfrac{1}{\beta}}_{\text{aleatoric}} + \underbrace{\phi(x)^\top S\, \phi(x)}_{\text{epistemic}}`,
  label:
    'The predictive variance is one over beta, the aleatoric part, plus phi transposed S phi, the epistemic part',
};

/** Of a straight line. */
export const minimum = {
  math: tex`x_{\min} = \frac{\beta N \bar{x}}{\alpha + \beta N}`,
  label: 'The variance is least at beta N x-bar over alpha plus beta N',
};

export const weights = [
  {
    math: tex`p(w \mid \mathcal{D}) = \mathcal{N}(\mu, S)`,
    label: 'The posterior of the weights is normal with mean mu and covariance S',
  },
  {
    math: tex`S^{-1} = \alpha I + \beta\, \Phi^\top \Phi`,
    label: 'S inverse is alpha I plus beta Phi transposed Phi',
  },
  { math: tex`\mu = \beta\, S\, \Phi^\top y`, label: 'mu is beta S Phi transposed y' },
];
