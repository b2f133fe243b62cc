import {
  imageGridFigure,
  reliabilityFigure,
  riskCoverageFigure,
  scoreHistogramFigure,
} from '../../figures/index.js';
import type { Figure, ReliabilityPanel } from '../../figures/index.js';
import { createDocument, writeFigures } from '../../figures/node/index.js';
import type { DrawnFigure } from '../../figures/node/index.js';
import { riskCoverageCurve } from '../../selection/index.js';
import type { DataSource } from '../../sources/index.js';
import type { Assessment } from '../assess.js';
import type { Progress } from '../reporter.js';
import type { CalibrationResult, SampleResult } from '../results.js';
import { imagesAt } from '../images.js';

export interface FigureSettings {
  /** What was measured on. */
  readonly measured: DataSource;
  readonly classNames: readonly string[] | undefined;
  readonly risk: number;
}

/** More curves than this cannot be told apart. */
const MOST_CURVES = 6;

/** Draws what an assessment found and writes each figure as SVG, PNG and CSV into `figures/` of a folder. */
export async function drawFigures(
  assessment: Assessment,
  settings: FigureSettings,
  folder: string,
  onProgress: Progress,
): Promise<DrawnFigure[]> {
  const document = createDocument();
  const figures = [
    reliability(assessment, document),
    riskCoverage(assessment, settings, document),
    ...histograms(assessment, document),
    ...(await samples(assessment, settings, document)),
  ];
  return writeFigures(figures, folder, { onProgress });
}

/** 'n = 3,000 test examples'. */
function measuredText({ examples }: Assessment['findings']): string {
  const { measured, measuredOn } = examples;
  return `${measured.toLocaleString('en')} ${measuredOn === 'test' ? 'test' : 'held-out validation'} examples`;
}

function reliability({ findings }: Assessment, document: Document): Figure {
  const { before, after, temperature } = findings.classifier;
  const panels = [
    reliabilityPanel('as it is', before),
    ...(after === null || temperature === null
      ? []
      : [reliabilityPanel(`at temperature ${temperature.toPrecision(3)}`, after)]),
  ];
  return reliabilityFigure(panels, {
    document,
    id: 'reliability',
    title: 'How often the classifier is right when it is this sure',
    caption: `Bars below the diagonal: overconfident. The vermillion line in a bar runs from its accuracy to its mean confidence. ${measuredText(findings)}.`,
  });
}

function reliabilityPanel(title: string, { bins, ece }: CalibrationResult): ReliabilityPanel {
  const column = (name: 'low' | 'high' | 'count' | 'confidence' | 'accuracy'): number[] =>
    bins.map((bin) => Math.min(bin[name], name === 'count' ? Infinity : 1));
  return {
    title,
    low: column('low'),
    high: column('high'),
    count: column('count'),
    confidence: column('confidence'),
    accuracy: column('accuracy'),
    error: ece,
  };
}

function riskCoverage(
  { findings, measured }: Assessment,
  { risk }: FigureSettings,
  document: Document,
): Figure {
  const { scores, recommendation } = findings;
  const chosen = scores.find(({ name }) => name === recommendation.score)!;
  const others = scores.filter((score) => score !== chosen).toSorted((a, b) => a.aurc - b.aurc);
  const shown = [chosen, ...others].slice(0, MOST_CURVES);
  const left = scores.length - shown.length;
  const { selected } = chosen;
  return riskCoverageFigure(
    {
      curves: shown.map(({ name, title, aurc }) => {
        const { coverage, risk: risks } = riskCoverageCurve(measured.scores.get(name)!, measured.errors);
        return { label: title, coverage, risk: risks, area: aurc };
      }),
      target: risk,
      ...(selected !== null &&
        selected.risk !== null && { chosen: { coverage: selected.coverage, risk: selected.risk } }),
    },
    {
      document,
      id: 'risk-coverage',
      title: 'What remains wrong when the most suspicious inputs are left out',
      caption: `The recommended score and the ${shown.length - 1} others with the smallest area under the curve${left > 0 ? `; ${left} more are in the tables` : ''}. ${measuredText(findings)}.`,
    },
  );
}

function histograms({ findings, measured }: Assessment, document: Document): Figure[] {
  const { score } = findings.recommendation;
  const result = findings.scores.find(({ name }) => name === score)!;
  const values = measured.scores.get(score)!;
  const finite = (list: Float32Array): Float32Array => list.filter(Number.isFinite);
  const label = `${result.title} (${result.unit})`;
  const [right, wrong] = [false, true].map((flag) =>
    finite(values.filter((_, i) => measured.errors[i] === flag)),
  );
  const figures: Figure[] = [];
  if (right!.length > 0 && wrong!.length > 0) {
    figures.push(
      scoreHistogramFigure(
        { names: ['right', 'wrong'], scores: [{ label, negatives: right!, positives: wrong! }] },
        {
          document,
          id: 'score-errors',
          title: `${result.title} of right and of wrong predictions`,
          caption: `${right!.length} right and ${wrong!.length} wrong predictions.`,
        },
      ),
    );
  }
  for (const [i, [name, sets]] of Object.entries(measured.ood).entries()) {
    const outside = finite(sets.get(score)!);
    const inside = finite(values);
    if (outside.length === 0 || inside.length === 0) continue;
    figures.push(
      scoreHistogramFigure(
        { names: ['measured', name], scores: [{ label, negatives: inside, positives: outside }] },
        {
          document,
          id: `score-ood-${i + 1}`,
          title: `${result.title} of the measured examples and of ${name}`,
          caption: `${inside.length} and ${outside.length} inputs.`,
        },
      ),
    );
  }
  return figures;
}

async function samples(
  { findings }: Assessment,
  { measured, classNames }: FigureSettings,
  document: Document,
): Promise<Figure[]> {
  const { suspicious, overconfident } = findings.samples;
  const result = findings.scores.find(({ name }) => name === findings.recommendation.score)!;
  const figures: Figure[] = [];
  const kinds: [string, string, readonly SampleResult[]][] = [
    ['suspicious', `The most suspicious examples, by ${result.title}`, suspicious],
    ['overconfident', `Errors that ${result.title} finds least suspicious`, overconfident],
  ];
  const name = (label: number): string => classNames?.[label] ?? `${label}`;
  for (const [id, title, list] of kinds) {
    const images = await imagesAt(
      measured,
      list.map(({ index }) => index),
    );
    if (images === undefined || images.length === 0) continue;
    figures.push(
      imageGridFigure(
        {
          images,
          values: list.map(({ score }) => score),
          valueName: `${result.title} (${result.unit})`,
          notes: list.map(({ label, prediction }) =>
            label === prediction ? name(label) : `${name(label)} taken for ${name(prediction)}`,
          ),
          wrong: list.map(({ label, prediction }) => label !== prediction),
          indices: list.map(({ index }) => index),
        },
        { document, id, title, caption: 'As the model sees them, each stretched from black to white.' },
      ),
    );
  }
  return figures;
}
