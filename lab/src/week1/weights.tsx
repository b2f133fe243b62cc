import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, Chart, FigureFrame, gradient, LegendItem, sequential, short } from '../ui/index.js';
import { pair, seen, trueWeights } from './data.js';
import { weights as formula } from './formulas.js';
import type { WeightsPosterior } from './model.js';

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
      title={`Posterior of w${p} and w${q} after ${seen.value} ${seen.value === 1 ? 'point' : 'points'}`}
      lookFor="Press Play: one point leaves a ridge of lines through it, the second cuts it, every further one narrows it."
      formula={formula}
      legend={
        <>
          {known === undefined ? null : (
            <LegendItem shape="ring" mark="mark-ring">
              true weights ({short(known[p]!)}, {short(known[q]!)})
            </LegendItem>
          )}
          <li class="ramp">
            <span>density: 0</span>
            <i style={{ background: gradient(sequential) }} />
            <span>its maximum</span>
          </li>
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
        x={{ domain: side, label: `w${p}` }}
        y={{ domain: side, label: `w${q}` }}
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
        {(frame) =>
          known === undefined ? null : (
            <g transform={`translate(${frame.x.at(known[p]!)},${frame.y.at(known[q]!)})`}>
              <circle class="mark-halo" r={8} />
              <circle class="mark-ring" r={8} />
            </g>
          )
        }
      </Chart>
    </FigureFrame>
  );
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
