// Figures as `credence assess` draws them.
import type { SavedFigure } from '../ui/index.js';
import type { Drawings } from './model.js';

export async function saveReliability({ data, ...named }: Drawings['reliability']): Promise<SavedFigure> {
  const { reliabilityFigure } = await import('credence/figures');
  return reliabilityFigure(data, { document, ...named });
}

export async function saveRiskCoverage({ data, ...named }: Drawings['riskCoverage']): Promise<SavedFigure> {
  const { riskCoverageFigure } = await import('credence/figures');
  return riskCoverageFigure(data, { document, ...named });
}

export async function saveSamples({
  data,
  ...named
}: NonNullable<Drawings['suspicious']>): Promise<SavedFigure> {
  const { imageGridFigure } = await import('credence/figures');
  return imageGridFigure(data, { document, ...named });
}
