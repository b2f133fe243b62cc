import type { JSX } from 'preact';
import { Slider } from './controls.js';
import type { Bound } from './controls.js';
import { short } from './scale.js';

/** What all that is drawn by chance begins with. */
export function SeedSlider(bound: Bound<number>): JSX.Element {
  return <Slider label="Seed" min={0} max={100} step={1} {...bound} />;
}

export interface CountRange {
  /** Inclusive; the least is the step, unless given. */
  readonly min?: number;
  readonly max: number;
  readonly step: number;
}

/** How many points there are. */
export function PointsSlider({ min, ...rest }: Bound<number> & CountRange): JSX.Element {
  return <Slider label="Points N" min={min ?? rest.step} {...rest} />;
}

/** Of the normal prior over each weight. */
export function PriorPrecisionSlider(bound: Bound<number>): JSX.Element {
  return (
    <Slider
      label="Prior precision α"
      min={0.001}
      max={100}
      step={0.05}
      log
      format={(value) => short(value)}
      {...bound}
    />
  );
}
