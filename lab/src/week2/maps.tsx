import { computed } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import {
  Choice,
  diverging,
  extent,
  FigureFrame,
  LegendItem,
  Notice,
  RampItem,
  sequential,
  short,
} from '../ui/index.js';
import type { Frame, Raster } from '../ui/index.js';
import { data, problem } from './data.js';
import * as formulas from './formulas.js';
import { isShown, MapChart, segmentsPath } from './map-chart.js';
import { CONTOURS } from './model.js';
import type { Fit } from './model.js';
import { PaintSurface } from './paint-surface.js';
import { RayHandles } from './ray-handles.js';
import { saveDecision, saveMap } from './save.js';
import { signals } from './state.js';
import { LOOK_FOR, LOOK_FOR_EPISTEMIC } from './words.js';

export interface MapProps {
  readonly fit: ReadonlySignal<Fit | undefined>;
}

const HALF = CONTOURS.indexOf(0.5);

/** Of the thin lines: the boundaries of draws where there are any, else those of other probabilities. */
const showsDraws = computed(() => signals.boundaries.value && signals.method.value !== 'map');

/** Ends of the uncertainties' colours, so that they do not follow every epoch. */
const CEILINGS = [0.02, 0.05, 0.1, 0.2, 0.4, Math.LN2];

/** The mean probability, its lines, and the points, which are painted here. */
export function ProbabilityMap({ fit: { value } }: MapProps): JSX.Element {
  const fit = isShown(value) ? value : undefined;
  const method = signals.method.value;
  const title = `${method === 'map' ? 'Probability' : 'Mean probability'} of class 1`;
  return (
    <FigureFrame
      title={title}
      lookFor={LOOK_FOR[method]}
      formulas={formulas.predictive[method]}
      legend={
        <>
          <LegendItem shape="dot" mark="mark-class-0">
            class 0
          </LegendItem>
          <li>
            <svg class="legend-mark" viewBox="0 0 24 12" aria-hidden="true">
              <path class="mark-class-1" d="M12,0.5L18,11.5H6Z" />
            </svg>
            <span>class 1</span>
          </li>
          <LineItem mark="mark-half" paper={diverging(0.5)}>
            {method === 'map' ? 'p' : 'mean p'} = 1/2
          </LineItem>
          <LineItem mark={showsDraws.value ? 'mark-draw' : 'mark-level'} paper={diverging(0.5)}>
            {showsDraws.value ? 'of single draws' : '0.1, 0.25, 0.75, 0.9'}
          </LineItem>
          <RampItem ramp={diverging}>0 to 1</RampItem>
          <LegendItem shape="line" mark="mark-ray">
            ray
          </LegendItem>
        </>
      }
      onSave={fit === undefined ? undefined : () => saveDecision(fit, title)}
    >
      <div class={signals.brush.value === 'off' ? 'at-rest' : 'painting'}>
        <MapChart
          interactive
          description={describe(fit)}
          raster={rasterOf(fit, fit?.probability, [0, 1], diverging)}
          lines={(frame) => (fit === undefined ? null : <Lines fit={fit} frame={frame} />)}
          over={(frame) => <PaintSurface frame={frame} />}
        />
      </div>
      <div class="brush">
        <Choice
          label="Brush"
          value={signals.brush}
          options={[
            { value: 'off', label: 'Off' },
            { value: '0', label: '● class 0' },
            { value: '1', label: '▲ class 1' },
            { value: 'eraser', label: 'Eraser' },
          ]}
        />
      </div>
      {/* Below the map, which must not move away under the first stroke. */}
      {problem.value === undefined ? (
        <Notice kind="note">No points: choose a class of the brush and paint some of both.</Notice>
      ) : null}
    </FigureFrame>
  );
}

function Lines({ fit, frame }: { readonly fit: Fit; readonly frame: Frame }): JSX.Element {
  const thin = showsDraws.value ? fit.boundaries : fit.contours.toSpliced(HALF, 1);
  return (
    <>
      <path
        class={showsDraws.value ? 'mark-draw' : 'mark-level'}
        d={thin.map((segments) => segmentsPath(segments, frame)).join('')}
      />
      <path class="mark-half" d={segmentsPath(fit.contours[HALF]!, frame)} />
    </>
  );
}

/** What the draws disagree on; the ray is dragged here. */
export function EpistemicMap({ fit: { value } }: MapProps): JSX.Element {
  const fit = isShown(value) ? value : undefined;
  const top = ceilingOf(fit?.epistemic);
  const title = 'Epistemic uncertainty';
  return (
    <FigureFrame
      title={title}
      lookFor={`${LOOK_FOR_EPISTEMIC[signals.method.value]} Drag the ray's ends.`}
      formulas={formulas.epistemic}
      legend={<Nats top={top} />}
      onSave={
        fit === undefined
          ? undefined
          : (figure) => saveMap(figure, fit, { id: 'week2-epistemic', title, quantity: 'epistemic' })
      }
    >
      <MapChart
        interactive
        description={told(title, fit?.epistemic, fit?.near.epistemic, fit?.far.epistemic)}
        raster={rasterOf(fit, fit?.epistemic, [0, top], sequential)}
        lines={(frame) => (fit === undefined ? null : <Half fit={fit} frame={frame} />)}
        over={(frame) => <RayHandles frame={frame} />}
      />
    </FigureFrame>
  );
}

/** What the draws agree to be undecided about. */
export function AleatoricMap({ fit: { value } }: MapProps): JSX.Element {
  const fit = isShown(value) ? value : undefined;
  const title = 'Aleatoric uncertainty';
  return (
    <FigureFrame
      title={title}
      lookFor="High where single draws are undecided, along their boundaries: doubt that the model puts down to noise of the labels, not to its weights."
      formulas={formulas.aleatoric}
      legend={<Nats top={Math.LN2} />}
      onSave={
        fit === undefined
          ? undefined
          : (figure) => saveMap(figure, fit, { id: 'week2-aleatoric', title, quantity: 'aleatoric' })
      }
    >
      <MapChart
        description={told(title, fit?.aleatoric, fit?.near.aleatoric, fit?.far.aleatoric)}
        raster={rasterOf(fit, fit?.aleatoric, [0, Math.LN2], sequential)}
        lines={(frame) => (fit === undefined ? null : <Half fit={fit} frame={frame} />)}
      />
    </FigureFrame>
  );
}

function Half({ fit, frame }: { readonly fit: Fit; readonly frame: Frame }): JSX.Element {
  return <path class="mark-half-light" d={segmentsPath(fit.contours[HALF]!, frame)} />;
}

interface LineItemProps {
  readonly mark: string;
  /** The colour of the map below it, which is the same in the dark. */
  readonly paper: readonly number[];
  readonly children: ComponentChildren;
}

function LineItem({ mark, paper, children }: LineItemProps): JSX.Element {
  return (
    <li>
      <svg class="legend-mark" viewBox="0 0 24 12" aria-hidden="true">
        <rect width={24} height={12} fill={`rgb(${paper.join(' ')})`} />
        <path class={mark} d="M1,6H23" />
      </svg>
      <span>{children}</span>
    </li>
  );
}

function Nats({ top }: { readonly top: number }): JSX.Element {
  return (
    <>
      <RampItem ramp={sequential}>0 to {top === Math.LN2 ? 'log 2 = 0.693' : short(top)} nats</RampItem>
      <LineItem mark="mark-half-light" paper={sequential(0)}>
        {signals.method.value === 'map' ? 'p' : 'mean p'} = 1/2
      </LineItem>
      <LegendItem shape="line" mark="mark-ray">
        ray
      </LegendItem>
    </>
  );
}

function rasterOf(
  fit: Fit | undefined,
  values: Float64Array | undefined,
  domain: readonly [number, number],
  ramp: typeof sequential,
): Raster | undefined {
  if (fit === undefined || values === undefined) return undefined;
  return { values, columns: fit.size, rows: fit.size, domain, ramp };
}

function ceilingOf(values: Float64Array | undefined): number {
  const high = values === undefined ? 0 : extent(values)[1];
  return CEILINGS.find((each) => high <= each) ?? Math.LN2;
}

function describe(fit: Fit | undefined): string {
  const count = `${data.value.labels.length} points of two classes`;
  if (fit === undefined) return `The plane with ${count}`;
  const [low, high] = extent(fit.probability);
  return (
    `Map of the mean probability of class 1 after ${fit.epoch} epochs, from ${short(low)} to ${short(high)}, with ${count}, ` +
    `of which ${short(100 * fit.accuracy)} % are on their side of the line.`
  );
}

function told(
  title: string,
  values: Float64Array | undefined,
  near: number | undefined,
  far: number | undefined,
): string {
  if (values === undefined || near === undefined || far === undefined) return title;
  return `${title}, a map: at most ${short(extent(values)[1])} nats; ${short(near)} on average at the points, ${short(far)} at the map's edge.`;
}
