import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, Chart, Choice, FigureFrame, LegendItem, linePath, Slider } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { csv } from './csv.js';
import { judged } from './data.js';
import { averagePrecision, letIn, riskCoverage } from './formulas.js';
import type { Curves, ThresholdResult } from './model.js';
import { Fact } from './passes.js';
import { percent, Quantity, told } from './quantity.js';
import { scoreEntry, SCORES_OF } from './scores.js';
import type { ScoreName } from './scores.js';
import { signals } from './state.js';

export interface ThresholdProps {
  readonly result: ReadonlySignal<ThresholdResult | undefined>;
  readonly curves: ReadonlySignal<Curves | undefined>;
}

const count = (value: number): string => value.toLocaleString('en');

/** A threshold on the score: what is accepted, what is flagged, and what of either is a mistake. */
export function Threshold({ result, curves }: ThresholdProps): JSX.Element {
  const value = result.value;
  const isFailure = signals.task.value === 'failure';
  const { title } = scoreEntry(judged.value);
  const [positive, negative] = isFailure ? ['errors', 'right digits'] : [manifest.ood.title, 'test digits'];
  const risks = curves.value?.riskCoverage ?? [];
  // All of the risk is in the last digits: the axis begins where something is seen, or where the threshold is.
  const from = Math.max(0, Math.min(0.8, Math.floor(((value?.coverage ?? 1) - 0.02) * 10) / 10));
  const here = value && (isFailure ? value.risk : value.missed / value.positives);
  // All strangers are let in where all digits are: the axis ends before.
  const highest = isFailure
    ? Math.max(
        0.008,
        ...risks.flatMap(({ risk, coverage }) => Array.from(risk).filter((_, i) => coverage[i]! > from)),
      )
    : Math.min(1, Math.max(0.3, 1.1 * (here ?? 0)));
  const riskLabel = isFailure ? 'risk (%)' : `${manifest.ood.title} let in (%)`;
  return (
    <FigureFrame
      title={`A threshold on ${title}`}
      lookFor={
        isFailure
          ? 'Look how the risk falls as a few digits are set aside: the first two per cent hold most of the errors.'
          : 'Look what it costs to keep strangers out: digits that are set aside though they are known.'
      }
      formulas={isFailure ? riskCoverage : letIn}
      legend={risks.map(({ name }) => (
        <LegendItem key={name} shape="line" mark={markOf(name)}>
          {scoreEntry(name).brief}
        </LegendItem>
      ))}
      onSave={
        risks.length === 0
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-risk-coverage',
                title: 'Risk and coverage',
                csv: csv(
                  Object.fromEntries(
                    risks.flatMap(({ name, coverage, risk }) => [
                      [`coverage ${name}`, coverage],
                      [`risk ${name}`, risk],
                    ]),
                  ),
                ),
              })
      }
    >
      <Choice
        label="To be found"
        value={signals.task}
        options={[
          { value: 'failure', label: 'Errors' },
          { value: 'ood', label: manifest.ood.title },
        ]}
      />
      <Slider
        label="Flag of the test digits"
        value={signals.flagged}
        min={0.0001}
        max={1}
        step={0.02}
        log
        format={percent}
      />
      <dl class="facts">
        <Fact term="Threshold" name="threshold" value={value?.threshold} />
        <Fact term="Coverage of the test digits" name="coverage" value={value?.coverage} format={percent} />
        <Fact
          term={isFailure ? 'Risk: errors among the accepted' : 'Strangers among the accepted'}
          name="risk"
          value={value?.risk}
          format={(risk) => `${(100 * risk).toFixed(2)} %`}
        />
      </dl>
      <div class="table">
        <table class="numbers">
          <caption>Flagged and accepted</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">flagged</th>
              <th scope="col">accepted</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{positive}</th>
              <td>
                <Quantity name="found" value={value?.found} format={count} /> found
              </td>
              <td>
                <Quantity name="missed" value={value?.missed} format={count} /> missed
              </td>
            </tr>
            <tr>
              <th scope="row">{negative}</th>
              <td>
                <Quantity name="false-alarms" value={value?.falseAlarms} format={count} /> false alarms
              </td>
              <td>
                <Quantity name="passed" value={value && value.negatives - value.falseAlarms} format={count} />{' '}
                passed
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      <Chart
        aspect={1.9}
        x={{ domain: [from, 1], label: 'coverage' }}
        y={{ domain: [0, highest], label: riskLabel, grid: true, format: (risk) => told(100 * risk) }}
        description={`${riskLabel} over coverage, for ${risks.length} scores; at the threshold coverage ${percent(value?.coverage ?? 0)} and ${percent(here ?? 0)}.`}
      >
        {(frame) => (
          <>
            {risks.map(({ name, coverage, risk }) => (
              <path key={name} class={markOf(name)} d={linePath(coverage, risk, frame)} />
            ))}
            {value === undefined ? null : (
              <circle
                class="mark-threshold"
                cx={frame.x.at(value.coverage)}
                cy={frame.y.at(here ?? 0)}
                r={0.42 * frame.letter}
              />
            )}
          </>
        )}
      </Chart>
    </FigureFrame>
  );
}

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
          : 'Look which reading of MC dropout is above MCP: the entropy, not the variation ratio.'
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
      >
        {(frame) => (
          <>
            <path class="mark-prevalence" d={`M0,${frame.y.at(prevalence)}H${frame.width}`} />
            {shown.map(({ name, recall, precision }) => (
              <path key={name} class={markOf(name)} d={linePath(recall, precision, frame)} />
            ))}
            {value === undefined ? null : (
              <circle
                class="mark-threshold"
                cx={frame.x.at(value.recall)}
                cy={frame.y.at(value.precision)}
                r={0.42 * frame.letter}
              />
            )}
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

/** The same line for a score in every chart. */
function markOf(name: ScoreName): string {
  const order: readonly ScoreName[] = [
    'mcp',
    'confidnet',
    'mcDropout.entropy',
    'mcDropout.mutualInformation',
    'mcDropout.variationRatio',
    'odin',
  ];
  const k = order.indexOf(name);
  return `mark-series-${k === 5 ? 1 : k}`;
}
