import type { JSX } from 'preact';
import { Chart, FigureFrame, LegendItem, linePath, short } from '../ui/index.js';
import { COVERAGE, RISK } from './formulas.js';
import type { Assessed } from './model.js';
import { saveRiskCoverage } from './save.js';
import { percent } from './words.js';

/** Below this coverage a risk rests on too few inputs to be drawn to scale. */
const FEW = 0.05;

/** What remains wrong when the most suspicious inputs are left out. */
export function RiskCoverage({ assessed }: { readonly assessed: Assessed }): JSX.Element {
  const { risk, findings } = assessed;
  const { riskCoverage } = assessed.drawings;
  const { curves, chosen } = riskCoverage.data;
  const highest = curves.reduce(
    (most, curve) =>
      Array.from(curve.risk).reduce(
        (high, value, i) => (curve.coverage[i]! < FEW ? high : Math.max(high, value)),
        most,
      ),
    Math.max(risk, chosen?.risk ?? 0),
  );
  const left = findings.scores.length - curves.length;
  return (
    <FigureFrame
      title={riskCoverage.title}
      lookFor={`The lower a curve, the better its score finds the errors. The recommended score and those with the smallest areas${left > 0 ? `; ${left} more are in the tables` : ''}.`}
      formulas={[RISK, COVERAGE]}
      legend={
        <>
          {curves.map(({ label, area }, k) => (
            <LegendItem key={label} mark={`series-${k}`} shape="line">
              {label}, area {short(area)}
            </LegendItem>
          ))}
          <LegendItem mark="line-target" shape="line">
            asked for: {percent(risk)}
          </LegendItem>
          {chosen === undefined ? null : (
            <LegendItem mark="ring-chosen" shape="ring">
              the threshold
            </LegendItem>
          )}
        </>
      }
      onSave={() => saveRiskCoverage(riskCoverage)}
    >
      <Chart
        x={{
          domain: [0, 1],
          label: 'coverage: share that is accepted (%)',
          format: (v) => `${Math.round(100 * v)}`,
        }}
        y={{
          domain: [0, 1.08 * highest],
          label: 'risk: errors among them (%)',
          format: (v) => `${Number((100 * v).toPrecision(2))}`,
          grid: true,
        }}
        description={`Risk over coverage of ${curves.map(({ label, area }) => `${label}: area ${short(area)}`).join('; ')}`}
        aspect={1.35}
        over={(frame) =>
          chosen === undefined ? null : (
            <circle
              class="ring-chosen"
              cx={frame.x.at(chosen.coverage)}
              cy={frame.y.at(chosen.risk)}
              r={0.5 * frame.letter}
            />
          )
        }
      >
        {(frame) => (
          <>
            <path class="line-target" d={linePath([0, 1], [risk, risk], frame)} />
            {curves
              .map(({ label, coverage, risk: risks }, k) => (
                <path key={label} class={`series-${k}`} d={linePath(coverage, risks, frame)} />
              ))
              .toReversed()}
          </>
        )}
      </Chart>
    </FigureFrame>
  );
}
