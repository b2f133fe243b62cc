import type { DrawnFigure } from '../../../figures/node/index.js';
import { DataTable, formatNumber } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import { confidenceOfEach } from '../../certify.js';
import type { AssessmentResults, ScoreResult } from '../../results.js';
import { costText, Drawn, percent } from './text.js';

/** Where each score may be cut, what that leaves, and what it costs. */
export function thresholdSection(results: AssessmentResults, figures: readonly DrawnFigure[]): Section {
  const { settings, scores, examples, recommendation, secondsPerInput } = results;
  const each = 1 - confidenceOfEach(settings.confidence, scores.length);
  const coverage = ({ certificate }: ScoreResult): number => certificate?.coverage ?? -1;
  return {
    id: 'threshold',
    title: 'Where to put the threshold',
    content: (
      <>
        <p>
          Asked for: at most {percent(settings.risk)} errors among the accepted inputs, with confidence{' '}
          {settings.confidence}. {formatNumber(examples.threshold)} validation examples on which nothing was
          fitted decide: a quarter of them places the thresholds, the others test one after the other, from
          the one that is likeliest to pass to larger coverage, by the exact binomial tail, up to the first
          that fails (split fixed-sequence testing: Angelopoulos, Bates, Candès, Jordan, Lei, “Learn then
          test”, 2021). Since one of {scores.length} scores is picked by its certificate, each has an error
          probability of {each.toPrecision(2)} (Bonferroni).
        </p>
        <Drawn figures={figures} id="risk-coverage" />
        <DataTable
          caption={
            examples.measuredOn === 'test'
              ? 'Certified thresholds. Coverage and risk: as measured on the test set, which had no part in the choice. Cost: added to a prediction, and the whole as a multiple of one without.'
              : 'Certified thresholds. Coverage and risk: on all examples that chose them, for want of a test set. Cost: added to a prediction, and the whole as a multiple of one without.'
          }
          columns={['Score', 'Threshold', 'Coverage', 'Risk', 'AURC', 'Cost']}
          rows={scores
            .toSorted((a, b) => coverage(b) - coverage(a) || a.aurc - b.aurc)
            .map((score) => [
              score.name === recommendation.score ? <strong>{score.title}</strong> : score.title,
              thresholdText(score),
              score.selected === null ? '' : percent(score.selected.coverage),
              score.selected === null || score.selected.risk === null ? '' : percent(score.selected.risk),
              score.aurc,
              costText(score.secondsPerInput, secondsPerInput),
            ])}
        />
      </>
    ),
  };
}

function thresholdText({ certificate }: ScoreResult): string {
  if (certificate === null) return 'none certified';
  return certificate.coverage === 1 ? 'accepts all' : formatNumber(certificate.threshold);
}
