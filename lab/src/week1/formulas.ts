import { tex } from '../ui/index.js';

export const predictive = {
  math: tex`p(y \mid x, \mathcal{D}) = \mathcal{N}\!\left(\phi(x)^\top \mu,\ \frac{1}{\beta} + \phi(x)^\top S\, \phi(x)\right)`,
  label:
    'The prediction at x is normal with mean phi transposed mu and variance one over beta plus phi transposed S phi',
};

export const variance = {
  math: tex`\sigma^2(x) = \underbrace{\frac{1}{\beta}}_{\text{aleatoric}} + \underbrace{\phi(x)^\top S\, \phi(x)}_{\text{epistemic}}, \qquad x_{\min} = \frac{\beta N \bar{x}}{\alpha + \beta N} \text{ for a line}`,
  label:
    'The predictive variance is one over beta, the aleatoric part, plus phi transposed S phi, the epistemic part; for a line it is least at beta N x-bar over alpha plus beta N',
};

export const weights = {
  math: tex`p(w \mid \mathcal{D}) = \mathcal{N}(\mu, S), \qquad S^{-1} = \alpha I + \beta\, \Phi^\top \Phi, \qquad \mu = \beta\, S\, \Phi^\top y`,
  label:
    'The posterior of the weights is normal with mean mu and covariance S; S inverse is alpha I plus beta Phi transposed Phi, mu is beta S Phi transposed y',
};
