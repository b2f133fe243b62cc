import type { JSX, TargetedPointerEvent } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { announce } from './announce.js';
import { arrowMove } from './arrow-keys.js';
import type { Frame } from './chart.js';
import { short } from './scale.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DragSurfaceProps {
  readonly frame: Frame;
  readonly points: readonly Point[];
  /** Of the whole, for those who do not see it: 'Training points'. */
  readonly label: string;
  /** Class of styles/lab.css for the i-th point. */
  readonly mark: (i: number) => string;
  readonly onMove: (i: number, to: Point) => void;
  /** The new one comes last. */
  readonly onAdd: (point: Point) => void;
  readonly onRemove: (i: number) => void;
}

/** A point that is let go this far outside of the frame is removed, pixels. */
const OUTSIDE = 28;
/** What a press of an arrow key moves, as a share of the axis; ten times as much with Shift. */
const STEP = 0.005;

/**
 * Points of a chart that are dragged, added by a click and removed by a double click, by dragging them out or by Delete. By
 * keyboard: arrows move, Enter adds, Delete removes, Page Up and Page Down go from point to point.
 */
export function DragSurface(props: DragSurfaceProps): JSX.Element {
  const { frame, points, label, mark, onMove, onAdd, onRemove } = props;
  const [selected, select] = useState(0);
  const [dragged, setDragged] = useState<{ i: number; removes: boolean } | undefined>(undefined);
  const surface = useRef<SVGGElement>(null);
  const wantsFocus = useRef(false);
  const help = useId();
  const current = Math.min(selected, points.length - 1);

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const items = surface.current?.querySelectorAll<SVGElement>('[data-point]');
    (items?.[current] ?? surface.current?.querySelector<SVGElement>('.surface'))?.focus({
      preventScroll: true,
    });
  });

  const place = (event: MouseEvent): { point: Point; outside: boolean } => {
    const box = surface.current!.querySelector('.surface')!.getBoundingClientRect();
    const px = event.clientX - box.left;
    const py = event.clientY - box.top;
    const outside = px < -OUTSIDE || py < -OUTSIDE || px > box.width + OUTSIDE || py > box.height + OUTSIDE;
    return { point: inside(frame, { x: frame.x.invert(px), y: frame.y.invert(py) }), outside };
  };
  const focusOn = (i: number): void => {
    wantsFocus.current = true;
    select(i);
  };
  const add = (point: Point): void => {
    onAdd(point);
    focusOn(points.length);
    announce(`Point added at ${told(point)}`);
  };
  const remove = (i: number): void => {
    onRemove(i);
    focusOn(Math.max(0, Math.min(i, points.length - 2)));
    announce(`Point removed, ${points.length - 1} left`);
  };

  const press = (event: TargetedPointerEvent<SVGGElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const i = nearest(frame, points, place(event).point);
    select(i);
    setDragged({ i, removes: false });
  };
  const drag = (event: PointerEvent): void => {
    if (dragged === undefined) return;
    const { point, outside } = place(event);
    onMove(dragged.i, point);
    if (outside !== dragged.removes) setDragged({ ...dragged, removes: outside });
  };
  const letGo = (): void => {
    if (dragged?.removes === true) remove(dragged.i);
    setDragged(undefined);
  };
  const type = (event: KeyboardEvent): void => {
    const point = points[current];
    const turns: Readonly<Record<string, number>> = {
      PageDown: current + 1,
      PageUp: current - 1,
      Home: 0,
      End: points.length - 1,
    };
    const step = arrowMove(event.key, STEP * (event.shiftKey ? 10 : 1));
    const turn = turns[event.key];
    if (step !== undefined && point !== undefined) {
      const to = moved(frame, point, step);
      onMove(current, to);
      announce(told(to));
    } else if (turn !== undefined && points.length > 0) {
      focusOn((turn + points.length) % points.length);
    } else if (event.key === 'Enter' || event.key === ' ') {
      add(moved(frame, point ?? middle(frame), point === undefined ? [0, 0] : [0.02, 0]));
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && point !== undefined) {
      remove(current);
    } else return;
    event.preventDefault();
  };

  return (
    <g
      ref={surface}
      class="drag-surface"
      role="application"
      aria-label={label}
      aria-describedby={help}
      onKeyDown={type}
    >
      <desc id={help}>
        Arrow keys move a point, with Shift further; Enter adds one, Delete removes it, Page Up and Page Down
        go to the next one.
      </desc>
      <rect
        class="surface"
        width={frame.width}
        height={frame.height}
        tabindex={points.length === 0 ? 0 : -1}
        onClick={(event) => add(place(event).point)}
      />
      {points.map((point, i) => (
        <g
          key={i}
          data-point={i}
          class={dragged?.i === i ? (dragged.removes ? 'point dragged removes' : 'point dragged') : 'point'}
          role="button"
          aria-roledescription="point"
          aria-label={`Point ${i + 1} of ${points.length}: ${told(point)}`}
          tabindex={i === current ? 0 : -1}
          transform={`translate(${frame.x.at(point.x).toFixed(1)},${frame.y.at(point.y).toFixed(1)})`}
          onFocus={() => select(i)}
          onPointerDown={press}
          // Of a shape within a picture the browser does not know in time that a finger's drag is not to scroll.
          onTouchStart={(event) => event.preventDefault()}
          onPointerMove={drag}
          onPointerUp={letGo}
          onPointerCancel={() => setDragged(undefined)}
          onDblClick={(event) => remove(nearest(frame, points, place(event).point))}
        >
          <circle class="reach" r={1.1 * frame.letter} />
          <circle class={mark(i)} r={0.38 * frame.letter} />
        </g>
      ))}
    </g>
  );
}

function moved(frame: Frame, { x, y }: Point, [right, up]: readonly [number, number]): Point {
  return inside(frame, {
    x: frame.x.invert(frame.x.at(x) + right * frame.width),
    y: frame.y.invert(frame.y.at(y) - up * frame.height),
  });
}

function inside({ x, y }: Frame, point: Point): Point {
  const within = (value: number, [low, high]: readonly [number, number]): number =>
    Math.min(high, Math.max(low, value));
  return { x: within(point.x, x.domain), y: within(point.y, y.domain) };
}

/** Points lie over each other: the one that is meant is not always the one that is hit. */
function nearest({ x, y }: Frame, points: readonly Point[], to: Point): number {
  const distances = points.map((point) => Math.hypot(x.at(point.x) - x.at(to.x), y.at(point.y) - y.at(to.y)));
  return distances.indexOf(Math.min(...distances));
}

function middle({ x, y, width, height }: Frame): Point {
  return { x: x.invert(width / 2), y: y.invert(height / 2) };
}

function told({ x, y }: Point): string {
  return `x ${short(x)}, y ${short(y)}`;
}
