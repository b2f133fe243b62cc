import type { JSX } from 'preact';
import { Chart, FigureFrame, LegendItem, linePath, short } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import { CALIBRATION, TEMPERATURE } from './formulas.js';
import type { Assessed } from './model.js';
import { saveReliability } from './save.js';

type Bins = Assessed['findings']['classifier']['before']['bins'];

/** Accuracy over confidence in bins. */
export function Reliability({ assessed }: { readonly assessed: Assessed }): JSX.Element {
  const { findings, drawings } = assessed;
  const { before, after, temperature } = findings.classifier;
  return (
    <FigureFrame
      title={drawings.reliability.title}
      lookFor={`Bars below the diagonal: overconfident. Above it: it could be surer.${fittedText(findings.classifier)}`}
      formulas={[CALIBRATION, TEMPERATURE]}
      legend={
        <>
          <LegendItem mark="bar-accuracy" shape="area">
            as it is, ECE {short(before.ece)}
          </LegendItem>
          {after === null || temperature === null ? null : (
            <LegendItem mark="dot-after" shape="dot">
              at temperature {short(temperature)}, ECE {short(after.ece)}
            </LegendItem>
          )}
          <LegendItem mark="line-calibrated" shape="line">
            calibrated
          </LegendItem>
        </>
      }
      onSave={() => saveReliability(drawings.reliability)}
    >
      <Chart
        x={{ domain: [0, 1], label: 'confidence' }}
        y={{ domain: [0, 1], label: 'accuracy', grid: true }}
        description={`Reliability diagram of ${before.bins.length} bins, expected calibration error ${short(before.ece)}${after === null ? '' : `, ${short(after.ece)} at the fitted temperature`}`}
        aspect={1.35}
        over={(frame) => (after === null ? null : <Dots bins={after.bins} frame={frame} />)}
      >
        {(frame) => (
          <>
            <Bars bins={before.bins} frame={frame} />
            <path class="line-calibrated" d={linePath([0, 1], [0, 1], frame)} />
          </>
        )}
      </Chart>
    </FigureFrame>
  );
}

/** What the temperature did to these examples, on which it was not fitted. */
function fittedText({ before, after }: Assessed['findings']['classifier']): string {
  if (after === null) return '';
  return after.ece < before.ece
    ? ' The fitted temperature brings the points closer to the line.'
    : ' The temperature, fitted on other examples, does not bring the points closer to the line here.';
}

function Bars({
  bins,
  frame: { x, y, height },
}: {
  readonly bins: Bins;
  readonly frame: Frame;
}): JSX.Element {
  return (
    <>
      {bins.map(({ low, high, accuracy }) => (
        <rect
          key={low}
          class="bar-accuracy"
          x={x.at(low) + 0.5}
          y={y.at(accuracy)}
          width={Math.max(0, x.at(high) - x.at(low) - 1)}
          height={height - y.at(accuracy)}
        />
      ))}
    </>
  );
}

function Dots({
  bins,
  frame: { x, y, letter },
}: {
  readonly bins: Bins;
  readonly frame: Frame;
}): JSX.Element {
  return (
    <>
      {bins.map(({ low, confidence, accuracy }) => (
        <circle key={low} class="dot-after" cx={x.at(confidence)} cy={y.at(accuracy)} r={0.36 * letter} />
      ))}
    </>
  );
}
