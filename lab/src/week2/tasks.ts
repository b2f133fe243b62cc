// Week 2 in the worker: a training that goes on from one request to the next, and the maps of what it has come to.
import { openSession } from 'credence/runtime';
import { tensor } from 'credence/tensor';
import type { Tensor } from 'credence/tensor';
import type { TaskContext } from '../compute/task.js';
import { boundedLogit, contour } from './contour.js';
import { dataOf, recipeOf } from './methods.js';
import type { Recipe, Trained } from './methods.js';
import { CONTOURS } from './model.js';
import type { Fit, FitInput, Problem, Ray, RayInput, Region, Uncertainty } from './model.js';
import { fitness, part, predictiveOf } from './predictive.js';
import type { Predictive } from './predictive.js';
import { openTrainer } from './trainer.js';
import type { Trainer } from './trainer.js';

/** Cells to a side of a map. */
const SIZE = 60;
/** How many draws have their boundaries shown. */
const BOUNDARIES = 20;
const RAY_PLACES = 181;
/** The event loop gets a turn, and the page a picture on the way, at least this often. */
const BREATH_MS = 24;
const FRAME_MS = 160;
/** Fits whose weights rays can be asked of. */
const KEPT = 4;
/** A place of a ray is near a point that is no further, as a share of the map's width. */
const NEAR = 0.05;

/** A training under way. */
interface Run {
  readonly problem: Problem;
  readonly recipe: Recipe;
  readonly trainers: readonly Trainer[];
  readonly accuracies: { readonly epochs: number[]; readonly values: number[] };
}

let current: Run | undefined;
let turn: Promise<unknown> = Promise.resolve();
let runtimeReady: Promise<unknown> | undefined;
const snapshots = new Map<string, Snapshot>();

/** Weights as they were at an epoch. */
interface Snapshot {
  readonly trained: Trained;
  readonly input: FitInput;
}

export const tasks = {
  /** Trains on to the wanted epoch, anew where the problem is another one, and maps what has been reached. */
  fit(input: FitInput, context: TaskContext<Fit>): Promise<Fit> {
    // Two would train the same networks at once.
    const own = turn.then(async () => {
      context.signal.throwIfAborted();
      return fit(input, context);
    });
    turn = own.catch(() => {});
    return own;
  },

  /** Undefined where the weights are no longer known: newer ones are on their way. */
  async ray({ snapshot, from, direction, length }: RayInput): Promise<Ray | undefined> {
    const known = snapshots.get(snapshot);
    if (known === undefined) return undefined;
    const distance = Float64Array.from({ length: RAY_PLACES }, (_, i) => (length * i) / (RAY_PLACES - 1));
    const places = Float32Array.from({ length: 2 * RAY_PLACES }, (_, i) =>
      i % 2 === 0 ? from.x + distance[i / 2]! * direction.x : from.y + distance[(i - 1) / 2]! * direction.y,
    );
    const { trained, input } = known;
    const drawn = await trained.predictor(tensor('float32', [RAY_PLACES, 2], places));
    return {
      distance,
      ...predictiveOf(drawn),
      near: isNear(places, input),
      limit: trained.limit?.(direction),
    };
  },
};

async function fit(input: FitInput, context: TaskContext<Fit>): Promise<Fit> {
  const { problem, epoch, frames } = input;
  await (runtimeReady ??= startRuntime(problem, context.threads));
  const run = runOf(problem, epoch);
  const start = performance.now();
  let breath = start;
  let frame = start;
  let untimed = 0;
  const first = epochOf(run);
  const timeOf = (): number | undefined => {
    const trained = epochOf(run) - first;
    return trained === 0 ? undefined : (performance.now() - start - untimed) / trained;
  };
  while (epochOf(run) < epoch) {
    for (const trainer of run.trainers) await trainer.advance();
    const now = performance.now();
    if (now - breath < BREATH_MS && !isMarked(epochOf(run))) continue;
    await context.breathe();
    if (epochOf(run) < epoch) {
      if (frames && now - frame > FRAME_MS) {
        context.report(await mapped(run, input, timeOf()));
        frame = performance.now();
      } else if (isMarked(epochOf(run))) {
        await measure(run, input);
      }
    }
    breath = performance.now();
    untimed += breath - now;
  }
  return mapped(run, input, timeOf());
}

/** The training that is under way where it can be gone on with. */
function runOf(problem: Problem, epoch: number): Run {
  if (current !== undefined && current.problem.version === problem.version && epochOf(current) <= epoch) {
    return current;
  }
  current?.trainers.forEach((trainer) => trainer.close());
  const recipe = recipeOf(problem);
  const data = dataOf(problem);
  const trainers = recipe.trainings.map((training) => openTrainer(training, data));
  current = { problem, recipe, trainers, accuracies: { epochs: [], values: [] } };
  return current;
}

function epochOf({ trainers }: Run): number {
  return Math.min(...trainers.map(({ state }) => state.step));
}

/** Epochs at which the accuracy is always measured: 1, 2, 3, 5, 7, 10, 15, 20, 30, ... */
function isMarked(epoch: number): boolean {
  const power = 10 ** Math.floor(Math.log10(epoch));
  return [1, 1.5, 2, 3, 5, 7].some((mark) => mark * power === epoch);
}

async function measure(run: Run, { problem, samples }: FitInput): Promise<void> {
  const { predictor } = await run.recipe.trained(run.trainers, samples);
  const { probability } = predictiveOf(await predictor(dataOf(problem)['x'] as Tensor<'float32'>));
  note(run, fitness(probability, problem.labels).accuracy);
}

function note(run: Run, accuracy: number): void {
  const { accuracies } = run;
  const epoch = epochOf(run);
  if (accuracies.epochs.at(-1) === epoch) return;
  accuracies.epochs.push(epoch);
  accuracies.values.push(accuracy);
}

async function mapped(run: Run, input: FitInput, time: number | undefined): Promise<Fit> {
  const start = performance.now();
  const { problem, region, samples } = input;
  const epoch = epochOf(run);
  const trained = await run.recipe.trained(run.trainers, samples);
  const drawn = await trained.predictor(placesOf(region, problem));
  const all = predictiveOf(drawn);
  const cells = SIZE * SIZE;
  const map = part(all, 0, cells);
  const atPoints = part(all, cells);
  const { accuracy, nll } = fitness(atPoints.probability, problem.labels);
  note(run, accuracy);
  const lines = (values: ArrayLike<number>, level: number): Float32Array =>
    contour(values, SIZE, region, level);
  const logits = map.probability.map(boundedLogit);
  return {
    snapshot: keep(trained, epoch, input),
    epoch,
    region,
    size: SIZE,
    ...map,
    contours: CONTOURS.map((level) => lines(logits, boundedLogit(level))),
    boundaries: boundariesOf(drawn, lines),
    losses: lossesOf(run),
    accuracies: { epochs: [...run.accuracies.epochs], values: [...run.accuracies.values] },
    accuracy,
    nll,
    near: meanOf(atPoints),
    far: meanOf(map, isAtEdge),
    distanceToMode: trained.distanceToMode,
    time: { epoch: time, maps: performance.now() - start },
  };
}

/** The cells of the map, then the points, so that one pass gives map and accuracy: (SIZE² + N, 2). */
function placesOf({ x: [left, right], y: [bottom, top] }: Region, { points }: Problem): Tensor<'float32'> {
  const places = new Float32Array(2 * SIZE * SIZE + points.length);
  let at = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      places[at++] = left + ((right - left) * column) / (SIZE - 1);
      places[at++] = bottom + ((top - bottom) * row) / (SIZE - 1);
    }
  }
  places.set(points, at);
  return tensor('float32', [places.length / 2, 2], places);
}

/** Where single draws have p = 1/2. */
function boundariesOf(
  { data, shape }: Tensor<'float32'>,
  lines: (values: ArrayLike<number>, level: number) => Float32Array,
): Float32Array[] {
  const [samples, places] = [shape[0]!, shape[1]!];
  if (samples === 1) return [];
  return Array.from({ length: Math.min(samples, BOUNDARIES) }, (_, s) =>
    lines(Float32Array.from(data.subarray(s * places, s * places + SIZE * SIZE), boundedLogit), 0),
  );
}

function lossesOf({ trainers }: Run): Float64Array {
  const epochs = Math.min(...trainers.map(({ state }) => state.step));
  return Float64Array.from(
    { length: epochs },
    (_, i) => trainers.reduce((sum, { state }) => sum + state.losses[i]!, 0) / trainers.length,
  );
}

function meanOf(
  { epistemic, aleatoric }: Predictive,
  counts: (i: number) => boolean = () => true,
): Uncertainty {
  const mean = (values: Float64Array): number => {
    const own = values.filter((_, i) => counts(i));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  return { epistemic: mean(epistemic), aleatoric: mean(aleatoric) };
}

function isAtEdge(cell: number): boolean {
  const [row, column] = [Math.floor(cell / SIZE), cell % SIZE];
  return row === 0 || column === 0 || row === SIZE - 1 || column === SIZE - 1;
}

function keep(trained: Trained, epoch: number, input: FitInput): string {
  const name = `${input.problem.version}/${epoch}/${input.samples}`;
  snapshots.delete(name);
  snapshots.set(name, { trained, input });
  for (const old of [...snapshots.keys()].slice(0, -KEPT)) snapshots.delete(old);
  return name;
}

function isNear(places: Float32Array, { problem: { points }, region: { x } }: FitInput): Uint8Array {
  const bound = (NEAR * (x[1] - x[0])) ** 2;
  return Uint8Array.from({ length: places.length / 2 }, (_, k) => {
    for (let i = 0; i < points.length; i += 2) {
      const [dx, dy] = [points[i]! - places[2 * k]!, points[i + 1]! - places[2 * k + 1]!];
      if (dx * dx + dy * dy <= bound) return 1;
    }
    return 0;
  });
}

/** The first session decides how many threads the runtime has; these networks are too small to need any. */
async function startRuntime(problem: Problem, threads: number): Promise<void> {
  const { objective } = recipeOf(problem).trainings[0]!;
  await (await openSession(objective, { threads })).close();
}
