import { flatLayout, packParameters, unpackParameters } from '../../graph/index.js';
import type { Graph, Parameters } from '../../graph/index.js';
import { logistic } from '../../models/index.js';
import { fold } from '../../random/index.js';
import { train } from '../../training/index.js';
import {
  bernoulliLikelihood,
  divergenceFromPrior,
  evidenceLowerBound,
  meanFieldPosterior,
  variationalObjective,
  variationalPredictive,
} from '../../variational/index.js';
import type { BoundEstimate, VariationalOptions } from '../../variational/index.js';
import { BATCH, signalOf, trainingData, view } from './context.js';
import type { Week2Context } from './context.js';
import type { WeightPosterior } from './logistic.js';
import { pictureOf } from './picture.js';
import type { Picture } from './picture.js';
import type { View } from './plane.js';
import { mistakenTemperatures, publishedVariationalObjective } from './published.js';
import { optimiserOf } from './settings.js';
import type { SetName, Setting, TrainingSettings } from './settings.js';

/** A mean-field posterior with what it is worth. */
export interface VariationalFit extends WeightPosterior {
  /** KL(q || prior), nats. */
  readonly divergence: number;
  /** The evidence lower bound, nats, of the posterior that was meant, whatever it was trained on. */
  readonly bound: BoundEstimate;
  /** Mean of the loss that was trained on, by epoch, nats. */
  readonly losses: readonly number[];
  readonly picture: Picture;
}

/** Figure 6: one epoch. */
export interface Frame extends WeightPosterior {
  readonly loss: number;
  readonly picture: Picture;
}

export interface VariationalRun {
  /** Figure 5. */
  readonly fit: VariationalFit;
  /** Figure 6, one an epoch. */
  readonly frames: readonly Frame[];
  readonly parameters: Parameters;
}

/** Draws of the weights behind an estimate of a bound. */
const BOUND_SAMPLES = 400;

/**
 * Figures 5 and 6: the published training, frame by frame; the corrected figure 5 is what its objective
 * converges to.
 */
export async function runVariational(context: Week2Context, setting: Setting): Promise<VariationalRun> {
  const { settings, key } = context;
  const model = logistic({ key: fold(key, 'logistic') });
  const objective = objectiveOf(context, setting, model, 'blobs');
  const coarse = view(context, 'blobs', 'frames');
  const own = settings.variational;
  const states: Parameters[] = [];
  const trained = await trainObjective(context, objective, 'blobs', own, 'variational', (parameters) =>
    states.push(parameters),
  );
  const frames: Frame[] = [];
  for (const [i, parameters] of states.entries()) {
    context.signal?.throwIfAborted();
    frames.push({
      ...meanFieldPosterior(parameters),
      loss: trained.losses[i]!,
      picture: await pictureBy(context, model, parameters, coarse, { epoch: i + 1, samples: own.samples }),
    });
  }
  const last = setting === 'published' ? own : own.converged;
  const { parameters, losses } =
    setting === 'published'
      ? trained
      : await trainAveraged(context, objective, 'blobs', own.converged, 'converged');
  const picture = await pictureBy(context, model, parameters, view(context, 'blobs'), {
    epoch: last.epochs,
    samples: own.samples,
  });
  return { frames, parameters, fit: await describe(context, model, 'blobs', parameters, losses, picture) };
}

/** What training converges to when the divergence has another factor than 1. */
export async function runTemperatures(
  context: Week2Context,
): Promise<readonly (WeightPosterior & { readonly name: string; readonly temperature: number })[]> {
  const model = logistic({ key: fold(context.key, 'logistic') });
  const examples = context.sets.blobs.labels.data.length;
  const fits = [];
  for (const { name, temperature } of mistakenTemperatures(examples, flatLayout(model).size)) {
    context.signal?.throwIfAborted();
    const objective = variationalObjective(model, { ...boundOf(context, 'blobs'), temperature });
    const { converged } = context.settings.variational;
    const { parameters } = await trainAveraged(context, objective, 'blobs', converged, 'converged');
    fits.push({ name, temperature, ...meanFieldPosterior(parameters) });
  }
  return fits;
}

/** The objective in a setting. */
export function objectiveOf(context: Week2Context, setting: Setting, model: Graph, set: SetName): Graph {
  if (setting === 'published') return publishedVariationalObjective(model);
  return variationalObjective(model, boundOf(context, set));
}

/** What the numbers of a trained posterior are. */
export async function describe(
  context: Week2Context,
  model: Graph,
  set: SetName,
  parameters: Parameters,
  losses: readonly number[],
  picture: Picture,
): Promise<VariationalFit> {
  const posterior = meanFieldPosterior(parameters);
  const bound = await evidenceLowerBound(
    variationalObjective(model, boundOf(context, set)),
    trainingData(context, set),
    { parameters, samples: BOUND_SAMPLES, key: fold(context.key, 'bound'), batchSize: BATCH, workers: 0 },
  );
  const divergence = divergenceFromPrior(posterior, context.settings.priorDeviation);
  return { ...posterior, divergence, bound, losses, picture };
}

/**
 * The picture of a trained posterior. The draws are the same for all, so that frames differ by their training
 * alone.
 */
export async function pictureBy(
  { key, workers }: Week2Context,
  model: Graph,
  parameters: Parameters,
  plane: View,
  { epoch, samples }: { readonly epoch: number; readonly samples: number },
): Promise<Picture> {
  const options = { samples, key: fold(key, 'draws'), batchSize: BATCH, workers };
  return pictureOf(await variationalPredictive(model, parameters, { x: plane.x }, options), plane, epoch);
}

export interface Trained {
  readonly parameters: Parameters;
  /** Mean loss of each epoch, nats an example. */
  readonly losses: readonly number[];
}

/** Trains on a set; `onEpoch` gets the parameters after each epoch. */
export async function trainObjective(
  context: Week2Context,
  objective: Graph,
  set: SetName,
  settings: TrainingSettings,
  use: string,
  onEpoch?: (parameters: Parameters, epoch: number) => void,
): Promise<Trained> {
  const layout = flatLayout(objective);
  const { parameters, epochLosses } = await train(objective, trainingData(context, set), {
    optimiser: optimiserOf(settings),
    epochs: settings.epochs,
    key: fold(context.key, use),
    ...signalOf(context),
    ...(onEpoch && {
      onEpoch: (epoch, state) => onEpoch(unpackParameters(layout, state.parameters), epoch),
    }),
  });
  context.signal?.throwIfAborted();
  return { parameters, losses: epochLosses };
}

/**
 * The same, with the parameters averaged over the last epochs (Polyak & Juditsky, 1992): at a constant rate
 * and with one draw a step they wander about the optimum.
 */
export async function trainAveraged(
  context: Week2Context,
  objective: Graph,
  set: SetName,
  settings: TrainingSettings & { readonly averaged: number },
  use: string,
): Promise<Trained> {
  const layout = flatLayout(objective);
  const mean = new Float64Array(layout.size);
  const { losses } = await trainObjective(context, objective, set, settings, use, (own, epoch) => {
    if (epoch <= settings.epochs - settings.averaged) return;
    packParameters(layout, own).forEach((value, i) => (mean[i]! += value / settings.averaged));
  });
  return { parameters: unpackParameters(layout, Float32Array.from(mean)), losses };
}

function boundOf({ settings, sets }: Week2Context, set: SetName): VariationalOptions {
  return {
    likelihood: bernoulliLikelihood,
    priorDeviation: settings.priorDeviation,
    trainingSetSize: sets[set].labels.data.length,
    ...(set === 'blobs' && { initialDeviation: settings.variational.initialDeviation }),
  };
}
