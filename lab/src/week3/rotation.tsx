import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, Chart, FigureFrame, LegendItem, linePath, Transport, usePlayback } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import { csv } from './csv.js';
import { angles } from './data.js';
import { rotation as formulas } from './formulas.js';
import type { Sweep } from './model.js';
import { signals, SWEEP_STEP } from './state.js';

const PLAY_MS = 160;
/** Above 1 is room for the classes. */
const HIGHEST = 1.18;
const MOST_ENTROPY = Math.log(10);

const playing = signal(false);
const done = computed(() => signals.rotate.value >= 360);

function turn(): void {
  signals.rotate.value = Math.min(
    360,
    SWEEP_STEP * (Math.floor(signals.rotate.value / SWEEP_STEP + 1e-9) + 1),
  );
}

/** What the network says of the image at every angle. */
export function Rotation({ sweep }: { readonly sweep: ReadonlySignal<Sweep | undefined> }): JSX.Element {
  usePlayback({ playing, speed: signals.speed, done, interval: PLAY_MS, onStep: turn });
  const value = sweep.value;
  const upright = value?.predicted[0] ?? 0;
  const stated = angles.map((_, i) => (value === undefined ? 0 : largest(value.probabilities, i)));
  const first = angles.map((_, i) => value?.probabilities[10 * i + upright] ?? 0);
  const axis = { domain: [0, 360] as const, label: 'rotation (degrees)' };
  return (
    <FigureFrame
      wide
      title="Turn it, and watch confidence fail"
      lookFor="Look where the largest probability is back near 1 for another class: the network was never shown turned digits, and is sure all the same. The digits along the top are the classes that it says."
      formulas={formulas}
      legend={
        <>
          <LegendItem shape="line" mark="mark-series-0">
            largest probability
          </LegendItem>
          <LegendItem shape="line" mark="mark-series-1">
            probability of {upright}, its class at 0°
          </LegendItem>
          <LegendItem shape="line" mark="mark-series-2">
            ConfidNet
          </LegendItem>
          <LegendItem shape="line" mark="mark-series-3">
            entropy
          </LegendItem>
          <LegendItem shape="line" mark="mark-series-4">
            epistemic part
          </LegendItem>
        </>
      }
      onSave={
        value === undefined
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-rotation',
                title: 'Rotation',
                csv: csv({
                  degrees: angles,
                  predicted: value.predicted,
                  largestProbability: stated,
                  [`probabilityOf${upright}`]: first,
                  confidnet: value.confidence,
                  entropy: value.entropy,
                  mutualInformation: value.mutualInformation,
                }),
              })
      }
    >
      <Transport
        label="The rotation, in steps of five degrees"
        playing={playing}
        speed={signals.speed}
        done={done}
        onStep={turn}
        onReset={() => (signals.rotate.value = 0)}
        position={`${signals.rotate.value}°`}
      />
      <div class="cells two">
        <div class="cell">
          <Chart
            aspect={2.2}
            x={axis}
            y={{ domain: [0, HIGHEST], label: 'probability', grid: true }}
            description={describe(value, stated)}
            over={(frame) => (value === undefined ? null : <Classes sweep={value} frame={frame} />)}
          >
            {(frame) => (
              <>
                <Cursor frame={frame} />
                {value === undefined ? null : (
                  <>
                    <path class="mark-series-2" d={linePath(angles, value.confidence, frame)} />
                    <path class="mark-series-1" d={linePath(angles, first, frame)} />
                    <path class="mark-series-0" d={linePath(angles, stated, frame)} />
                  </>
                )}
              </>
            )}
          </Chart>
        </div>
        <div class="cell">
          <Chart
            aspect={2.2}
            x={axis}
            y={{ domain: [0, MOST_ENTROPY], label: 'uncertainty (nats)', grid: true }}
            description="Entropy of MC dropout and its epistemic part over the rotation"
          >
            {(frame) => (
              <>
                <Cursor frame={frame} />
                {value === undefined ? null : (
                  <>
                    <path class="mark-series-3" d={linePath(angles, value.entropy, frame)} />
                    <path class="mark-series-4" d={linePath(angles, value.mutualInformation, frame)} />
                  </>
                )}
              </>
            )}
          </Chart>
        </div>
      </div>
    </FigureFrame>
  );
}

function Cursor({ frame }: { readonly frame: Frame }): JSX.Element {
  return <path class="mark-here" d={`M${frame.x.at(signals.rotate.value).toFixed(1)},0V${frame.height}`} />;
}

/** Which class is predicted, over each stretch of angles that is long enough for its digit. */
function Classes({ sweep, frame }: { readonly sweep: Sweep; readonly frame: Frame }): JSX.Element {
  const runs: { from: number; to: number; k: number }[] = [];
  sweep.predicted.forEach((k, i) => {
    const last = runs.at(-1);
    if (last?.k === k) last.to = angles[i]!;
    else runs.push({ from: angles[i]!, to: angles[i]!, k });
  });
  return (
    <g class="class-runs" aria-hidden="true">
      {runs
        .filter(({ from, to }) => frame.x.at(to) - frame.x.at(from) > 1.2 * frame.letter)
        .map(({ from, to, k }) => (
          <text key={from} x={frame.x.at((from + to) / 2)} y={frame.y.at(1.04)} text-anchor="middle">
            {k}
          </text>
        ))}
    </g>
  );
}

function largest(probabilities: Float64Array, i: number): number {
  return Math.max(...probabilities.subarray(10 * i, 10 * i + 10));
}

function describe(sweep: Sweep | undefined, stated: Float64Array): string {
  if (sweep === undefined) return 'Probabilities over the rotation';
  const at = (i: number): string =>
    `at ${angles[i]!} degrees ${sweep.predicted[i]} with ${stated[i]!.toFixed(2)}`;
  const quarter = Math.floor(angles.length / 4);
  return `Largest probability, probability of the first class and ConfidNet's confidence over the rotation. Predicted is ${[0, 1, 2, 3].map((q) => at(q * quarter)).join(', ')}.`;
}
