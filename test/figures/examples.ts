import {
  animationFigure,
  decisionFigure,
  digitGridFigure,
  imageGridFigure,
  posteriorGridFigure,
  precisionRecallFigure,
  regressionFigure,
  reliabilityFigure,
  riskCoverageFigure,
  sampleFigure,
  scoreHistogramFigure,
  seedDotsFigure,
  trainingCurveFigure,
} from '#credence/figures/index';
import type {
  AnimationData,
  DecisionData,
  DigitGridData,
  Figure,
  FigureOptions,
  PosteriorGridData,
  PrecisionRecallData,
  RegressionRow,
  SampleData,
  ScoreHistogramData,
  SeedDotsData,
  TrainingPanel,
} from '#credence/figures/index';
import { createDocument } from '#credence/figures/node/index';

export function options(id = 'figure-1'): FigureOptions {
  return { document: createDocument(), id, title: 'A <title> & "more"', caption: 'n = 4, seed 1' };
}

/** A smooth probability that grows with x + 2 y. */
export const grid = { x: [-2, 0, 2], y: [-1, 0, 1, 2] };
export const probability: number[] = grid.y.flatMap((y) => grid.x.map((x) => 1 / (1 + Math.exp(-x - 2 * y))));
export const points = { x: [-1, 1, -1.5, 1.5], y: [-0.5, 0.5, 0, 1], label: [0, 1, 0, 1] };

export const regression: readonly RegressionRow[] = [
  {
    title: 'Linear',
    points: { x: [0, 1], y: [0.1, 0.9] },
    grid: [-1, 0, 1, 2],
    truth: [-1, 0, 1, 2],
    curves: [
      {
        label: 'β = 25',
        mean: [-0.9, 0, 0.9, 1.8],
        variance: [0.09, 0.05, 0.06, 0.1],
        limit: 0.04,
        minimum: { x: 0.4, value: 0.045 },
      },
      { label: 'β = 12.5', mean: [-0.8, 0, 0.8, 1.6], variance: [0.13, 0.09, 0.1, 0.14], limit: 0.08 },
    ],
  },
];

export const posterior: PosteriorGridData = {
  first: [-1, 0, 1],
  second: [-1, 0, 1, 2],
  // Largest at w0 = 1, w1 = -1: element 2 * 4 + 0.
  panels: [
    { n: 0, density: [1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1], points: { x: [], y: [] } },
    {
      n: 2,
      density: [0, 0, 0, 0, 0, 1, 1, 0, 5, 1, 0, 0],
      points: { x: [0, 1], y: [0, 1] },
      samples: { intercept: [0, 0.1], slope: [1, 0.9] },
    },
  ],
  truth: [-0.3, 0.5],
};

export const decision: DecisionData = {
  grid,
  probability,
  epistemic: probability.map((p) => 0.5 * p * (1 - p)),
  points,
  epoch: 20,
  accuracy: 0.9975,
};

export const animation: AnimationData = {
  grid,
  points,
  frames: [1, 2, 3].map((epoch) => ({
    epoch,
    probability: probability.map((p) => 0.5 + ((p - 0.5) * epoch) / 3),
    accuracy: 0.5 + epoch / 10,
    loss: 1 / epoch,
  })),
};

/** Digits that are all of one grey: 10, 20, ... */
const grey = (n: number): number[] =>
  Array.from({ length: 784 * n }, (_, i) => 10 * (1 + Math.floor(i / 784)));

export const digits: DigitGridData = {
  images: grey(3),
  values: [0.61, 0.52, 0.4],
  valueName: 'variation ratio',
  labels: [4, 9, 5],
  predictions: [9, 9, 5],
  indices: [2130, 1014, 340],
  columns: 2,
};

export const sample: SampleData = {
  image: grey(1),
  label: 1,
  samples: 4,
  probabilities: [0.1, 0.7, 0.1, 0.1, 0.5, 0.3, 0.1, 0.1, 0.2, 0.6, 0.1, 0.1, 0.2, 0.2, 0.5, 0.1],
  notes: ['variation ratio 0.50'],
};

export const precisionRecall: PrecisionRecallData = {
  positive: 'error',
  prevalence: 0.25,
  curves: [
    {
      label: 'MCP',
      recall: [0, 0.5, 0.5, 1],
      precision: [1, 1, 0.5, 0.4],
      averagePrecision: 0.7,
      interval: [0.5, 0.9],
    },
    { label: 'ConfidNet', recall: [0, 1], precision: [1, 0.8], averagePrecision: 0.8 },
  ],
};

export const histogram: ScoreHistogramData = {
  names: ['MNIST', 'KMNIST'],
  scores: [{ label: 'entropy (nats)', negatives: [0, 0, 0.1, 0.2], positives: [0.5, 1, 1.5, 2] }],
};

export const seeds: SeedDotsData = {
  panels: [
    {
      title: 'Failure',
      axis: 'average precision',
      rows: [
        { label: 'MCP', values: [0.34, 0.4], reference: [0.35, 0.41] },
        { label: 'ConfidNet', values: [0.45, 0.49] },
      ],
    },
  ],
};

export const training: readonly TrainingPanel[] = [
  { axis: 'loss (nats)', scale: 'log', series: [{ label: 'training', values: [1, 0.5, 0.25] }] },
  { axis: 'accuracy', series: [{ label: 'test', values: [0.9, 0.95], epochs: [1, 3] }] },
];

export const reliability = [
  {
    title: 'as it is',
    low: [0.4, 0.9],
    high: [0.5, 1],
    count: [20, 80],
    confidence: [0.45, 0.97],
    accuracy: [0.3, 0.9],
    error: 0.086,
  },
];

export const riskCoverage = {
  curves: [
    { label: 'MCP', coverage: [0.25, 0.5, 0.75, 1], risk: [0, 0, 0.1, 0.2], area: 0.05 },
    { label: 'energy', coverage: [0.5, 1], risk: [0.1, 0.2], area: 0.08 },
  ],
  target: 0.05,
  chosen: { coverage: 0.6, risk: 0.03 },
};

/** One grey image, one in colour. */
export const imageGrid = {
  images: [
    { width: 2, height: 1, data: Uint8Array.of(0, 255) },
    { width: 1, height: 2, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255) },
  ],
  values: [0.5, 0.25],
  valueName: 'entropy (nats)',
  notes: ['cat taken for a very long name of a class', 'dog'],
  wrong: [true, false],
  indices: [7, 3],
};

/** A small figure of each kind. */
export const kinds: Readonly<Record<string, (id?: string) => Figure>> = {
  regression: (id) => regressionFigure(regression, options(id)),
  posterior: (id) => posteriorGridFigure(posterior, options(id)),
  decision: (id) => decisionFigure(decision, options(id)),
  animation: (id) => animationFigure(animation, options(id)),
  digits: (id) => digitGridFigure(digits, options(id)),
  images: (id) => imageGridFigure(imageGrid, options(id)),
  reliability: (id) => reliabilityFigure(reliability, options(id)),
  'risk-coverage': (id) => riskCoverageFigure(riskCoverage, options(id)),
  sample: (id) => sampleFigure(sample, options(id)),
  'precision-recall': (id) => precisionRecallFigure(precisionRecall, options(id)),
  histogram: (id) => scoreHistogramFigure(histogram, options(id)),
  seeds: (id) => seedDotsFigure(seeds, options(id)),
  training: (id) => trainingCurveFigure(training, options(id)),
};
