import { computed } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import {
  bandPath,
  Chart,
  DragSurface,
  extent,
  FigureFrame,
  LegendItem,
  linePath,
  padded,
  short,
} from '../ui/index.js';
import type { Frame, Point } from '../ui/index.js';
import { points, range, seen, truth } from './data.js';
import { predictive } from './formulas.js';
import type { Curve, Fit } from './model.js';
import { savePrediction } from './save.js';
import { MOST_POINTS, set, signals } from './state.js';

const DEVIATIONS = [3, 2, 1];

/** The axis does not follow the model, so that the picture stands still while a point is dragged. */
const target = computed<readonly [number, number]>(() => {
  const { from, to, count } = range.value;
  const values = Array.from({ length: count }, (_, i) => truth.value(from + ((to - from) * i) / (count - 1)));
  const around = padded(extent(values), 0.3);
  return extent(
    around,
    points.value.map(({ y }) => y),
  );
});

export interface PredictionProps {
  readonly title: string;
  readonly lookFor: string;
  readonly fit: ReadonlySignal<Fit | undefined>;
  /** Which of the fit's curves. */
  readonly index: number;
}

/** Points, mean and bands; the points are dragged. */
export function Prediction({ title, lookFor, fit, index }: PredictionProps): JSX.Element {
  const { from, to } = range.value;
  const suffix = index === 0 ? '' : '-2';
  const value = fit.value;
  const curve = value?.curves[index];
  return (
    <FigureFrame
      title={title}
      lookFor={lookFor}
      {...(index === 0 ? { formulas: predictive } : {})}
      legend={
        <>
          <LegendItem shape="line" mark={`mark-mean${suffix}`}>
            mean
          </LegendItem>
          <LegendItem shape="area" mark={`mark-band${suffix}`}>
            ± 1, 2, 3 σ
          </LegendItem>
          <LegendItem shape="line" mark="mark-truth">
            truth
          </LegendItem>
          <LegendItem shape="dot" mark="mark-point">
            points
          </LegendItem>
          {seen.value < points.value.length ? (
            <LegendItem shape="dot" mark="mark-unseen">
              not seen yet
            </LegendItem>
          ) : null}
        </>
      }
      onSave={value === undefined ? undefined : () => savePrediction(value, index)}
    >
      <Chart
        interactive
        aspect={1.5}
        x={{ domain: [from, to], label: 'x', grid: true }}
        y={{ domain: target.value, label: 'y', grid: true }}
        description={describe(curve, title)}
        over={(frame) => <Points frame={frame} />}
      >
        {(frame) =>
          value === undefined || curve === undefined ? null : (
            <>
              <Bands frame={frame} grid={value.grid} curve={curve} mark={`mark-band${suffix}`} />
              {index === 0
                ? value.samples.map((sample, s) => (
                    <path key={s} class="mark-sample" d={linePath(value.grid, sample, frame)} />
                  ))
                : null}
              <path class="mark-truth" d={linePath(value.grid, value.grid.map(truth.value), frame)} />
              <path class={`mark-mean${suffix}`} d={linePath(value.grid, curve.mean, frame)} />
            </>
          )
        }
      </Chart>
    </FigureFrame>
  );
}

interface BandsProps {
  readonly frame: Frame;
  readonly grid: Float64Array;
  readonly curve: Curve;
  readonly mark: string;
}

function Bands({ frame, grid, curve: { mean, variance }, mark }: BandsProps): JSX.Element {
  const edge = (times: number): Float64Array =>
    mean.map((value, i) => value + times * Math.sqrt(variance[i]!));
  return (
    <>
      {DEVIATIONS.map((times) => (
        <path key={times} class={mark} d={bandPath(grid, edge(-times), edge(times), frame)} />
      ))}
    </>
  );
}

function Points({ frame }: { readonly frame: Frame }): JSX.Element {
  const write = (changed: readonly Point[]): void => {
    signals.points.value = changed.map(({ x, y }) => [x, y]);
  };
  return (
    <DragSurface
      frame={frame}
      points={points.value}
      label="Training points"
      mark={(i) => (i < seen.value ? 'mark-point' : 'mark-unseen')}
      onMove={(i, to) => write(points.value.with(i, to))}
      onAdd={(point) => {
        if (points.value.length < MOST_POINTS) write([...points.value, point]);
      }}
      onRemove={(i) => {
        if (i < seen.value && signals.seen.value !== null) set({ seen: seen.value - 1 });
        write(points.value.toSpliced(i, 1));
      }}
    />
  );
}

function describe(curve: Curve | undefined, title: string): string {
  if (curve === undefined) return title;
  const { from, to } = range.value;
  const deviation = (i: number): string => short(Math.sqrt(curve.variance.at(i)!));
  const middle = Math.floor(curve.mean.length / 2);
  return (
    `${title}: ${seen.value} training points, the true function, the predictive mean and its bands. The standard deviation ` +
    `is ${deviation(0)} at x = ${short(from)}, ${deviation(middle)} in the middle and ${deviation(-1)} at x = ${short(to)}.`
  );
}
