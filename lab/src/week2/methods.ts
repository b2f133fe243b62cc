import { mcDropout } from 'credence/dropout';
import { activateDropout, bindParameters, flatLayout, unpackParameters } from 'credence/graph';
import type { Graph, Parameters } from 'credence/graph';
import {
  bernoulliLikelihood,
  laplace,
  laplacePredictive,
  likelihoodObjective,
  limitsAlong,
  mapObjective,
  predictions,
} from 'credence/laplace';
import { fromRows, normalCdf } from 'credence/linalg';
import { logistic, mlp } from 'credence/models';
import { parametersPredictive } from 'credence/posterior';
import { fold, key } from 'credence/random';
import type { Feeds } from 'credence/runtime';
import { tensor } from 'credence/tensor';
import type { Tensor } from 'credence/tensor';
import { adam, sgd } from 'credence/training';
import { meanFieldPosterior, variationalObjective, variationalPredictive } from 'credence/variational';
import type { Problem } from './model.js';
import type { Trainer, Training } from './trainer.js';

/** Samples (S, n, 1) of p(y = 1) at places (n, 2). The same weights for all places, and from call to call. */
export type Predictor = (x: Tensor<'float32'>) => Promise<Tensor<'float32'>>;

export interface Trained {
  readonly predictor: Predictor;
  /** What the mean probability tends to far away in a direction, exactly; logistic regression only. */
  readonly limit?: (direction: Direction) => number;
  readonly distanceToMode?: number;
}

export interface Direction {
  readonly x: number;
  readonly y: number;
}

/** What is trained for a method, and what makes a predictive distribution of it. */
export interface Recipe {
  readonly trainings: readonly Training[];
  trained(trainers: readonly Trainer[], samples: number): Promise<Trained>;
}

/** All places in one run. */
const BATCH = 20_000;
/** Before training; logistic regression begins at the prior, from which a network does not find its way. */
const NETWORK_DEVIATION = 0.1;

export function dataOf({ points, labels }: Problem): Feeds {
  return {
    x: tensor('float32', [labels.length, 2], points),
    label: tensor('uint8', [labels.length], labels),
  };
}

export function recipeOf(problem: Problem): Recipe {
  switch (problem.method) {
    case 'map':
    case 'laplace':
      return maximumAPosteriori(problem);
    case 'variational':
      return variational(problem, logistic({ key: fold(rootOf(problem), 'logistic') }));
    case 'bayesian':
      return variational(problem, networkOf(problem, 'mlp'), NETWORK_DEVIATION);
    case 'dropout':
      return dropout(problem);
    case 'ensemble':
      return ensemble(problem);
  }
}

function maximumAPosteriori(problem: Problem): Recipe {
  const root = rootOf(problem);
  const model = logistic({ key: fold(root, 'logistic') });
  const objective = posteriorObjective(problem, model);
  const optimiser = sgd({ learningRate: problem.learningRate, momentum: 0.9 });
  return {
    trainings: [{ objective, optimiser, key: fold(root, 'map') }],
    async trained([trainer], samples) {
      const parameters = parametersIn(objective, trainer!);
      if (problem.method === 'map') {
        return {
          async predictor(x) {
            const single = await predictions(model, { x }, { parameters, batchSize: BATCH });
            return { ...single, shape: [1, ...single.shape] };
          },
        };
      }
      const posterior = await laplace(objective, dataOf(problem), { parameters, batchSize: BATCH });
      const options = { samples, key: fold(root, 'laplace'), batchSize: BATCH };
      return {
        predictor: (x) => laplacePredictive(posterior, model, { x }, options),
        limit: ({ x, y }) => limitsAlong(posterior, fromRows([[x, y, 0]]))[0]!,
        distanceToMode: posterior.distanceToMode,
      };
    },
  };
}

function variational(problem: Problem, model: Graph, initialDeviation?: number): Recipe {
  const root = rootOf(problem);
  const priorDeviation = 1 / Math.sqrt(problem.priorPrecision);
  const objective = variationalObjective(model, {
    likelihood: bernoulliLikelihood,
    trainingSetSize: problem.labels.length,
    priorDeviation,
    initialDeviation: initialDeviation ?? priorDeviation,
  });
  return {
    trainings: [{ objective, optimiser: adamOf(problem), key: fold(root, 'variational') }],
    async trained([trainer], samples) {
      const parameters = parametersIn(objective, trainer!);
      const options = { samples, key: fold(root, 'draws'), batchSize: BATCH };
      const predictor: Predictor = (x) => variationalPredictive(model, parameters, { x }, options);
      if (problem.method === 'bayesian') return { predictor };
      const { mean, deviation } = meanFieldPosterior(parameters);
      const limit = ({ x, y }: Direction): number =>
        normalCdf((x * mean[0]! + y * mean[1]!) / Math.hypot(x * deviation[0]!, y * deviation[1]!));
      return { predictor, limit };
    },
  };
}

function dropout(problem: Problem): Recipe {
  const root = rootOf(problem);
  const { hidden, dropoutRate } = problem;
  const model = mlp({ hidden: [hidden], dropout: dropoutRate, key: fold(root, 'mlp-dropout') });
  const objective = likelihoodObjective(activateDropout(model), { likelihood: bernoulliLikelihood });
  return {
    trainings: [{ objective, optimiser: adamOf(problem), key: fold(root, 'dropout') }],
    async trained([trainer], samples) {
      const network = bindParameters(model, parametersIn(objective, trainer!));
      // A pass is one network for the whole plane, as a draw of the weights is.
      const options = { samples, key: fold(root, 'masks'), masks: 'shared', batchSize: BATCH } as const;
      return { predictor: (x) => mcDropout(network, { x }, options) };
    },
  };
}

function ensemble(problem: Problem): Recipe {
  const root = rootOf(problem);
  const models = Array.from({ length: problem.members }, (_, i) => networkOf(problem, `member-${i}`));
  const trainings = models.map((model, i) => ({
    objective: posteriorObjective(problem, model),
    optimiser: adamOf(problem),
    key: fold(root, 'ensemble', i),
  }));
  return {
    trainings,
    async trained(trainers) {
      const size = trainers[0]!.state.parameters.length;
      const all = new Float32Array(trainers.length * size);
      trainers.forEach(({ state }, i) => all.set(state.parameters, i * size));
      const vectors = tensor('float32', [trainers.length, size], all);
      return { predictor: (x) => parametersPredictive(models[0]!, { x }, vectors, { batchSize: BATCH }) };
    },
  };
}

function rootOf({ seed }: Problem): ReturnType<typeof key> {
  return key(seed);
}

function networkOf(problem: Problem, name: string): Graph {
  return mlp({ hidden: [problem.hidden], key: fold(rootOf(problem), name) });
}

function posteriorObjective({ priorPrecision, labels }: Problem, model: Graph): Graph {
  return mapObjective(model, {
    likelihood: bernoulliLikelihood,
    priorPrecision,
    trainingSetSize: labels.length,
  });
}

function adamOf({ learningRate }: Problem): ReturnType<typeof adam> {
  return adam({ learningRate });
}

function parametersIn(objective: Graph, { state }: Trainer): Parameters {
  return unpackParameters(flatLayout(objective), state.parameters);
}
