import type { Ramp } from 'credence/figures/ramps';
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Formula } from './formula.js';
import type { FormulaProps } from './formula.js';
import { Notice } from './notice.js';
import { save } from './save.js';
import type { SavedFigure, SaveFormat } from './save.js';

export interface FigureFrameProps {
  readonly title: ComponentChildren;
  /** What to look for, in a sentence. */
  readonly lookFor: ComponentChildren;
  readonly formulas?: readonly FormulaProps[];
  /** Names the lines and colours: `LegendItem`s. */
  readonly legend?: ComponentChildren;
  /** Makes the figure to save from this one's element when it is asked for; undefined while there is nothing to save. */
  readonly onSave: ((figure: HTMLElement) => Promise<SavedFigure>) | undefined;
  readonly children: ComponentChildren;
  /** As wide as two. Default false. */
  readonly wide?: boolean;
}

const FORMATS: readonly SaveFormat[] = ['svg', 'png', 'csv'];

/** A figure with its title, what to look for, its formula and its files. */
export function FigureFrame(props: FigureFrameProps): JSX.Element {
  const { title, lookFor, formulas = [], legend, onSave, children, wide = false } = props;
  const id = useId();
  const section = useRef<HTMLElement>(null);
  const failure = useSignal<string | undefined>(undefined);
  const keep = async (format: SaveFormat): Promise<void> => {
    try {
      await save(await onSave!(section.current!), format);
      failure.value = undefined;
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <section ref={section} class={wide ? 'figure wide' : 'figure'} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p class="look-for">{lookFor}</p>
      {legend === undefined ? null : <ul class="legend">{legend}</ul>}
      <div class="figure-body">{children}</div>
      {formulas.length === 0 ? null : (
        <div class="formulas">
          {formulas.map((formula) => (
            <Formula key={formula.math} {...formula} />
          ))}
        </div>
      )}
      <div class="figure-foot">
        <div class="save" role="group" aria-label="Save this figure">
          <span aria-hidden="true">Save</span>
          {FORMATS.map((format) => (
            <button
              key={format}
              type="button"
              disabled={onSave === undefined}
              aria-label={`Save as ${format.toUpperCase()}`}
              onClick={() => void keep(format)}
            >
              {format.toUpperCase()}
            </button>
          ))}
        </div>
        {failure.value === undefined ? null : <Notice kind="error">{failure.value}</Notice>}
      </div>
    </section>
  );
}

export interface RampItemProps {
  readonly ramp: Ramp;
  /** What the colours mean, from the left end to the right: '0 to 1'. */
  readonly children: ComponentChildren;
}

/** What the colours of a raster stand for. */
export function RampItem({ ramp, children }: RampItemProps): JSX.Element {
  return (
    <li>
      <svg class="legend-ramp" viewBox={`0 0 ${RAMP_WIDTH} 12`} aria-hidden="true">
        {Array.from({ length: RAMP_STEPS }, (_, i) => (
          <rect
            key={i}
            x={(i * RAMP_WIDTH) / RAMP_STEPS}
            // Half a pixel over the next: no seams.
            width={RAMP_WIDTH / RAMP_STEPS + (i < RAMP_STEPS - 1 ? 0.5 : 0)}
            height={12}
            fill={`rgb(${ramp(i / (RAMP_STEPS - 1)).join(' ')})`}
          />
        ))}
      </svg>
      <span>{children}</span>
    </li>
  );
}

const RAMP_WIDTH = 72;
const RAMP_STEPS = 24;

export interface LegendItemProps {
  /** A class of styles/lab.css: what draws the mark draws its sample. */
  readonly mark: string;
  readonly shape: 'line' | 'area' | 'dot' | 'diamond' | 'ring';
  readonly children: ComponentChildren;
}

export function LegendItem({ mark, shape, children }: LegendItemProps): JSX.Element {
  return (
    <li>
      <svg class="legend-mark" viewBox="0 0 24 12" aria-hidden="true">
        {shape === 'line' ? <path class={mark} d="M1,6H23" /> : null}
        {shape === 'area' ? <rect class={mark} x={1} y={0} width={22} height={12} /> : null}
        {shape === 'dot' || shape === 'ring' ? <circle class={mark} cx={12} cy={6} r={4.5} /> : null}
        {shape === 'diamond' ? <path class={mark} d="M12,0L18,6L12,12L6,6Z" /> : null}
      </svg>
      <span>{children}</span>
    </li>
  );
}
