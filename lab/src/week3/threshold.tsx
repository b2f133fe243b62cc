import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import {
  capture,
  Chart,
  Choice,
  FigureFrame,
  LegendItem,
  linePath,
  Quantity,
  Slider,
  told,
} from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { csv } from './csv.js';
import { judged } from './data.js';
import { letIn, riskCoverage } from './formulas.js';
import type { Curves, ThresholdResult } from './model.js';
import { Fact, percent } from './fact.js';
import { markOf, scoreEntry } from './scores.js';
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
  const point = value && pointOf(value, isFailure);
  // All strangers are let in where all digits are: the axis ends before.
  const highest = isFailure
    ? Math.max(
        0.008,
        ...risks.flatMap(({ risk, coverage }) => Array.from(risk).filter((_, i) => coverage[i]! > from)),
      )
    : Math.min(1, Math.max(0.3, 1.1 * (point?.[1] ?? 0)));
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
        description={`${riskLabel} over coverage, for ${risks.length} scores${point === undefined ? '' : `; at the threshold coverage ${percent(point[0])} and ${percent(point[1])}`}.`}
        over={(frame) => <ThresholdMark frame={frame} at={point} />}
      >
        {(frame) =>
          risks.map(({ name, coverage, risk }) => (
            <path key={name} class={markOf(name)} d={linePath(coverage, risk, frame)} />
          ))
        }
      </Chart>
    </FigureFrame>
  );
}

/** Where the threshold is in the chart; nowhere where nothing is accepted, of which there is no risk. */
function pointOf(
  { coverage, risk, missed, positives }: ThresholdResult,
  isFailure: boolean,
): readonly [number, number] | undefined {
  const height = isFailure ? risk : missed / positives;
  return Number.isNaN(height) ? undefined : [coverage, height];
}

export interface ThresholdMarkProps {
  readonly frame: Frame;
  readonly at: readonly [number, number] | undefined;
}

/** Lies over the frame: a threshold may be at its very edge. One of the task before, beyond the edge, is not drawn. */
export function ThresholdMark({ frame, at }: ThresholdMarkProps): JSX.Element | null {
  if (at === undefined) return null;
  const [x, y] = [frame.x.at(at[0]), frame.y.at(at[1])];
  if (x < -1 || x > frame.width + 1 || y < -1 || y > frame.height + 1) return null;
  return <circle class="mark-threshold" cx={x} cy={y} r={0.42 * frame.letter} />;
}
