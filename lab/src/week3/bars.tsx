import type { JSX } from 'preact';
import { Chart } from '../ui/index.js';
import type { Frame } from '../ui/index.js';

export interface ClassBarsProps {
  /** (10,). */
  readonly values: ArrayLike<number>;
  readonly highest: number;
  readonly label: string;
  readonly description: string;
  /** A class of the style sheet for the bar of class k. */
  readonly mark: (k: number) => string;
  readonly aspect?: number;
}

const CLASSES = Array.from({ length: 10 }, (_, k) => k);

/** A bar for each of the ten classes. */
export function ClassBars({
  values,
  highest,
  label,
  description,
  mark,
  aspect,
}: ClassBarsProps): JSX.Element {
  return (
    <div class="cell">
      <Chart
        aspect={aspect ?? 1.5}
        x={{ domain: [-0.6, 9.6], label: 'class', format: () => '' }}
        y={{ domain: [0, highest], label, grid: true }}
        description={description}
        over={(frame) => <ClassNames frame={frame} />}
      >
        {(frame) =>
          CLASSES.map((k) => (
            <Bar key={k} frame={frame} from={k - 0.38} to={k + 0.38} value={values[k]!} mark={mark(k)} />
          ))
        }
      </Chart>
    </div>
  );
}

function ClassNames({ frame }: { readonly frame: Frame }): JSX.Element {
  return (
    <g class="axes" aria-hidden="true">
      {CLASSES.map((k) => (
        <text key={k} x={frame.x.at(k)} y={frame.height + 6} dy="0.8em" text-anchor="middle">
          {k}
        </text>
      ))}
    </g>
  );
}

export interface BarProps {
  readonly frame: Frame;
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly mark: string;
}

export function Bar({ frame, from, to, value, mark }: BarProps): JSX.Element {
  const [left, right] = [frame.x.at(from), frame.x.at(to)];
  const top = Math.max(-10, frame.y.at(value));
  return <rect class={mark} x={left} y={top} width={right - left} height={Math.max(0, frame.height - top)} />;
}
