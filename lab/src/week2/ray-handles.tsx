import type { JSX, TargetedPointerEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { announce, arrowMove, short } from '../ui/index.js';
import type { Frame, Point } from '../ui/index.js';
import { ray } from './data.js';
import { RAY_DECIMALS, set } from './state.js';

/** What a press of an arrow key moves, as a share of the map; ten times as much with Shift. */
const STEP = 0.01;
/** Of the letters' size. */
const HANDLE = 0.5;
const REACH = 1.3;

const HANDLES = [
  { end: 'from', name: 'Origin of the ray' },
  { end: 'to', name: 'Handle of the ray' },
] as const;
type End = (typeof HANDLES)[number]['end'];

/** The ray's two ends, which are dragged or moved by the arrow keys. */
export function RayHandles({ frame }: { readonly frame: Frame }): JSX.Element {
  const group = useRef<SVGGElement>(null);
  const dragged = useRef<End | null>(null);
  const help = useId();

  const move = (end: End, { x, y }: Point): void => {
    // As the address has them, so that a link gives the same numbers.
    const within = (value: number, [low, high]: readonly [number, number]): number =>
      Number(Math.min(high, Math.max(low, value)).toFixed(RAY_DECIMALS));
    const to = { x: within(x, frame.x.domain), y: within(y, frame.y.domain) };
    const ends = { ...ray.value, [end]: to };
    set({
      ray: [
        [ends.from.x, ends.from.y],
        [ends.to.x, ends.to.y],
      ],
    });
  };
  const drag = (event: TargetedPointerEvent<SVGGElement>): void => {
    if (dragged.current === null) return;
    const matrix = group.current!.getScreenCTM()!;
    move(dragged.current, {
      x: frame.x.invert(event.clientX - matrix.e),
      y: frame.y.invert(event.clientY - matrix.f),
    });
  };
  const type = (event: KeyboardEvent, end: End): void => {
    const step = arrowMove(event.key, STEP * (event.shiftKey ? 10 : 1));
    if (step === undefined) return;
    event.preventDefault();
    const { x, y } = ray.value[end];
    const span = ([low, high]: readonly [number, number]): number => high - low;
    move(end, { x: x + step[0] * span(frame.x.domain), y: y + step[1] * span(frame.y.domain) });
    announce(told(ray.value[end]));
  };

  return (
    <g ref={group} class="ray-handles" role="application" aria-label="Ray" aria-describedby={help}>
      <desc id={help}>Arrow keys move an end of the ray, with Shift further.</desc>
      {HANDLES.map(({ end, name }) => (
        <g
          key={end}
          class="point"
          data-ray={end}
          role="button"
          tabindex={0}
          aria-label={`${name}: ${told(ray.value[end])}`}
          transform={`translate(${frame.x.at(ray.value[end].x).toFixed(1)},${frame.y.at(ray.value[end].y).toFixed(1)})`}
          onKeyDown={(event) => type(event, end)}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            dragged.current = end;
          }}
          // Of a shape within a picture the browser does not know in time that a finger's drag is not to scroll.
          onTouchStart={(event) => event.preventDefault()}
          onPointerMove={drag}
          onPointerUp={() => (dragged.current = null)}
          onPointerCancel={() => (dragged.current = null)}
        >
          <circle class="reach" r={REACH * frame.letter} />
          <circle class="mark-handle" r={(end === 'from' ? 0.7 : 1) * HANDLE * frame.letter} />
        </g>
      ))}
    </g>
  );
}

function told({ x, y }: Point): string {
  return `x1 ${short(x)}, x2 ${short(y)}`;
}
