import type { Method } from './model.js';

/** What to look for in each method's map of the probability. */
export const LOOK_FOR: Readonly<Record<Method, string>> = {
  map: 'One line, and certainty that grows with the distance from it, in every direction: MAP is surest where it has never seen a point.',
  laplace:
    'Lines drawn from the posterior cross near the points and fan out away from them, so the mean loses its certainty beside the line.',
  variational:
    'The fan of lines is mostly narrower than that of Laplace: a diagonal posterior cannot say that one slope grows where the other falls.',
  bayesian:
    'Boundaries of single draws spread, most where there are no points, but between the classes too: a diagonal posterior leaves many a weight as the prior has it.',
  dropout: 'Every mask is another network: near the points they agree on the class, far away often too.',
  ensemble:
    'Thin lines, one a network: they agree between the classes, where points hold them, and part where there are none.',
};

const DIFFERENT =
  'High beside the boundary and away from the points, where the draws vote for different classes.';

/** And in the map of the epistemic part. */
export const LOOK_FOR_EPISTEMIC: Readonly<Record<Method, string>> = {
  map: 'Zero everywhere: a single set of weights has nobody to disagree with. Choose another method to see it rise.',
  laplace: DIFFERENT,
  variational: DIFFERENT,
  bayesian: 'Where the draws disagree although each is sure: what more points would settle.',
  dropout: 'Where the passes disagree: mostly along the boundary, hardly away from the points.',
  ensemble: 'Where the networks disagree although each is sure: what more points would settle.',
};

const VOTES =
  'p tends to a constant between 0 and 1: the share of draws that vote for class 1 in this direction. Dotted: of infinitely many draws.';

export const LOOK_FOR_RAY: Readonly<Record<Method, string>> = {
  map: 'Far from the points p goes to 0 or 1 and stays: nothing tells that it is a guess.',
  laplace: VOTES,
  variational: VOTES,
  bayesian:
    'Far away each draw is sure, so the aleatoric part vanishes, and what is left of the doubt is their disagreement.',
  dropout:
    'Far away each pass is sure of a class, and mostly all of the same one: nothing tells that no point has ever been there.',
  ensemble:
    'Far away each network is sure, so the aleatoric part vanishes, and what is left of the doubt is their disagreement.',
};
