import { formatNumber } from '../report/index.js';
import { count } from './evidence.js';
import type { Range, RegressionSettings, Week1Settings } from './week1/settings.js';
import type { TrainingSettings, Week2Settings } from './week2/settings.js';
import type { Week3Settings } from './week3/settings.js';

type Row = readonly [name: string, value: string];

/** A data set and why it was chosen, its name once. */
export function setInWords(title: string, reason: string): string {
  return reason.startsWith(title) ? reason : `${title}. ${reason}`;
}

/** The settings of week 1 in words, a row for each data set and basis. */
export function week1Rows({ noise, beta, sizes, regressions }: Week1Settings): readonly Row[] {
  const row = (name: string, own: RegressionSettings): Row => [
    `week 1: ${name}`,
    `${sizes[own.set]} points, ${basisText(own)}, α ${formatNumber(own.alpha)}, tested on ${rangeText(own.test)}`,
  ];
  const { linear, hole, polynomial, gaussian } = regressions;
  return [
    ['week 1: noise', `standard deviation ${formatNumber(noise)}, β ${formatNumber(beta)}`],
    row('linear set', linear),
    row('set with a hole', hole),
    row('polynomial features', polynomial),
    row('Gaussian features', gaussian),
  ];
}

/** The settings of week 2 in words, a row for each method. */
export function week2Rows(settings: Week2Settings): readonly Row[] {
  const { published, sets, priorDeviation, map, laplace, variational, variationalMlp, dropout } = settings;
  const { blobs, moons } = sets;
  const last = published ? variational : variational.converged;
  return [
    [
      'week 2: sets',
      `blobs: ${count(blobs.n)} points, deviation ${formatNumber(blobs.std)}; ` +
        `moons: ${count(moons.n)} points, noise ${formatNumber(moons.noise)}; full batch`,
    ],
    ['week 2: prior', `N(0, ${formatNumber(priorDeviation ** 2)}) on all weights, biases too`],
    ['week 2: MAP', trainingText(map[published ? 'published' : 'corrected'])],
    ['week 2: Laplace', `${count(laplace.samples)} draws`],
    [
      'week 2: variational inference',
      `${trainingText(variational)} (figure 6), ${count(last.epochs)} (figure 5), ${variational.samples} draws`,
    ],
    [
      'week 2: variational network',
      `${variationalMlp.hidden} hidden units, ${trainingText(variationalMlp)}, ${variationalMlp.samples} draws`,
    ],
    [
      'week 2: MC dropout',
      `${dropout.hidden} hidden units, rate ${formatNumber(dropout.rate)}, ${trainingText(dropout)}, ` +
        `${dropout.samples} passes`,
    ],
  ];
}

/** The settings of week 3 in words. */
export function week3Rows(settings: Week3Settings): readonly Row[] {
  const { classifier, confidnet, odin, passes, bootstrap } = settings;
  const rate = (value: number): string => `learning rate ${formatNumber(value)}`;
  return [
    ['week 3: training digits', count(settings.trainingDigits)],
    ['week 3: batch', `${settings.batchSize} digits in ${settings.shards} logical shards`],
    ['week 3: classifier', `Adam, ${rate(classifier.learningRate)}, ${classifier.epochs} epochs`],
    [
      'week 3: ConfidNet',
      `100-${confidnet.hidden.join('-')}-1 on the frozen classifier with its dropout active, Adam, ${rate(confidnet.learningRate)}, ${confidnet.epochs} epochs`,
    ],
    ['week 3: MC dropout', `${passes.measures} passes for the measures, ${passes.figures} for the figures`],
    [
      'week 3: ODIN',
      `T ${formatNumber(odin.temperature)}, gradient at T ${formatNumber(odin.gradientTemperature)}, ` +
        `ε ${formatNumber(odin.epsilon)}, the same for both sets`,
    ],
    ['week 3: intervals', `${count(bootstrap.resamples)} resamples, level ${100 * bootstrap.level} %`],
  ];
}

function basisText({ basis }: RegressionSettings): string {
  if (basis.kind === 'polynomial') return `degree ${basis.degree}`;
  if (basis.kind === 'linear') return 'a straight line';
  return `${basis.centres.length} features of width ${formatNumber(basis.width)}`;
}

function rangeText({ from, to, count: points }: Range): string {
  return `${points} points of [${formatNumber(from)}, ${formatNumber(to)}]`;
}

function trainingText({ optimiser, epochs }: TrainingSettings): string {
  const decay = optimiser.kind === 'sgd' && optimiser.weightDecay > 0;
  return [
    optimiser.kind === 'sgd' ? 'SGD' : 'Adam',
    `learning rate ${formatNumber(optimiser.learningRate)}`,
    ...(optimiser.kind === 'sgd' ? [`momentum ${formatNumber(optimiser.momentum)}`] : []),
    ...(decay ? [`weight decay ${formatNumber(optimiser.weightDecay)}`] : []),
    `${count(epochs)} epochs`,
  ].join(', ');
}
