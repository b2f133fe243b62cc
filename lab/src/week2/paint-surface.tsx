import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { fold, key, normal } from 'credence/random';
import { announce, arrowMove, short } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import { paint, region, replacePoints, shown, takeOver } from './data.js';
import { MOST_POINTS } from './limits.js';
import { signals } from './state.js';

/** Pixels between two points of a stroke, how far they scatter across it, and the reach of the eraser. */
const SPACING = 8;
const SCATTER = 7;
const ERASER = 16;
/** What a press of an arrow key moves, as a share of the map; five times as much with Shift. */
const STEP = 0.02;

/** As shares of the map. */
interface Place {
  readonly u: number;
  readonly v: number;
}

/**
 * The brush. A press leaves a point, a stroke a trail of them; by keyboard the arrows move the brush, Enter or Space uses it, 0 and
 * 1 choose the class, Delete erases.
 */
export function PaintSurface({ frame }: { readonly frame: Frame }): JSX.Element {
  const surface = useRef<SVGRectElement>(null);
  const last = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const cursor = useSignal<Place>({ u: 0.5, v: 0.5 });
  const help = useId();
  const brush = signals.brush.value;

  const use = (places: readonly Place[], tool = brush): void => {
    if (tool === 'off') return;
    const before = shown.value;
    if (tool === 'eraser') {
      const [ru, rv] = [ERASER / frame.width, ERASER / frame.height];
      const kept = before.filter(([pu, pv]) =>
        places.every(({ u, v }) => ((pu - u) / ru) ** 2 + ((pv - v) / rv) ** 2 > 1),
      );
      if (kept.length < before.length) replacePoints(kept);
      return;
    }
    const within = places.filter(({ u, v }) => u >= 0 && u <= 1 && v >= 0 && v <= 1);
    const added = within
      .slice(0, MOST_POINTS - before.length)
      .map(({ u, v }) => [u, v, Number(tool)] as const);
    if (added.length > 0) paint(added);
  };
  /** In pixels of the frame. */
  const under = ({ clientX, clientY }: PointerEvent): { x: number; y: number } => {
    const { left, top } = surface.current!.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const shares = (x: number, y: number): Place => ({ u: x / frame.width, v: 1 - y / frame.height });
  const press = (event: PointerEvent): void => {
    if (event.button !== 0 || brush === 'off') return;
    surface.current!.setPointerCapture(event.pointerId);
    const { x, y } = under(event);
    last.current = { x, y };
    use([shares(x, y)]);
  };
  const stroke = (event: PointerEvent): void => {
    if (last.current === null) return;
    const { x: x0, y: y0 } = last.current;
    const to = under(event);
    // A page that is busy gets few events: the trail is as dense.
    const count = Math.floor(Math.hypot(to.x - x0, to.y - y0) / SPACING);
    if (count === 0) return;
    last.current = to;
    const scatter = brush === 'eraser' ? 0 : SCATTER;
    const noise = normal(fold(key(signals.seed.value), 'brush', shown.value.length), 2 * count);
    use(
      Array.from({ length: count }, (_, i) => {
        const share = (i + 1) / count;
        const [dx, dy] = [scatter * noise[2 * i]!, scatter * noise[2 * i + 1]!];
        return shares(x0 + share * (to.x - x0) + dx, y0 + share * (to.y - y0) + dy);
      }),
    );
  };
  const letGo = (): void => {
    last.current = null;
    takeOver();
  };
  const type = (event: KeyboardEvent): void => {
    const move = arrowMove(event.key, STEP * (event.shiftKey ? 5 : 1));
    const { u, v } = cursor.value;
    const count = shown.value.length;
    if (move !== undefined) {
      cursor.value = { u: clamped(u + move[0]), v: clamped(v + move[1]) };
      announce(`Brush at ${told(cursor.value)}`);
    } else if (event.key === '0' || event.key === '1') {
      signals.brush.value = event.key;
      announce(`Brush of class ${event.key}`);
    } else if (event.key === 'Enter' || event.key === ' ') {
      use([cursor.value]);
      takeOver();
      announce(brush === 'off' ? 'The brush is off: press 0 or 1 for a class' : change(count));
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      use([cursor.value], 'eraser');
      announce(change(count));
    } else return;
    event.preventDefault();
  };

  const { u, v } = cursor.value;
  const size = 0.9 * frame.letter;
  const cross = `M${-size},0H${size}M0,${-size}V${size}`;
  return (
    <g role="application" aria-label="Brush" aria-describedby={help} onKeyDown={type}>
      <desc id={help}>
        Arrow keys move the brush, with Shift further; 0 and 1 choose its class, Enter or Space leaves a
        point, Delete erases those around it.
      </desc>
      <rect
        ref={surface}
        class="surface"
        role="button"
        aria-label={`Brush, ${brush === 'off' ? 'off' : brush === 'eraser' ? 'eraser' : `class ${brush}`}, at ${told({ u, v })}`}
        width={frame.width}
        height={frame.height}
        tabindex={0}
        onPointerDown={press}
        onPointerMove={stroke}
        onPointerUp={letGo}
        onPointerCancel={letGo}
      />
      <g
        class="brush-cursor"
        transform={`translate(${(u * frame.width).toFixed(1)},${((1 - v) * frame.height).toFixed(1)})`}
      >
        <path d={cross} />
        <path d={cross} />
      </g>
    </g>
  );
}

function change(before: number): string {
  const now = shown.value.length;
  return now === before ? 'Nothing changed' : `${now} points`;
}

function told({ u, v }: Place): string {
  const { x, y } = region.value;
  return `x1 ${short(x[0] + u * (x[1] - x[0]))}, x2 ${short(y[0] + v * (y[1] - y[0]))}`;
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}
