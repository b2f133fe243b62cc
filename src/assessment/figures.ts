import type { ImageGridData, ReliabilityPanel, RiskCoverageData } from '../figures/index.js';
import type { PngImage } from '../formats/index.js';
import { riskCoverageCurve } from '../selection/index.js';
import type { Assessment } from './assessed-trust.js';
import type { AssessmentFindings, CalibrationResult, SampleResult } from './results.js';

/** A figure before it is drawn: plain data, and what it is called. */
export interface Drawing<Data> {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly data: Data;
}

/** More curves than this cannot be told apart. */
const MOST_CURVES = 6;

/** Accuracy over confidence: as the classifier is, and at its temperature where one was fitted. */
export function reliabilityDrawing(findings: AssessmentFindings): Drawing<readonly ReliabilityPanel[]> {
  const { before, after, temperature } = findings.classifier;
  return {
    id: 'reliability',
    title: 'How often the classifier is right when it is this sure',
    caption: `Bars below the diagonal: overconfident. The vermillion line in a bar runs from its accuracy to its mean confidence. ${measuredText(findings)}.`,
    data: [
      panelOf('as it is', before),
      ...(after === null || temperature === null
        ? []
        : [panelOf(`at temperature ${temperature.toPrecision(3)}`, after)]),
    ],
  };
}

function panelOf(title: string, { bins, ece }: CalibrationResult): ReliabilityPanel {
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

/** Risk over coverage of the recommended score, then of those with the smallest areas; the risk asked for, and the threshold. */
export function riskCoverageDrawing(
  { findings, measured }: Assessment,
  risk: number,
): Drawing<RiskCoverageData> {
  const { scores } = findings;
  const chosen = recommendedScore(findings);
  const others = scores.filter((score) => score !== chosen).toSorted((a, b) => a.aurc - b.aurc);
  const shown = [chosen, ...others].slice(0, MOST_CURVES);
  const left = scores.length - shown.length;
  const { selected } = chosen;
  return {
    id: 'risk-coverage',
    title: 'What remains wrong when the most suspicious inputs are left out',
    caption: `The recommended score and the ${shown.length - 1} others with the smallest area under the curve${left > 0 ? `; ${left} more are in the tables` : ''}. ${measuredText(findings)}.`,
    data: {
      curves: shown.map(({ name, title, aurc }) => {
        const { coverage, risk: risks } = riskCoverageCurve(measured.scores.get(name)!, measured.errors);
        return { label: title, coverage, risk: risks, area: aurc };
      }),
      target: risk,
      ...(selected !== null &&
        selected.risk !== null && { chosen: { coverage: selected.coverage, risk: selected.risk } }),
    },
  };
}

export type SampleKind = keyof AssessmentFindings['samples'];

/** Examples to look at, as images (n); undefined where there is none. */
export function samplesDrawing(
  findings: AssessmentFindings,
  kind: SampleKind,
  images: readonly PngImage[] | undefined,
  classNames: readonly string[] | undefined,
): Drawing<ImageGridData> | undefined {
  if (images === undefined || images.length === 0) return undefined;
  const list: readonly SampleResult[] = findings.samples[kind];
  const { title, unit } = recommendedScore(findings);
  const name = (label: number): string => classNames?.[label] ?? `${label}`;
  return {
    id: kind,
    title:
      kind === 'suspicious'
        ? `The most suspicious examples, by ${title}`
        : `Errors that ${title} finds least suspicious`,
    caption: 'As the model sees them, each stretched from black to white.',
    data: {
      images,
      values: list.map(({ score }) => score),
      valueName: `${title} (${unit})`,
      notes: list.map(({ label, prediction }) =>
        label === prediction ? name(label) : `${name(label)} taken for ${name(prediction)}`,
      ),
      wrong: list.map(({ label, prediction }) => label !== prediction),
      indices: list.map(({ index }) => index),
    },
  };
}

/** The score that is recommended, with what was found of it. */
export function recommendedScore({
  scores,
  recommendation,
}: AssessmentFindings): AssessmentFindings['scores'][number] {
  return scores.find(({ name }) => name === recommendation.score)!;
}

/** '3,000 test examples'. */
function measuredText({ examples: { measured, measuredOn } }: AssessmentFindings): string {
  return `${measured.toLocaleString('en')} ${measuredOn === 'test' ? 'test' : 'held-out validation'} examples`;
}
