import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Chart, extent, FigureFrame, LegendItem, linePath, short } from '../ui/index.js';
import { basis, points, range, seen } from './data.js';
import { minimum as minimumFormula, variance as formula } from './formulas.js';
import type { Curve, Fit } from './model.js';
import { saveVariance } from './save.js';

/** A variance that grows by more than this is drawn on a logarithmic axis. */
const LOG_RATIO = 60;
const LOOK_FOR = {
  linear:
    'Look where it is least: not at the barycentre of the points seen, but nearer to 0, where the prior pulls it. It never falls below 1/β.',
  polynomial: 'Look at the ends: as soon as the points stop, the variance grows by powers of ten.',
  gaussian:
    'Look far away: the features vanish there, so the variance falls back to 1/β, lower than among the points.',
} as const;
const DIAMOND = 'M0,-1L1,0L0,1L-1,0Z';

/** The predictive variance, its parts and its minimum. */
export function Variance({ fit }: { readonly fit: ReadonlySignal<Fit | undefined> }): JSX.Element {
  const { from, to } = range.value;
  const value = fit.value;
  const curves = value?.curves ?? [];
  const axis = axisOf(curves);
  const [low, high] = extent(points.value.slice(0, seen.value).map(({ x }) => x));
  return (
    <FigureFrame
      title="Variance"
      lookFor={LOOK_FOR[basis.value.kind]}
      formulas={basis.value.kind === 'linear' ? [formula, minimumFormula] : [formula]}
      legend={
        <>
          {curves.map(({ beta }, k) => (
            <LegendItem key={k} shape="line" mark={`mark-mean${suffixOf(k)}`}>
              β = {short(beta)}
            </LegendItem>
          ))}
          <LegendItem shape="line" mark="mark-limit">
            1/β
          </LegendItem>
          <LegendItem shape="diamond" mark="mark-minimum">
            exact minimum
          </LegendItem>
          <LegendItem shape="line" mark="mark-barycentre">
            barycentre
          </LegendItem>
          <LegendItem shape="area" mark="mark-span">
            span of the points
          </LegendItem>
        </>
      }
      onSave={value === undefined ? undefined : () => saveVariance(value)}
    >
      <Chart
        aspect={1.5}
        x={{ domain: [from, to], label: 'x' }}
        y={{
          ...axis,
          label: axis.type === 'log' ? 'variance of y (log scale)' : 'variance of y',
          grid: true,
        }}
        description={describe(value)}
      >
        {(frame) => (
          <>
            {low <= high ? (
              <rect
                class="mark-span"
                x={frame.x.at(low)}
                width={Math.max(0, frame.x.at(high) - frame.x.at(low))}
                height={frame.height}
              />
            ) : null}
            {value?.barycentre === undefined ? null : (
              <path class="mark-barycentre" d={`M${frame.x.at(value.barycentre)},0V${frame.height}`} />
            )}
            {curves.map(({ beta, variance, minimum }, k) => (
              <g key={k}>
                <path class={`mark-limit${suffixOf(k)}`} d={`M0,${frame.y.at(1 / beta)}H${frame.width}`} />
                <path class={`mark-mean${suffixOf(k)}`} d={linePath(value!.grid, variance, frame)} />
                <path
                  class={`mark-minimum${suffixOf(k)}`}
                  d={DIAMOND}
                  transform={`translate(${frame.x.at(minimum.x)},${frame.y.at(minimum.value)}) scale(${0.5 * frame.letter})`}
                />
              </g>
            ))}
          </>
        )}
      </Chart>
    </FigureFrame>
  );
}

function suffixOf(k: number): '' | '-2' {
  return k === 0 ? '' : '-2';
}

/** Round ends, so that the axis does not follow every move of a point. */
function axisOf(curves: readonly Curve[]): { domain: [number, number]; type: 'linear' | 'log' } {
  if (curves.length === 0) return { domain: [0, 1], type: 'linear' };
  const [low, high] = extent(...curves.map(({ variance }) => variance));
  if (high / low > LOG_RATIO) {
    return { domain: [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))], type: 'log' };
  }
  const power = 10 ** Math.floor(Math.log10(high * 1.05));
  const top = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= high * 1.05)!;
  return { domain: [0, top * power], type: 'linear' };
}

function describe(fit: Fit | undefined): string {
  if (fit === undefined) return 'Predictive variance';
  const curves = fit.curves.map(
    ({ beta, variance, minimum }) =>
      `with beta ${short(beta)} from ${short(minimum.value)}, at x = ${short(minimum.x)}, to ${short(extent(variance)[1])}`,
  );
  const where = fit.barycentre === undefined ? '' : `; the barycentre is at x = ${short(fit.barycentre)}`;
  return `Predictive variance: ${curves.join('; ')}${where}.`;
}
