import type { JSX } from 'preact';
import { Chart, FigureFrame, linePath, Quantity } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { judged } from './data.js';
import { averagePrecision } from './formulas.js';
import { markOf, scoreEntry, SCORES_OF } from './scores.js';
import { signals } from './state.js';
import { ThresholdMark } from './threshold.js';
import type { ThresholdProps } from './threshold.js';

/** Precision and recall of the scores, with the threshold on the chosen one. */
export function PrecisionRecall({ result, curves }: ThresholdProps): JSX.Element {
  const value = result.value;
  const isFailure = signals.task.value === 'failure';
  const shown = curves.value?.precisionRecall ?? [];
  const positive = isFailure ? 'an error' : `an image of ${manifest.ood.title}`;
  const prevalence = curves.value?.prevalence ?? 0;
  // Strangers are found so well that the curves differ in the corner alone; the axes begin where the threshold is in it.
  const below = (value: number): number => Math.max(0, Math.floor(10 * value - 0.2) / 10);
  const recallFrom = isFailure ? 0 : Math.min(0.5, below(value?.recall ?? 1));
  const precisionFrom = isFailure ? 0 : Math.min(0.8, below(value?.precision ?? 1));
  return (
    <FigureFrame
      title="Precision and recall"
      lookFor={
        isFailure
          ? `Look how close the curves are: ${manifest.errors} errors decide, and of another seed's network the order may differ.`
          : 'Look at the averages: the entropy and the mutual information of MC dropout are above MCP, its variation ratio is below.'
      }
      formulas={averagePrecision}
      onSave={
        shown.length === 0
          ? undefined
          : async () => {
              const { precisionRecallFigure } = await import('credence/figures');
              return precisionRecallFigure(
                {
                  curves: shown.map(({ name, ...curve }) => ({ label: scoreEntry(name).title, ...curve })),
                  positive: isFailure ? 'error' : manifest.ood.title,
                  prevalence,
                },
                { document, id: 'week3-precision-recall', title: 'Precision and recall' },
              );
            }
      }
    >
      <Chart
        aspect={1.35}
        x={{ domain: [recallFrom, 1], label: 'recall', grid: true }}
        y={{ domain: [precisionFrom, precisionFrom > 0 ? 1.004 : 1.02], label: 'precision', grid: true }}
        description={`Precision-recall curves; positive is ${positive}. Average precision: ${shown.map(({ name, averagePrecision }) => `${scoreEntry(name).title} ${averagePrecision.toFixed(3)}`).join(', ')}.`}
        over={(frame) => <ThresholdMark frame={frame} at={value && [value.recall, value.precision]} />}
      >
        {(frame) => (
          <>
            <path class="mark-prevalence" d={`M0,${frame.y.at(prevalence)}H${frame.width}`} />
            {shown.map(({ name, recall, precision }) => (
              <path key={name} class={markOf(name)} d={linePath(recall, precision, frame)} />
            ))}
          </>
        )}
      </Chart>
      <div class="table">
        <table class="numbers">
          <caption>Average precision; positive is {positive}</caption>
          <thead>
            <tr>
              <th scope="col">score</th>
              <th scope="col">average precision</th>
            </tr>
          </thead>
          <tbody>
            {SCORES_OF[signals.task.value].map((name) => (
              <tr key={name} class={name === judged.value ? 'chosen' : undefined}>
                <th scope="row">
                  <svg class="legend-mark" viewBox="0 0 24 12" aria-hidden="true">
                    <path class={markOf(name)} d="M1,6H23" />
                  </svg>{' '}
                  {scoreEntry(name).title}
                </th>
                <td>
                  <Quantity
                    name={`average-precision-${name}`}
                    value={shown.find((curve) => curve.name === name)?.averagePrecision}
                    format={(value) => value.toFixed(3)}
                  />
                </td>
              </tr>
            ))}
            <tr>
              <th scope="row">
                <svg class="legend-mark" viewBox="0 0 24 12" aria-hidden="true">
                  <path class="mark-prevalence" d="M1,6H23" />
                </svg>{' '}
                no skill: the prevalence
              </th>
              <td>
                <Quantity
                  name="prevalence"
                  value={curves.value?.prevalence}
                  format={(value) => value.toFixed(4)}
                />
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </FigureFrame>
  );
}
