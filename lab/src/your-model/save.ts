import type { ReliabilityPanel } from 'credence/figures';
import type { PngImage } from 'credence/formats';
import type { SavedFigure } from '../ui/index.js';
import { short } from '../ui/index.js';
import type { Assessed } from './model.js';

type Calibration = Assessed['findings']['classifier']['before'];

export async function saveReliability({ findings }: Assessed): Promise<SavedFigure> {
  const { reliabilityFigure } = await import('credence/figures');
  const { before, after, temperature } = findings.classifier;
  const panels = [
    panelOf('as it is', before),
    ...(after === null || temperature === null
      ? []
      : [panelOf(`at temperature ${short(temperature)}`, after)]),
  ];
  const title = 'How often the classifier is right when it is this sure';
  return reliabilityFigure(panels, { document, id: 'reliability', title });
}

function panelOf(title: string, { bins, ece }: Calibration): ReliabilityPanel {
  return {
    title,
    low: bins.map(({ low }) => low),
    high: bins.map(({ high }) => Math.min(1, high)),
    count: bins.map(({ count }) => count),
    confidence: bins.map(({ confidence }) => Math.min(1, confidence)),
    accuracy: bins.map(({ accuracy }) => accuracy),
    error: ece,
  };
}

export async function saveRiskCoverage({ curves, risk, findings }: Assessed): Promise<SavedFigure> {
  const { riskCoverageFigure } = await import('credence/figures');
  const selected = findings.scores.find(({ name }) => name === findings.recommendation.score)?.selected;
  return riskCoverageFigure(
    {
      curves: curves.map(({ title, ...curve }) => ({ label: title, ...curve })),
      target: risk,
      ...(selected !== null &&
        selected?.risk !== undefined &&
        selected.risk !== null && { chosen: { coverage: selected.coverage, risk: selected.risk } }),
    },
    {
      document,
      id: 'risk-coverage',
      title: 'What remains wrong when the most suspicious inputs are left out',
    },
  );
}

export async function saveSamples(
  { findings, classNames }: Assessed,
  id: 'suspicious' | 'overconfident',
  title: string,
  images: readonly PngImage[],
): Promise<SavedFigure> {
  const { imageGridFigure } = await import('credence/figures');
  const list = findings.samples[id];
  const score = findings.scores.find(({ name }) => name === findings.recommendation.score)!;
  const nameOf = (label: number): string => classNames?.[label] ?? `${label}`;
  return imageGridFigure(
    {
      images,
      values: list.map((each) => each.score),
      valueName: `${score.title} (${score.unit})`,
      notes: list.map(({ label, prediction }) =>
        label === prediction ? nameOf(label) : `${nameOf(label)} taken for ${nameOf(prediction)}`,
      ),
      wrong: list.map(({ label, prediction }) => label !== prediction),
      indices: list.map(({ index }) => index),
    },
    { document, id, title },
  );
}
