import { bindParameters, activateDropout, flatLayout } from '../../graph/index.js';
import type { Graph } from '../../graph/index.js';
import { bernoulliLikelihood, likelihoodObjective, mcDropout } from '../../dropout/index.js';
import { mlp } from '../../models/index.js';
import { fold } from '../../random/index.js';
import type { Tensor } from '../../tensor/index.js';
import { BATCH, view } from './context.js';
import type { Week2Context } from './context.js';
import { pictureOf } from './picture.js';
import type { Picture } from './picture.js';
import type { Setting } from './settings.js';
import { describe, objectiveOf, pictureBy, trainAveraged, trainObjective } from './variational.js';
import type { VariationalFit } from './variational.js';

/** Figure 7: a mean-field network. */
export interface NetworkFit extends VariationalFit {
  /** How many numbers were trained. */
  readonly parameters: number;
}

/** Figure 8: a network with dropout. */
export interface DropoutRun {
  readonly model: Graph;
  readonly fit: DropoutFit;
}

export interface DropoutFit {
  readonly parameters: number;
  readonly losses: readonly number[];
  /** As published: a mask for each pixel. */
  readonly perPixel: Picture;
  /** A mask for the whole plane. */
  readonly shared: Picture;
  /** Standard error of the mean of p over that plane, from its spread over the passes. */
  readonly planeMeanError: number;
}

/** Figure 7 in one setting. */
export async function runVariationalMlp(context: Week2Context, setting: Setting): Promise<NetworkFit> {
  const { key, settings } = context;
  const own = settings.variationalMlp;
  const model = mlp({ hidden: [own.hidden], key: fold(key, 'mlp') });
  const objective = objectiveOf(context, setting, model, 'moons');
  const trainIt = setting === 'published' ? trainObjective : trainAveraged;
  const { parameters, losses } = await trainIt(context, objective, 'moons', own, 'variational-mlp');
  const picture = await pictureBy(context, model, parameters, view(context, 'moons'), {
    epoch: own.epochs,
    samples: own.samples,
  });
  const fit = await describe(context, model, 'moons', parameters, losses, picture);
  return { ...fit, parameters: flatLayout(objective).size };
}

/** Figure 8, both ways to draw it. */
export async function runDropout(context: Week2Context): Promise<DropoutRun> {
  const { key, settings, workers } = context;
  const own = settings.dropout;
  const model = mlp({ hidden: [own.hidden], dropout: own.rate, key: fold(key, 'mlp-dropout') });
  const objective = likelihoodObjective(activateDropout(model), { likelihood: bernoulliLikelihood });
  const { parameters, losses } = await trainObjective(context, objective, 'moons', own, 'dropout');
  const trained = bindParameters(model, parameters);
  const plane = view(context, 'moons');
  const passes = async (masks: 'independent' | 'shared'): Promise<Tensor<'float32'>> =>
    mcDropout(
      trained,
      { x: plane.x },
      { samples: own.samples, key: fold(key, 'masks'), masks, batchSize: BATCH, workers },
    );
  const shared = await passes('shared');
  return {
    model: trained,
    fit: {
      parameters: flatLayout(model).size,
      losses,
      perPixel: pictureOf(await passes('independent'), plane, own.epochs),
      shared: pictureOf(shared, plane, own.epochs),
      planeMeanError: meanError(shared, plane.plane.x.length * plane.plane.y.length),
    },
  };
}

/** The standard error over the samples (S, n, 1) of the mean of their first `cells`. */
function meanError({ data, shape }: Tensor<'float32'>, cells: number): number {
  const [samples, n] = [shape[0]!, shape[1]!];
  const means = Float64Array.from({ length: samples }, (_, s) => {
    return data.subarray(s * n, s * n + cells).reduce((sum, p) => sum + p / cells, 0);
  });
  const mean = means.reduce((sum, value) => sum + value / samples, 0);
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (samples - 1) / samples);
}
