import { describe, expect, it } from 'vitest';
import { ConfigurationError, DataError, ShapeError } from '#credence/errors/index';
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
import { renderPng } from '#credence/figures/node/index';
import * as example from './examples.js';

const { options } = example;
const [row] = example.regression;
const [curve] = example.precisionRecall.curves;
const withNaN = (values: ArrayLike<number>): number[] => [NaN, ...Array.from(values).slice(1)];

const bad: Readonly<Record<string, () => unknown>> = {
  'regression: no row': () => regressionFigure([], options()),
  'regression: a point without a target': () =>
    regressionFigure([{ ...row!, points: { x: [1, 2], y: [1] } }], options()),
  'regression: a function of another length': () =>
    regressionFigure([{ ...row!, functions: [[1]] }], options()),
  'regression: NaN': () => regressionFigure([{ ...row!, truth: withNaN(row!.truth) }], options()),
  'regression: length': () => regressionFigure([{ ...row!, truth: [1] }], options()),
  'regression: variance of 0': () =>
    regressionFigure([{ ...row!, curves: [{ ...row!.curves[0], variance: [1, 1, 0, 1] }] }], options()),
  'posterior: no panel': () => posteriorGridFigure({ ...example.posterior, panels: [] }, options()),
  'posterior: nowhere above 0': () =>
    posteriorGridFigure(
      { ...example.posterior, panels: [{ n: 0, density: new Float64Array(12) }] },
      options(),
    ),
  'posterior: uneven grid': () => posteriorGridFigure({ ...example.posterior, first: [0, 1, 3] }, options()),
  'decision: NaN': () =>
    decisionFigure({ ...example.decision, probability: withNaN(example.probability) }, options()),
  'decision: a probability of 1.2': () =>
    decisionFigure({ ...example.decision, probability: example.probability.map((p) => p + 0.2) }, options()),
  'decision: no points': () =>
    decisionFigure({ ...example.decision, points: { x: [], y: [], label: [] } }, options()),
  'decision: a third class': () =>
    decisionFigure({ ...example.decision, points: { ...example.points, label: [0, 1, 2, 1] } }, options()),
  'decision: more than ln 2 nats': () =>
    decisionFigure({ ...example.decision, epistemic: new Float64Array(12).fill(0.8) }, options()),
  'decision: a grid of one column': () =>
    decisionFigure({ ...example.decision, grid: { x: [0], y: example.grid.y } }, options()),
  'animation: no frame': () => animationFigure({ ...example.animation, frames: [] }, options()),
  'animation: length': () =>
    animationFigure({ ...example.animation, frames: [{ epoch: 1, probability: [0.5] }] }, options()),
  'digits: none': () => digitGridFigure({ ...example.digits, images: [], values: [] }, options()),
  'digits: NaN': () => digitGridFigure({ ...example.digits, values: [NaN, 1, 1] }, options()),
  'digits: intensity': () =>
    digitGridFigure({ ...example.digits, images: new Float32Array(3 * 784).fill(256) }, options()),
  'sample: no pass': () => sampleFigure({ ...example.sample, probabilities: [], samples: 0 }, options()),
  'sample: NaN': () =>
    sampleFigure({ ...example.sample, probabilities: withNaN(example.sample.probabilities) }, options()),
  'sample: label': () => sampleFigure({ ...example.sample, label: 4 }, options()),
  'precision-recall: no curve': () =>
    precisionRecallFigure({ ...example.precisionRecall, curves: [] }, options()),
  'precision-recall: empty curve': () =>
    precisionRecallFigure(
      { ...example.precisionRecall, curves: [{ ...curve!, recall: [], precision: [] }] },
      options(),
    ),
  'precision-recall: NaN': () =>
    precisionRecallFigure(
      { ...example.precisionRecall, curves: [{ ...curve!, averagePrecision: NaN }] },
      options(),
    ),
  'histogram: no positives': () =>
    scoreHistogramFigure(
      { names: ['a', 'b'], scores: [{ label: 'x', negatives: [1], positives: [] }] },
      options(),
    ),
  'histogram: infinite': () =>
    scoreHistogramFigure(
      { names: ['a', 'b'], scores: [{ label: 'x', negatives: [1], positives: [Infinity] }] },
      options(),
    ),
  'seeds: no values': () =>
    seedDotsFigure({ panels: [{ title: 'a', axis: 'b', rows: [{ label: 'c', values: [] }] }] }, options()),
  'seeds: no rows': () => seedDotsFigure({ panels: [{ title: 'a', axis: 'b', rows: [] }] }, options()),
  'images: none': () => imageGridFigure({ ...example.imageGrid, images: [] }, options()),
  'images: too few notes': () => imageGridFigure({ ...example.imageGrid, notes: ['a'] }, options()),
  'reliability: out of range': () =>
    reliabilityFigure([{ ...example.reliability[0]!, accuracy: [0.3, 1.1] }], options()),
  'risk-coverage: no curve': () => riskCoverageFigure({ curves: [] }, options()),
  'risk-coverage: lengths': () =>
    riskCoverageFigure({ curves: [{ ...example.riskCoverage.curves[0]!, risk: [0] }] }, options()),
  'training: NaN': () =>
    trainingCurveFigure([{ axis: 'loss', series: [{ label: 'a', values: [1, NaN] }] }], options()),
  'training: 0 on a logarithmic axis': () =>
    trainingCurveFigure(
      [{ axis: 'loss', scale: 'log', series: [{ label: 'a', values: [1, 0] }] }],
      options(),
    ),
};

describe('figures refuse', () => {
  it.each(Object.keys(bad))('%s', (name) => {
    expect(bad[name]).toThrow(DataError);
  });

  it('images that are not 28 x 28', () => {
    expect(() => digitGridFigure({ ...example.digits, images: new Uint8Array(100) }, options())).toThrow(
      ShapeError,
    );
  });

  it('probabilities that are no whole number of passes', () => {
    expect(() => sampleFigure({ ...example.sample, samples: 5 }, options())).toThrow(ShapeError);
  });

  it('an id that cannot name a file', () => {
    expect(() => trainingCurveFigure(example.training, options('a/b'))).toThrow(ConfigurationError);
  });

  it('to be rendered at a scale that makes no picture', () => {
    const figure = trainingCurveFigure(example.training, options());
    for (const scale of [0, -1, NaN, 9])
      expect(() => renderPng(figure, { scale })).toThrow(ConfigurationError);
  });

  it('says which element of what is wrong', () => {
    expect(bad['training: NaN']).toThrow(
      "trainingCurveFigure: values of 'a': expected finite numbers, got NaN (element 1)",
    );
  });
});
