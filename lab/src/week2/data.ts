import { batch, computed, signal } from '@preact/signals';
import { blobs, circles, moons, spirals } from 'credence/data/toy';
import type { PointSet } from 'credence/data/toy';
import { fold, key } from 'credence/random';
import type { Key } from 'credence/random';
import type { Point } from '../ui/index.js';
import type { Method, Problem, RayInput, Region } from './model.js';
import { rounded } from './painted.js';
import type { Painted } from './painted.js';
import { set, signals } from './state.js';

type Draw = (key: Key, options: { readonly n: number; readonly noise: number }) => PointSet;

interface SetEntry {
  readonly draw: Draw | undefined;
  readonly noise: number;
  /** What is shown of the plane. */
  readonly region: Region;
  /** Where the ray's handle is at first, as shares of the region. */
  readonly handle: readonly [u: number, v: number];
}

const square = (side: number): Region => ({ x: [-side, side], y: [-side, side] });

const SETS: Readonly<Record<'moons' | 'blobs' | 'circles' | 'spirals' | 'empty', SetEntry>> = {
  moons: { draw: moons, noise: 0.2, region: { x: [-3, 4], y: [-3.25, 3.75] }, handle: [0.775, 0.925] },
  blobs: {
    draw: (key, { n, noise }) => blobs(key, { n, std: noise }),
    noise: 0.8,
    region: square(8),
    handle: [0.9, 0.18],
  },
  circles: { draw: circles, noise: 0.1, region: square(3), handle: [0.9, 0.3] },
  spirals: { draw: spirals, noise: 0.02, region: square(2), handle: [0.9, 0.3] },
  empty: { draw: undefined, noise: 0, region: square(3), handle: [0.9, 0.3] },
};

const LEARNING_RATES: Readonly<Record<Method, number>> = {
  map: 0.5,
  laplace: 0.5,
  variational: 0.1,
  bayesian: 0.05,
  dropout: 0.03,
  ensemble: 0.03,
};

/** Between two trainings while a stroke is painted. */
const TAKE_OVER_MS = 250;

/** How much further than its handle the ray goes. */
const RAY_REACH = 3;

export const region = computed(() => SETS[signals.set.value].region);
export const noise = computed(() => signals.noise.value ?? SETS[signals.set.value].noise);
export const learningRate = computed(() => signals.lr.value ?? LEARNING_RATES[signals.method.value]);
export const isNetwork = computed(() => ['bayesian', 'dropout', 'ensemble'].includes(signals.method.value));
/** Whether the method has a distribution of weights to draw from. */
export const isSampled = computed(() => !['map', 'ensemble'].includes(signals.method.value));

/** The training points: (N, 2) row by row, and (N). */
export const data = computed<{ readonly points: Float32Array; readonly labels: Uint8Array }>(() => {
  const own = signals.points.value;
  if (own !== null) {
    const { x, y } = region.value;
    return {
      points: Float32Array.from(own.flatMap(([u, v]) => [between(x, u), between(y, v)])),
      labels: Uint8Array.from(own, ([, , label]) => label),
    };
  }
  const name = signals.set.value;
  const { draw } = SETS[name];
  if (draw === undefined) return { points: new Float32Array(0), labels: new Uint8Array(0) };
  const { points, labels } = draw(fold(key(signals.seed.value), name), {
    n: signals.n.value,
    noise: noise.value,
  });
  return { points: points.data, labels: labels.data };
});

/** The points as they are painted on, as shares of the region. */
const canvas = computed<Painted>(() => {
  const { x, y } = region.value;
  const { points, labels } = data.value;
  return (
    signals.points.value ??
    Array.from(labels, (label, i) => [share(x, points[2 * i]!), share(y, points[2 * i + 1]!), label] as const)
  );
});

/** What a stroke has left that is not trained on yet: it is taken over in pieces, so that the maps can follow. */
const trail = signal<Painted>([]);
let takingOver: ReturnType<typeof setTimeout> | undefined;

/** All points that are seen. */
export const shown = computed<Painted>(() => [...canvas.value, ...trail.value]);

/** Adds points, which are seen at once and trained on in a moment. */
export function paint(points: Painted): void {
  trail.value = [...trail.value, ...points.map(([u, v, label]) => [rounded(u), rounded(v), label] as const)];
  takingOver ??= setTimeout(takeOver, TAKE_OVER_MS);
}

/** Trains on all that has been painted. */
export function takeOver(): void {
  clearTimeout(takingOver);
  takingOver = undefined;
  if (trail.value.length > 0) replacePoints(shown.value);
}

export function replacePoints(points: Painted): void {
  batch(() => {
    trail.value = [];
    set({ points: points.map(([u, v, label]) => [rounded(u), rounded(v), label]) });
  });
}

let versions = 0;

/** What is to be trained; undefined while there are no points. Settings that the method has no use for change nothing. */
export const problem = computed<Problem | undefined>(() => {
  if (data.value.labels.length === 0) return undefined;
  const method = signals.method.value;
  return {
    version: ++versions,
    ...data.value,
    method,
    hidden: isNetwork.value ? signals.hidden.value : 0,
    dropoutRate: method === 'dropout' ? signals.rate.value : 0,
    members: method === 'ensemble' ? signals.members.value : 1,
    priorPrecision: method === 'dropout' ? 0 : signals.alpha.value,
    learningRate: learningRate.value,
    seed: signals.seed.value,
  };
});

/** How many networks a prediction is the mean of. */
export const draws = computed(() => {
  if (signals.method.value === 'ensemble') return signals.members.value;
  return signals.method.value === 'map' ? 1 : signals.samples.value;
});

/** Origin and handle of the ray. */
export const ray = computed<{ readonly from: Point; readonly to: Point }>(() => {
  const own = signals.ray.value;
  const [from, to] = own ?? [];
  if (from !== undefined && to !== undefined) {
    return { from: { x: from[0]!, y: from[1]! }, to: { x: to[0]!, y: to[1]! } };
  }
  const { x, y } = region.value;
  const [u, v] = SETS[signals.set.value].handle;
  return { from: centre.value, to: { x: between(x, u), y: between(y, v) } };
});

const centre = computed<Point>(() => {
  const { points, labels } = data.value;
  const { x, y } = region.value;
  if (labels.length === 0) return { x: between(x, 0.5), y: between(y, 0.5) };
  const sum = { x: 0, y: 0 };
  points.forEach((value, i) => (sum[i % 2 === 0 ? 'x' : 'y'] += value / labels.length));
  return sum;
});

/** The ray as it is asked of a fit; undefined where its handle is on its origin. */
export const line = computed<(Omit<RayInput, 'snapshot'> & { readonly handle: number }) | undefined>(() => {
  const { from, to } = ray.value;
  const handle = Math.hypot(to.x - from.x, to.y - from.y);
  if (handle === 0) return undefined;
  return {
    from,
    direction: { x: (to.x - from.x) / handle, y: (to.y - from.y) / handle },
    length: RAY_REACH * handle,
    handle,
  };
});

/** Where the ray leaves the map, from its origin; undefined where it does not within its length. */
export const edge = computed<number | undefined>(() => {
  if (line.value === undefined) return undefined;
  const { from, direction, length } = line.value;
  const { x, y } = region.value;
  const reach = (start: number, slope: number, [low, high]: readonly [number, number]): number =>
    slope === 0 ? Infinity : ((slope > 0 ? high : low) - start) / slope;
  const at = Math.min(reach(from.x, direction.x, x), reach(from.y, direction.y, y));
  return at < length ? at : undefined;
});

function between([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share;
}

function share([low, high]: readonly [number, number], value: number): number {
  return (value - low) / (high - low);
}
