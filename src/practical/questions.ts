/** A question of the practical, as the report presents it. */
export interface Question {
  readonly week: 1 | 2 | 3;
  /** As claims name it. */
  readonly question: string;
  readonly title: string;
  /** What the practical asks. */
  readonly asked: string;
  /** What the published report answered. */
  readonly said: string;
  /** Figures by id, in order. */
  readonly figures: readonly string[];
}

export const WEEK_TITLES: Readonly<Record<Question['week'], string>> = {
  1: 'Bayesian linear regression',
  2: 'Approximate inference for classification',
  3: 'Uncertainty on MNIST: failures and strange inputs',
};

/** The questions in the order of the practical. */
export const QUESTIONS: readonly Question[] = [
  {
    week: 1,
    question: '1.2',
    title: 'The posterior of the weights',
    asked: 'Plot the posterior over the two weights of a straight line after 0, 1, 2, 10 and all points.',
    said: 'It starts as the prior and narrows around the true weights as points arrive.',
    figures: ['posterior'],
  },
  {
    week: 1,
    question: '1.3',
    title: 'The predictive distribution',
    asked: 'Give the predictive distribution of a new point in closed form.',
    said: "A normal with mean φ'μ and variance 1/β + φ'Sφ: the noise, and what is not known of the weights.",
    figures: [],
  },
  {
    week: 1,
    question: '1.4',
    title: 'A straight line and its variance',
    asked:
      'Predict far beyond the training points and look at the variance, for points in one piece and with a hole.',
    said: 'The mean is close to the truth; the variance is smallest near the points and grows away from them.',
    figures: ['figure-1'],
  },
  {
    week: 1,
    question: '1.5',
    title: 'Why the variance grows',
    asked: 'Explain the shape of the variance analytically, for α = 0 and β = 1.',
    said: "It is a quadratic around the barycentre of the inputs, with a constant C that comes of the design matrix's determinant.",
    figures: [],
  },
  {
    week: 1,
    question: '2.1',
    title: 'Polynomial features',
    asked:
      'Fit a sine with polynomials of degree 9 and look at the predictive distribution outside the training span.',
    said: 'The fit is good inside the span, and the variance explodes outside it.',
    figures: ['polynomial'],
  },
  {
    week: 1,
    question: '2.4',
    title: 'Gaussian features',
    asked: 'Do the same with nine Gaussian bumps.',
    said: 'Far from the data the variance tends to a limit of 0.08.',
    figures: ['figure-2'],
  },
  {
    week: 1,
    question: '2.5',
    title: 'The limit of the variance',
    asked: 'Explain the limit.',
    said: "Every feature vanishes far away, so that only the noise's 1/β is left.",
    figures: [],
  },
  {
    week: 2,
    question: '1.1',
    title: 'MAP: one set of weights',
    asked: 'Train a logistic regression on two blobs and show p(y = 1) over the plane.',
    said: 'The classifier separates the blobs and is as sure far from the data as it is near them.',
    figures: ['figure-3'],
  },
  {
    week: 2,
    question: '1.2',
    title: 'The Laplace approximation',
    asked: 'Approximate the posterior by a Gaussian at the MAP and average the predictions over it.',
    said: 'The model is less sure away from the data.',
    figures: ['figure-4'],
  },
  {
    week: 2,
    question: '1.3',
    title: 'Variational inference',
    asked: 'Fit a mean-field Gaussian by maximising the ELBO; show how the prediction changes with training.',
    said: 'The picture is like that of Laplace, and the variational posterior can be trained with the network.',
    figures: ['figure-5', 'figure-6'],
  },
  {
    week: 2,
    question: '2.1',
    title: 'Bayesian neural networks',
    asked: 'Do the same with a hidden layer on two moons, by variational inference and by MC dropout.',
    said: 'Both are uncertain along the boundary and away from the moons; dropout needs no new model.',
    figures: ['figure-7', 'figure-8', 'figure-8-smooth'],
  },
  {
    week: 3,
    question: 'I.1',
    title: 'Confident and uncertain digits',
    asked: 'Rank the test digits of MNIST by the uncertainty of MC dropout, and look at single ones.',
    said: 'The confident digits are clean; the uncertain ones are those a person would hesitate on.',
    figures: ['figure-9', 'figure-10', 'figure-11', 'figure-12', 'figure-13'],
  },
  {
    week: 3,
    question: 'II.1',
    title: 'Failure prediction without training for it',
    asked: 'Detect the errors of the classifier by MCP and by MC dropout.',
    said: 'MCP trains the model to predict its uncertainty, and does well.',
    figures: [],
  },
  {
    week: 3,
    question: 'II.2',
    title: 'ConfidNet',
    asked: 'Train a network on the features to estimate the probability of the true class, and compare.',
    said: 'ConfidNet is best, then MCP, then MC dropout, though not in every execution.',
    figures: ['figure-14', 'seeds', 'training'],
  },
  {
    week: 3,
    question: 'III.1',
    title: 'Out-of-distribution detection',
    asked: 'Detect images of another data set among the test digits by MCP, MC dropout and ODIN.',
    said: 'ODIN is best, then MCP, then MC dropout; its perturbation is an adversarial one.',
    figures: ['figure-15', 'ood-scores'],
  },
];
