import { useComputed, useSignal } from '@preact/signals';
import type { JSX, TargetedPointerEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { announce, arrowMove } from '../ui/index.js';
import { imageOf, penDown, shipped, shownDigit } from './data.js';
import { dataUrl } from './digit-image.js';
import { GRID, PEN_RADIUS, SIDE } from './image.js';
import { gridPoint, MOST_POINTS, simplified } from './ink.js';
import { set, signals } from './state.js';

/** What a press of an arrow key moves, in steps of the grid; with Shift and without. */
const STEPS = { far: 8, near: 2 };

/**
 * Where one draws, by mouse, pen, finger or keyboard: white on black, as MNIST is. The first stroke takes the place of a test
 * digit.
 */
export function Pad(): JSX.Element {
  const pad = useRef<SVGSVGElement>(null);
  const cursor = useSignal<readonly [number, number]>([GRID / 2, GRID / 2]);
  const help = useId();
  const shown = useComputed(() =>
    shownDigit.value !== undefined && shipped.value !== undefined
      ? dataUrl(imageOf(shipped.value, shownDigit.value))
      : undefined,
  );
  const strokes = signals.ink.value ?? [];
  const pointOf = (event: PointerEvent): readonly [number, number] => {
    const box = pad.current!.getBoundingClientRect();
    return gridPoint((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const touch = (point: readonly [number, number]): void => {
    if (strokes.flat().length >= MOST_POINTS) return;
    penDown.value = true;
    const moved = signals.ink.value === null ? { rotate: 0, scale: 1, dx: 0, dy: 0 } : {};
    set({ ...moved, ink: [...strokes, [point]] });
  };
  const drawTo = (point: readonly [number, number]): void => {
    if (!penDown.value) return;
    const drawn = signals.ink.value ?? [];
    const last = drawn.at(-1);
    const before = last?.at(-1);
    if (last === undefined || (before?.[0] === point[0] && before[1] === point[1])) return;
    if (drawn.flat().length < MOST_POINTS) signals.ink.value = [...drawn.slice(0, -1), [...last, point]];
  };
  const lift = (): void => {
    if (!penDown.value) return;
    const drawn = signals.ink.value ?? [];
    const last = drawn.at(-1);
    if (last !== undefined) signals.ink.value = [...drawn.slice(0, -1), simplified(last)];
    penDown.value = false;
    announce(`${drawn.length} ${drawn.length === 1 ? 'stroke' : 'strokes'} drawn`);
  };
  const press = (event: TargetedPointerEvent<SVGSVGElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    touch(pointOf(event));
    event.preventDefault();
  };
  const type = (event: KeyboardEvent): void => {
    const move = arrowMove(event.key, event.shiftKey ? STEPS.far : STEPS.near);
    if (move !== undefined) {
      const [x, y] = cursor.value;
      cursor.value = [within(x + move[0]), within(y - move[1])];
      drawTo(cursor.value);
      announce(`Pen ${penDown.value ? 'down, ' : ''}at ${told(cursor.value)}`);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (penDown.value) lift();
      else {
        touch(cursor.value);
        announce(`Pen down at ${told(cursor.value)}`);
      }
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      penDown.value = false;
      if (strokes.length > 0) signals.ink.value = strokes.slice(0, -1);
      announce(strokes.length > 0 ? 'The last stroke is gone' : 'There is no stroke');
    } else return;
    event.preventDefault();
  };
  return (
    <svg
      ref={pad}
      class="pad"
      viewBox={`0 0 ${GRID} ${GRID}`}
      role="application"
      aria-label="Drawing area"
      aria-describedby={help}
      tabindex={0}
      onKeyDown={type}
      onBlur={lift}
      onPointerDown={press}
      onPointerMove={(event) => drawTo(pointOf(event))}
      onPointerUp={lift}
      onPointerCancel={lift}
    >
      <desc id={help}>
        Draw with a mouse, a pen or a finger. By keyboard, arrow keys move the pen, with Shift further; Enter
        or Space puts it down and lifts it; Delete takes the last stroke back.
      </desc>
      <rect class="pad-paper" width={GRID} height={GRID} />
      {shown.value === undefined ? null : <image href={shown.value} width={GRID} height={GRID} />}
      {strokes.map((stroke, i) => (
        <polyline
          key={i}
          class="pad-ink"
          stroke-width={(2 * PEN_RADIUS * GRID) / SIDE}
          points={[...stroke, stroke[0]!].slice(0, Math.max(2, stroke.length)).map(middle).join(' ')}
        />
      ))}
      <g class="pad-pen" transform={`translate(${middle(cursor.value)})`}>
        <circle r={3.2} />
        <circle r={3.2} />
      </g>
    </svg>
  );
}

function within(step: number): number {
  return Math.min(GRID - 1, Math.max(0, step));
}

/** In shares of the area, from its left and its top. */
function told([x, y]: readonly [number, number]): string {
  const percent = (step: number): string => `${Math.round((100 * step) / (GRID - 1))} %`;
  return `${percent(x)} from the left, ${percent(y)} from the top`;
}

function middle([x, y]: readonly [number, number]): string {
  return `${x + 0.5},${y + 0.5}`;
}
