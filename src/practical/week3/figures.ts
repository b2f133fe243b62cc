import {
  digitGridFigure,
  precisionRecallFigure,
  sampleFigure,
  scoreHistogramFigure,
  seedDotsFigure,
  trainingCurveFigure,
} from '../../figures/index.js';
import type { Figure, PrecisionRecallSeries } from '../../figures/index.js';
import { precisionRecallCurve } from '../../metrics/index.js';
import { FAILURE_SCORES, OOD_SCORES, SCORE_TITLES } from './evaluate.js';
import type { ScoreName, Scores } from './evaluate.js';
import { REFERENCE } from './reference.js';
import { joined, rankingOf } from './results.js';
import type { Week3Result } from './run.js';
import type { DigitSample } from './samples.js';

/** Figures 9 to 15, the curves of training, and with several seeds the values of each. */
export function week3Figures(result: Week3Result, document: Document): Figure[] {
  const { digits, evaluation, seeds, ood, settings } = result;
  const { passes } = digits;
  const n = evaluation.errors.length;
  const seed = `seed ${evaluation.seed}`;
  const counted = (count: number): string => count.toLocaleString('en');
  const level = `${settings.bootstrap.level * 100} %`;
  const grid = (id: string, title: string, caption: string, samples: readonly DigitSample[]): Figure =>
    digitGridFigure(
      {
        images: Uint8Array.from(samples.flatMap(({ image }) => [...image])),
        values: samples.map(({ variationRatio }) => variationRatio),
        valueName: 'variation ratio',
        labels: samples.map(({ label }) => label),
        predictions: samples.map(({ predicted }) => predicted),
        indices: samples.map(({ index }) => index),
      },
      {
        document,
        id,
        title,
        caption: `${caption} ${passes} passes over ${counted(n)} test digits, ${seed}.`,
      },
    );
  const sample = (id: string, title: string, digit: DigitSample): Figure =>
    sampleFigure(
      {
        image: digit.image,
        label: digit.label,
        probabilities: digit.probabilities,
        samples: passes,
        notes: [
          `variation ratio ${digit.variationRatio.toFixed(3)}`,
          `entropy ${digit.predictiveEntropy.toFixed(3)} nats`,
        ],
      },
      {
        document,
        id,
        title,
        caption: `Test digit ${digit.index}, ${passes} passes, ${seed}. Below, how the passes' probabilities of the three most probable classes spread.`,
      },
    );
  const both = joined(evaluation);
  const positives = { failure: seeds[0]!.errors, ood: evaluation.ood.mcp!.length };
  return [
    grid(
      'figure-9',
      'Figure 9. The most confident digits',
      'Smallest variation ratio; ties decided by the entropy.',
      digits.confident,
    ),
    grid('figure-10', 'Figure 10. The most uncertain digits', 'Largest variation ratio.', digits.uncertain),
    sample('figure-11', 'Figure 11. Confident and right', digits.examples.confident),
    sample('figure-12', 'Figure 12. Uncertain and right', digits.examples.uncertain),
    sample('figure-13', 'Figure 13. Wrong', digits.examples.wrong),
    precisionRecallFigure(
      {
        curves: curves(FAILURE_SCORES, evaluation.test, evaluation.errors, seeds[0]!.failure),
        positive: 'error',
        prevalence: positives.failure / n,
        level: settings.bootstrap.level,
      },
      {
        document,
        id: 'figure-14',
        title: 'Figure 14. Failure prediction',
        caption: `Positive: an error of the classifier, ${positives.failure} of ${counted(n)} test digits, ${seed}. Average precision with bootstrap intervals of ${level}.`,
      },
    ),
    trainingCurveFigure(
      [
        {
          axis: 'cross entropy (nats)',
          scale: 'log',
          series: [{ label: 'classifier', values: result.epochLosses.classifier }],
        },
        {
          axis: 'squared error',
          scale: 'log',
          series: [{ label: 'ConfidNet', values: result.epochLosses.confidnet }],
        },
      ],
      {
        document,
        id: 'training',
        title: 'Training',
        caption: `Mean loss of each epoch, dropout on, ${seed}.`,
      },
    ),
    precisionRecallFigure(
      {
        curves: curves(OOD_SCORES, both.scores, both.isOod, seeds[0]!.ood[ood.name]!),
        positive: ood.title,
        prevalence: positives.ood / (n + positives.ood),
        level: settings.bootstrap.level,
      },
      {
        document,
        id: 'figure-15',
        title: 'Figure 15. Out-of-distribution detection',
        caption: `Positive: an image of ${ood.title}, ${counted(positives.ood)} beside ${counted(n)} test digits, ${seed}. Average precision with bootstrap intervals of ${level}.`,
      },
    ),
    scoreHistogramFigure(
      {
        scores: OOD_SCORES.map((name) => ({
          label: SCORE_AXES[name],
          negatives: evaluation.test[name]!,
          positives: evaluation.ood[name]!,
        })),
        names: ['MNIST', ood.title],
      },
      {
        document,
        id: 'ood-scores',
        title: 'Scores of known and of strange images',
        caption: `How each score of figure 15 is distributed over ${counted(n)} test digits and ${counted(positives.ood)} images of ${ood.title}, ${seed}.`,
      },
    ),
    ...(seeds.length > 1 ? [seedsFigure(result, document)] : []),
  ];
}

/** What a score is, with its unit. */
const SCORE_AXES: Readonly<Record<ScoreName, string>> = {
  mcp: 'MCP (1 − largest probability)',
  'mcDropout.entropy': 'MC dropout, entropy (nats)',
  'mcDropout.mutualInformation': 'MC dropout, mutual information (nats)',
  'mcDropout.variationRatio': 'MC dropout, variation ratio',
  confidnet: 'ConfidNet (1 − estimated probability)',
  odin: 'ODIN (1 − largest probability at T)',
};

/** Average precision of every seed beside the values of an independent implementation. */
function seedsFigure({ seeds, ood }: Week3Result, document: Document): Figure {
  const rows = (names: readonly ScoreName[], task: 'failure' | 'ood') =>
    names.map((name) => {
      const values = seeds.map((seed) =>
        rankingOf(task === 'failure' ? seed.failure : seed.ood[ood.name]!, name),
      );
      const known = task === 'failure' ? REFERENCE.failure : ood.name === 'kmnist' ? REFERENCE.kmnist : {};
      const reference = known[name];
      return {
        label: SCORE_TITLES[name],
        values: values.map(({ averagePrecision }) => averagePrecision),
        ...(reference !== undefined && { reference }),
      };
    });
  return seedDotsFigure(
    {
      panels: [
        { title: 'Failure prediction', axis: 'average precision', rows: rows(FAILURE_SCORES, 'failure') },
        { title: `Detection of ${ood.title}`, axis: 'average precision', rows: rows(OOD_SCORES, 'ood') },
      ],
      referenceName: 'five seeds of an independent implementation',
    },
    {
      document,
      id: 'seeds',
      title: `Average precision of ${seeds.length} seeds`,
      caption: `A dot for each of the seeds ${seeds.map(({ seed }) => seed).join(', ')}, a bar at their mean.`,
    },
  );
}

function curves(
  names: readonly ScoreName[],
  scores: Scores,
  positive: Uint8Array,
  measured: Parameters<typeof rankingOf>[0],
): [PrecisionRecallSeries, ...PrecisionRecallSeries[]] {
  const series = names.map((name): PrecisionRecallSeries => {
    const { recall, precision } = precisionRecallCurve(scores[name]!, positive);
    const { averagePrecision, intervals } = rankingOf(measured, name);
    const { low, high } = intervals.averagePrecision;
    return { label: SCORE_TITLES[name], recall, precision, averagePrecision, interval: [low, high] };
  });
  return series as [PrecisionRecallSeries, ...PrecisionRecallSeries[]];
}
