import {
  laplacePredictive,
  limitsAlong,
  linearMoments,
  predictions,
  probitProbability,
} from '../../laplace/index.js';
import { fromRows, normalCdf, sigmoid } from '../../linalg/index.js';
import { fold } from '../../random/index.js';
import { mutualInformation } from '../../scores/index.js';
import type { Tensor } from '../../tensor/index.js';
import { variationalPredictive } from '../../variational/index.js';
import type { Week2Context } from './context.js';
import type { LogisticRun, WeightPosterior } from './logistic.js';
import { meanOf, summariseBinary } from './picture.js';
import { positions } from './plane.js';
import type { VariationalRun } from './variational.js';

/** Mean p(y = 1) along rays from the origin, (A, R), by draws of the weights. */
export interface Rays {
  /** Directions, in radians, (A). */
  readonly angles: Float64Array;
  /** Distances from the origin, (R). */
  readonly radii: Float64Array;
  readonly map: Float64Array;
  readonly laplace: Float64Array;
  readonly variational: Float64Array;
  /** What the draws of Laplace's estimate, by quadrature of the logit's normal distribution, (A, R). */
  readonly integral: Float64Array;
  /** MacKay's approximation of it, (A, R). */
  readonly probit: Float64Array;
  /** Phi(mu'u / sqrt(u'S u)): what they tend to, (A). */
  readonly limits: { readonly laplace: Float64Array; readonly variational: Float64Array };
  /** Share of all directions along which the limit is within [0.1, 0.9]. */
  readonly sectors: { readonly laplace: number; readonly variational: number };
  /** Draws behind each mean. */
  readonly samples: number;
}

/** Lines beside the MAP's boundary w'x + b = 0. */
export interface Parallels {
  /** Signed distances from the boundary, (D). */
  readonly distances: Float64Array;
  /** Places along it, from the point nearest the origin, (T). */
  readonly offsets: Float64Array;
  /** p(y = 1), (D, T). */
  readonly map: Float64Array;
  /** Mean p(y = 1), (D, T). */
  readonly laplace: Float64Array;
  /** Mutual information, nats, (D, T). */
  readonly epistemic: Float64Array;
}

const ANGLES = Float64Array.from({ length: 24 }, (_, i) => (2 * Math.PI * i) / 24);
const RADII = Float64Array.of(1, 3, 10, 100, 1e5);
const SECTOR_ANGLES = Float64Array.from({ length: 3600 }, (_, i) => (2 * Math.PI * (i + 0.5)) / 3600);
const DISTANCES = Float64Array.of(-2, -1, -0.25, 0.25, 1, 2);
const OFFSETS = Float64Array.of(-40, -20, -5, 0, 5, 20, 40);
/** Far away the sigmoid is a step: an error of at most half a step times the density's 0.4. */
const QUADRATURE_STEPS = 36_000;

export async function runRays(
  { key, settings }: Week2Context,
  { model, parameters, posterior }: LogisticRun,
  variational: VariationalRun,
): Promise<Rays> {
  const places = [...ANGLES].flatMap((angle) =>
    [...RADII].map((radius) => [radius * Math.cos(angle), radius * Math.sin(angle)] as const),
  );
  const x = positions(places);
  const { samples } = settings.rays;
  const draws = { samples, key: fold(key, 'rays') };
  const laplace = await laplacePredictive(posterior, model, { x }, draws);
  const sampled = await variationalPredictive(model, variational.parameters, { x }, { ...draws, workers: 0 });
  const single = await predictions(model, { x }, { parameters, workers: 0 });
  const moments = linearMoments(posterior, fromRows(places.map(([a, b]) => [a, b, 1])));
  const directions = (angles: Float64Array): readonly (readonly number[])[] =>
    Array.from(angles, (angle) => [Math.cos(angle), Math.sin(angle), 0]);
  const limitsOf = (angles: Float64Array): Rays['limits'] => ({
    laplace: limitsAlong(posterior, fromRows(directions(angles))),
    variational: meanFieldLimits(variational.fit, directions(angles)),
  });
  const sectors = limitsOf(SECTOR_ANGLES);
  return {
    angles: ANGLES,
    radii: RADII,
    map: Float64Array.from(single.data),
    laplace: meanOf(laplace),
    variational: meanOf(sampled),
    integral: moments.mean.map((mean, i) => expectedSigmoid(mean, Math.sqrt(moments.variance[i]!))),
    probit: probitProbability(moments),
    limits: limitsOf(ANGLES),
    sectors: { laplace: undecided(sectors.laplace), variational: undecided(sectors.variational) },
    samples,
  };
}

export async function runParallels(
  { key, settings }: Week2Context,
  { model, parameters, posterior, map }: LogisticRun,
): Promise<Parallels> {
  const [w1, w2, b] = map.weights;
  const length = Math.hypot(w1!, w2!);
  const [nx, ny] = [w1! / length, w2! / length];
  const places = [...DISTANCES].flatMap((distance) => {
    const away = distance - b! / length;
    return [...OFFSETS].map((offset) => [away * nx - offset * ny, away * ny + offset * nx] as const);
  });
  const x = positions(places);
  const single: Tensor<'float32'> = await predictions(model, { x }, { parameters, workers: 0 });
  const draws = { samples: settings.rays.samples, key: fold(key, 'parallels') };
  const samples = await laplacePredictive(posterior, model, { x }, draws);
  return {
    distances: DISTANCES,
    offsets: OFFSETS,
    map: Float64Array.from(single.data),
    laplace: meanOf(samples),
    epistemic: mutualInformation(summariseBinary(samples)),
  };
}

function meanFieldLimits(
  { mean, deviation }: WeightPosterior,
  directions: readonly (readonly number[])[],
): Float64Array {
  return Float64Array.from(directions, (u) => {
    const along = u.reduce((sum, value, j) => sum + value * mean[j]!, 0);
    return normalCdf(along / Math.hypot(...u.map((value, j) => value * deviation[j]!)));
  });
}

/** E[sigmoid(mean + deviation z)] by the trapezoid rule on 9 deviations to both sides. */
function expectedSigmoid(mean: number, deviation: number): number {
  const step = 18 / QUADRATURE_STEPS;
  let sum = 0;
  for (let i = 0; i <= QUADRATURE_STEPS; i++) {
    const z = -9 + step * i;
    sum += step * Math.exp((-z * z) / 2) * sigmoid(mean + deviation * z);
  }
  return sum / Math.sqrt(2 * Math.PI);
}

function undecided(limits: Float64Array): number {
  return limits.filter((limit) => limit >= 0.1 && limit <= 0.9).length / limits.length;
}
