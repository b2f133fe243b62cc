import { useComputed } from '@preact/signals';
import type { JSX, TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { announce } from '../ui/index.js';
import { imageOf, penDown, shipped, shownDigit } from './data.js';
import { dataUrl } from './digit-image.js';
import { GRID, PEN_RADIUS, SIDE } from './image.js';
import { gridPoint, MOST_POINTS, simplified } from './ink.js';
import { set, signals } from './state.js';

/** Where one draws, by mouse, pen or finger: white on black, as MNIST is. The first stroke takes the place of a test digit. */
export function Pad(): JSX.Element {
  const pad = useRef<SVGSVGElement>(null);
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
  const press = (event: TargetedPointerEvent<SVGSVGElement>): void => {
    if (event.button !== 0 || strokes.flat().length >= MOST_POINTS) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    penDown.value = true;
    const moved = signals.ink.value === null ? { rotate: 0, scale: 1, dx: 0, dy: 0 } : {};
    set({ ...moved, ink: [...strokes, [pointOf(event)]] });
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    if (!penDown.value) return;
    const drawn = signals.ink.value ?? [];
    const last = drawn.at(-1);
    const point = pointOf(event);
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
  return (
    <svg
      ref={pad}
      class="pad"
      viewBox={`0 0 ${GRID} ${GRID}`}
      role="img"
      aria-label="Drawing area, for a mouse, a pen or a finger. By keyboard choose a test digit and move it by the sliders."
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={lift}
      onPointerCancel={lift}
    >
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
    </svg>
  );
}

function middle([x, y]: readonly [number, number]): string {
  return `${x + 0.5},${y + 0.5}`;
}
