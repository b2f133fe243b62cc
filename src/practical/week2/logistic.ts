import type { Graph, Parameters } from '../../graph/index.js';
import {
  bernoulliLikelihood,
  laplace,
  laplacePredictive,
  likelihoodObjective,
  mapObjective,
  predictions,
} from '../../laplace/index.js';
import type { LaplacePosterior } from '../../laplace/index.js';
import { logistic } from '../../models/index.js';
import { fold } from '../../random/index.js';
import type { Feeds } from '../../runtime/index.js';
import { zeros } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import { train } from '../../training/index.js';
import { BATCH, signalOf, trainingData, view } from './context.js';
import type { Week2Context } from './context.js';
import { pictureOf } from './picture.js';
import type { Picture } from './picture.js';
import { publishedLaplaceObjective } from './published.js';
import { optimiserOf } from './settings.js';
import type { Setting } from './settings.js';

/** A normal distribution of (w1, w2, b), the weights of logistic regression. */
export interface WeightPosterior {
  /** (3). */
  readonly mean: Float64Array;
  /** Standard deviations, (3). */
  readonly deviation: Float64Array;
}

/** Figure 3: one set of weights. */
export interface MapFit {
  /** (w1, w2, b). */
  readonly weights: Float64Array;
  readonly picture: Picture;
}

/** Figure 4: the Laplace approximation around the weights of figure 3. */
export interface LaplaceFit extends WeightPosterior {
  /** (3, 3), row by row. */
  readonly covariance: Float64Array;
  /**
   * How far the minimum of what the Hessian was taken of is from the mean, in posterior standard deviations.
   */
  readonly distanceToMode: number;
  /** The standard deviations when every point is given twice, (3). */
  readonly deviationOfTwice: Float64Array;
  readonly picture: Picture;
}

export interface LogisticRun {
  readonly model: Graph;
  readonly map: MapFit;
  readonly laplace: LaplaceFit;
  /** For what else is asked of the two. */
  readonly parameters: Parameters;
  readonly posterior: LaplacePosterior;
}

/** Figures 3 and 4 in one setting. */
export async function runLogistic(context: Week2Context, setting: Setting): Promise<LogisticRun> {
  const { settings, key } = context;
  const model = logistic({ key: fold(key, 'logistic') });
  const data = trainingData(context, 'blobs');
  const parameters = await trainMap(context, setting, model, data);
  const plane = view(context, 'blobs');
  const { epochs } = settings.map[setting];
  const single = await predictions(model, { x: plane.x }, { parameters, batchSize: BATCH, workers: 0 });

  const posterior = await laplaceOf(context, setting, model, parameters, data);
  const twice = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, repeated(value)]));
  // The published weights and Hessian are the same for twice the data; the corrected ones are fitted to it.
  const fitted = setting === 'published' ? parameters : await trainMap(context, setting, model, twice);
  const posteriorOfTwice = await laplaceOf(context, setting, model, fitted, twice);
  const samples = await laplacePredictive(
    posterior,
    model,
    { x: plane.x },
    { samples: settings.laplace.samples, key: fold(key, 'laplace'), batchSize: BATCH },
  );
  return {
    model,
    parameters,
    posterior,
    map: {
      weights: posterior.mean,
      picture: pictureOf({ ...single, shape: [1, ...single.shape] }, plane, epochs),
    },
    laplace: {
      mean: posterior.mean,
      deviation: deviationsOf(posterior),
      covariance: posterior.precision.covariance().data,
      distanceToMode: posterior.distanceToMode,
      deviationOfTwice: deviationsOf(posteriorOfTwice),
      picture: pictureOf(samples, plane, epochs),
    },
  };
}

async function trainMap(
  context: Week2Context,
  setting: Setting,
  model: Graph,
  data: Feeds,
): Promise<Parameters> {
  const own = context.settings.map[setting];
  // The published prior is the weight decay of the optimiser.
  const objective =
    setting === 'published'
      ? likelihoodObjective(model, { likelihood: bernoulliLikelihood })
      : posteriorObjective(context, model, data);
  const options = {
    optimiser: optimiserOf(own),
    epochs: own.epochs,
    key: fold(context.key, 'map'),
    ...signalOf(context),
  };
  return (await train(objective, data, options)).parameters;
}

async function laplaceOf(
  context: Week2Context,
  setting: Setting,
  model: Graph,
  parameters: Parameters,
  data: Feeds,
): Promise<LaplacePosterior> {
  if (setting === 'corrected') return laplace(posteriorObjective(context, model, data), data, { parameters });
  const objective = publishedLaplaceObjective(model, 1 / context.settings.priorDeviation ** 2);
  return laplace(objective, data, { parameters, hessianOf: 'mean' });
}

function posteriorObjective({ settings }: Week2Context, model: Graph, data: Feeds): Graph {
  return mapObjective(model, {
    likelihood: bernoulliLikelihood,
    priorPrecision: 1 / settings.priorDeviation ** 2,
    trainingSetSize: data['label']!.shape[0]!,
  });
}

function deviationsOf({ precision }: LaplacePosterior): Float64Array {
  const { data, rows } = precision.covariance();
  return Float64Array.from({ length: rows }, (_, i) => Math.sqrt(data[i * rows + i]!));
}

/** The rows of a tensor, twice. */
function repeated(value: Tensor): Tensor {
  const [rows, ...rest] = value.shape;
  const both = zeros(value.dtype, [2 * rows!, ...rest]);
  const target = both.data as Float32Array;
  target.set(value.data as Float32Array, 0);
  target.set(value.data as Float32Array, value.data.length);
  return both;
}
