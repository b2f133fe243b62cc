import {
  imageGridFigure,
  reliabilityFigure,
  riskCoverageFigure,
  scoreHistogramFigure,
} from '../../figures/index.js';
import type { Figure, FigureOptions } from '../../figures/index.js';
import { createDocument, writeFigures } from '../../figures/node/index.js';
import type { DrawnFigure } from '../../figures/node/index.js';
import type { DataSource } from '../../sources/index.js';
import type { Assessment } from '../assess.js';
import { recommendedScore, reliabilityDrawing, riskCoverageDrawing, samplesDrawing } from '../figures.js';
import type { Drawing } from '../figures.js';
import type { Progress } from '../reporter.js';
import { imagesAt } from '../images.js';

export interface FigureSettings {
  /** What was measured on. */
  readonly measured: DataSource;
  readonly classNames: readonly string[] | undefined;
  readonly risk: number;
}

/** Draws what an assessment found and writes each figure as SVG, PNG and CSV into `figures/` of a folder. */
export async function drawFigures(
  assessment: Assessment,
  settings: FigureSettings,
  folder: string,
  onProgress: Progress,
): Promise<DrawnFigure[]> {
  const document = createDocument();
  const figures = [
    drawn(reliabilityFigure, reliabilityDrawing(assessment.findings), document),
    drawn(riskCoverageFigure, riskCoverageDrawing(assessment, settings.risk), document),
    ...histograms(assessment, document),
    ...(await samples(assessment, settings, document)),
  ];
  return writeFigures(figures, folder, { onProgress });
}

function histograms({ findings, measured }: Assessment, document: Document): Figure[] {
  const result = recommendedScore(findings);
  const values = measured.scores.get(result.name)!;
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
    const outside = finite(sets.get(result.name)!);
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
  const figures: Figure[] = [];
  for (const kind of ['suspicious', 'overconfident'] as const) {
    const images = await imagesAt(
      measured,
      findings.samples[kind].map(({ index }) => index),
    );
    const drawing = samplesDrawing(findings, kind, images, classNames);
    if (drawing !== undefined) figures.push(drawn(imageGridFigure, drawing, document));
  }
  return figures;
}

function drawn<Data>(
  figure: (data: Data, options: FigureOptions) => Figure,
  { data, ...named }: Drawing<Data>,
  document: Document,
): Figure {
  return figure(data, { document, ...named });
}
