import type { TuningResult } from '../assessment/index.js';

/** What was chosen for a score, and by what: 'ODIN: temperature 5, epsilon 0.01 of 7, by the mean score of 400 known inputs'. */
export function tuningLine({ title, chosen, candidates, criterion, known, outliers }: TuningResult): string {
  const settings = Object.entries(chosen).map(([name, value]) => `${name} ${value}`);
  const by =
    criterion === 'AUROC'
      ? `AUROC of ${outliers.join(', ')} against ${known} known inputs`
      : `mean score of ${known} known inputs`;
  return `${title}: ${settings.join(', ') || 'as it was'}, of ${candidates.length}, by ${by}`;
}
