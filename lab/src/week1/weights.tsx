import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import {
  capture,
  Chart,
  FigureFrame,
  LegendItem,
  linePath,
  RampItem,
  sequential,
  short,
} from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import { basis, pair, seen, trueWeights, weightName } from './data.js';
import { weights as formulas } from './formulas.js';
import type { WeightsPosterior } from './model.js';

const LOOK_FOR = {
  line: 'Press Play: one point leaves a ridge of lines through it, the second cuts it, every further one narrows it.',
  curve:
    'Press Play: points narrow it, most where these two features are large. Features that overlap get correlated weights: points hold them together.',
} as const;

/** The joint density of two weights. */
export function Weights({
  posterior,
}: {
  readonly posterior: ReadonlySignal<WeightsPosterior | undefined>;
}): JSX.Element {
  const value = posterior.value;
  const [p, q] = pair.value;
  const known = trueWeights.value;
  const side: readonly [number, number] =
    value === undefined ? [-1, 1] : [value.first[0]!, value.first.at(-1)!];
  return (
    <FigureFrame
      title={`Posterior of ${weightName(p)} and ${weightName(q)} after ${seen.value} ${seen.value === 1 ? 'point' : 'points'}`}
      lookFor={LOOK_FOR[basis.value.kind === 'linear' ? 'line' : 'curve']}
      formulas={formulas}
      legend={
        <>
          {known === undefined ? null : (
            <LegendItem shape="ring" mark="mark-ring">
              true weights ({short(known[p]!)}, {short(known[q]!)})
            </LegendItem>
          )}
          <LegendItem shape="line" mark="mark-contour-sample">
            holds 95 %
          </LegendItem>
          <RampItem ramp={sequential}>density, 0 to its maximum</RampItem>
        </>
      }
      onSave={
        value === undefined
          ? undefined
          : async (figure) => {
              const { encodeCsv } = await import('credence/formats');
              const title = `Posterior of w${p} and w${q} after ${seen.value} points`;
              return capture(figure, { id: 'week1-weights', title, csv: encodeCsv(columns(value, p, q)) });
            }
      }
    >
      <Chart
        aspect={1.5}
        x={{ domain: side, label: weightName(p) }}
        y={{ domain: side, label: weightName(q) }}
        description={describe(value, p, q)}
        raster={
          value === undefined
            ? undefined
            : {
                values: value.density,
                columns: value.first.length,
                rows: value.second.length,
                domain: [0, 1],
                ramp: sequential,
              }
        }
      >
        {(frame) => (
          <>
            {value === undefined ? null : <path class="mark-contour" d={contour(value, frame)} />}
            {known === undefined ? null : (
              <g transform={`translate(${frame.x.at(known[p]!)},${frame.y.at(known[q]!)})`}>
                <circle class="mark-halo" r={0.45 * frame.letter} />
                <circle class="mark-ring" r={0.45 * frame.letter} />
              </g>
            )}
          </>
        )}
      </Chart>
    </FigureFrame>
  );
}

/** The radius, in standard deviations, that holds 95 % of a normal distribution of two variables. */
const RADIUS = Math.sqrt(-2 * Math.log(0.05));
const CORNERS = 96;

/** The line of equal density that holds 95 %. */
function contour({ mean, deviation, correlation }: WeightsPosterior, frame: Frame): string {
  const conditional = Math.sqrt(Math.max(0, 1 - correlation ** 2));
  const angles = Float64Array.from({ length: CORNERS + 1 }, (_, i) => (2 * Math.PI * i) / CORNERS);
  const first = angles.map((angle) => mean[0] + deviation[0] * RADIUS * Math.cos(angle));
  const second = angles.map(
    (angle) =>
      mean[1] + deviation[1] * RADIUS * (correlation * Math.cos(angle) + conditional * Math.sin(angle)),
  );
  return `${linePath(first, second, frame)}Z`;
}

function columns(
  { first, second, density }: WeightsPosterior,
  p: number,
  q: number,
): Record<string, Float64Array> {
  return {
    [`w${p}`]: density.map((_, at) => first[at % first.length]!),
    [`w${q}`]: density.map((_, at) => second[Math.floor(at / first.length)]!),
    'density / maximum': density,
  };
}

function describe(posterior: WeightsPosterior | undefined, p: number, q: number): string {
  if (posterior === undefined) return `Posterior of w${p} and w${q}`;
  const { mean, deviation, correlation } = posterior;
  return (
    `Heat map of the posterior after ${seen.value} points: w${p} is ${short(mean[0])} ± ${short(deviation[0])}, ` +
    `w${q} is ${short(mean[1])} ± ${short(deviation[1])}, their correlation ${short(correlation)}.`
  );
}
