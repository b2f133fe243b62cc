import { computed, signal } from '@preact/signals';
import { fold, key, normal } from 'credence/random';
import manifest from './assets/manifest.json' with { type: 'json' };
import { place, renderInk, SIDE, toBytes } from './image.js';
import type { ScoreName } from './scores.js';
import { SCORES_OF } from './scores.js';
import { signals, SWEEP_STEP } from './state.js';
import type { tasks, TestDigit } from './tasks.js';

type Shipped = Awaited<ReturnType<typeof tasks.digits>>;

/** The test digits of the page, once they are loaded. */
export const shipped = signal<Shipped | undefined>(undefined);
/** Whether a stroke is being drawn. */
export const penDown = signal(false);

const PIXELS = SIDE * SIDE;

export function imageOf({ images }: Shipped, index: number): Uint8Array {
  const at = manifest.digits.indexOf(index);
  return images.subarray(at * PIXELS, (at + 1) * PIXELS);
}

/** Whether something is drawn; a stroke that grows is no news to whoever asks this. */
export const isDrawn = computed(() => signals.ink.value !== null);

/** The index of the test digit that is shown; undefined for a drawing. */
export const shownDigit = computed(() => (isDrawn.value ? undefined : signals.digit.value));

/** What is known of the digit that is shown; undefined for a drawing. */
export const testDigit = computed<TestDigit | undefined>(() =>
  shipped.value?.digits.find(({ index }) => index === shownDigit.value),
);

/** The drawing or the digit, (784,), before it is moved. */
const base = computed<ArrayLike<number> | undefined>(() => {
  if (signals.ink.value !== null) return renderInk(signals.ink.value, signals.centre.value);
  return shipped.value && imageOf(shipped.value, signals.digit.value);
});

const noise = computed(() => normal(fold(key(signals.seed.value), 'noise'), PIXELS));

function placed(image: ArrayLike<number>, rotate: number): Uint8Array {
  const { scale, dx, dy, noise: deviation } = signals;
  const moved = place(image, { rotate, scale: scale.value, dx: dx.value, dy: dy.value });
  return deviation.value === 0 ? toBytes(moved) : toBytes(moved, deviation.value, noise.value);
}

/** What the network reads. */
export const image = computed(() => base.value && placed(base.value, signals.rotate.value));

/** Whether it is the test digit as it is. */
export const isUntouched = computed(() => {
  const { ink, rotate, scale, dx, dy, noise: deviation } = signals;
  return (
    ink.value === null &&
    rotate.value % 360 === 0 &&
    scale.value === 1 &&
    dx.value === 0 &&
    dy.value === 0 &&
    deviation.value === 0
  );
});

export const angles: Float64Array = Float64Array.from(
  { length: 360 / SWEEP_STEP + 1 },
  (_, i) => i * SWEEP_STEP,
);

/** The same at every angle, (n, 784); not while a stroke is being drawn. */
export const turned = computed<Uint8Array | undefined>(() => {
  if (base.value === undefined || penDown.value) return undefined;
  const out = new Uint8Array(angles.length * PIXELS);
  angles.forEach((angle, i) => out.set(placed(base.value!, angle), i * PIXELS));
  return out;
});

/** The chosen score, or MCP where the task does not have it. */
export const judged = computed<ScoreName>(() =>
  SCORES_OF[signals.task.value].includes(signals.score.value) ? signals.score.value : 'mcp',
);

/** Whether ODIN's settings are those that the test digits were scored with. */
export const isStandardOdin = computed(
  () =>
    signals.temperature.value === manifest.settings.odin.temperature &&
    signals.epsilon.value === manifest.settings.odin.epsilon,
);
