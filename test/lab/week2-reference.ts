import { blobs, moons } from '#credence/data/toy';
import type { PointSet } from '#credence/data/toy';
import { mcDropout } from '#credence/dropout/index';
import { activateDropout, bindParameters, flatLayout, packParameters } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import {
  bernoulliLikelihood,
  laplace,
  laplacePredictive,
  likelihoodObjective,
  limitsAlong,
  mapObjective,
  predictions,
} from '#credence/laplace/index';
import { fromRows } from '#credence/linalg/index';
import { logistic, mlp } from '#credence/models/index';
import { parametersPredictive } from '#credence/posterior/index';
import { fold, key } from '#credence/random/index';
import { expectedEntropy, mutualInformation } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, sgd, train } from '#credence/training/index';
import type { Optimiser, TrainResult } from '#credence/training/index';
import { variationalObjective, variationalPredictive } from '#credence/variational/index';
import type { Painted } from '../../lab/src/week2/painted.js';

/** The part of the plane that is shown of a set: left, right, bottom, top. */
export const REGIONS: Readonly<Record<Asked['set'], readonly [number, number, number, number]>> = {
  blobs: [-8, 8, -8, 8],
  moons: [-3, 4, -3.25, 3.75],
  empty: [-3, 3, -3, 3],
};

/** What an address of the panel asks for; the rest is as the panel has it at first. */
export interface Asked {
  readonly method: 'map' | 'laplace' | 'variational' | 'bayesian' | 'dropout' | 'ensemble';
  readonly set: 'blobs' | 'moons' | 'empty';
  /** In the place of the set's points, n of them. */
  readonly points?: Painted;
  readonly n: number;
  readonly epoch: number;
  readonly hidden: number;
  readonly members: number;
  readonly samples: number;
  readonly alpha: number;
}

/** What the library says to that, in Node. */
export interface Reference {
  readonly loss: number;
  readonly accuracy: number;
  /** At places (n, 2), (n) each. */
  at(places: Float32Array): Promise<{
    readonly probability: Float64Array;
    readonly epistemic: Float64Array;
    readonly aleatoric: Float64Array;
  }>;
  /** (N, 2). */
  readonly points: Float32Array;
  /** What Laplace's mean probability tends to in a direction. */
  readonly limit?: (x: number, y: number) => number;
}

type Samples = Tensor<'float32'>;

export async function referenceOf(asked: Asked): Promise<Reference> {
  const { n, samples } = asked;
  const root = key(1);
  const { points, labels } = pointsOf(asked);
  const data = { x: points, label: labels };
  const { alpha, hidden, members, method, epoch } = asked;
  const options = { likelihood: bernoulliLikelihood, trainingSetSize: n };
  const network = (name: string): Graph => mlp({ hidden: [hidden], key: fold(root, name) });
  const linear = logistic({ key: fold(root, 'logistic') });
  const trained = (objective: Graph, optimiser: Optimiser, ...use: [string, number?]): Promise<TrainResult> =>
    train(objective, data, {
      optimiser,
      epochs: epoch,
      key: use[1] === undefined ? fold(root, use[0]) : fold(root, use[0], use[1]),
      workers: 1,
    });
  const asCalled = async (
    results: readonly TrainResult[],
    predict: (x: Samples) => Promise<Samples>,
  ): Promise<Reference> => {
    const at: Reference['at'] = async (places) => {
      const drawn = await predict(tensor('float32', [places.length / 2, 2], places));
      const both = binary(drawn);
      return {
        probability: meanOf(drawn),
        epistemic: mutualInformation(both),
        aleatoric: expectedEntropy(both),
      };
    };
    const { probability } = await at(points.data);
    return {
      loss: results.reduce((sum, { epochLosses }) => sum + epochLosses.at(-1)!, 0) / results.length,
      accuracy:
        labels.data.reduce((sum, label, i) => sum + Number(probability[i]! > 0.5 === (label === 1)), 0) / n,
      at,
      points: points.data,
    };
  };

  switch (method) {
    case 'map':
    case 'laplace': {
      const objective = mapObjective(linear, { ...options, priorPrecision: alpha });
      const result = await trained(objective, sgd({ learningRate: 0.5, momentum: 0.9 }), 'map');
      const { parameters } = result;
      if (method === 'map') {
        return asCalled([result], async (x) => {
          const single = await predictions(linear, { x }, { parameters, workers: 0 });
          return { ...single, shape: [1, ...single.shape] };
        });
      }
      const posterior = await laplace(objective, data, { parameters });
      const called = await asCalled([result], (x) =>
        laplacePredictive(posterior, linear, { x }, { samples, key: fold(root, 'laplace') }),
      );
      return { ...called, limit: (x, y) => limitsAlong(posterior, fromRows([[x, y, 0]]))[0]! };
    }
    case 'variational':
    case 'bayesian': {
      const model = method === 'variational' ? linear : network('mlp');
      const objective = variationalObjective(model, {
        ...options,
        priorDeviation: 1 / Math.sqrt(alpha),
        initialDeviation: method === 'variational' ? 1 / Math.sqrt(alpha) : 0.1,
      });
      const optimiser = adam({ learningRate: method === 'variational' ? 0.1 : 0.05 });
      const result = await trained(objective, optimiser, 'variational');
      const drawing = { samples, key: fold(root, 'draws'), workers: 0 };
      return asCalled([result], (x) => variationalPredictive(model, result.parameters, { x }, drawing));
    }
    case 'dropout': {
      const model = mlp({ hidden: [hidden], dropout: 0.2, key: fold(root, 'mlp-dropout') });
      const objective = likelihoodObjective(activateDropout(model), { likelihood: bernoulliLikelihood });
      const result = await trained(objective, adam({ learningRate: 0.03 }), 'dropout');
      const network = bindParameters(model, result.parameters);
      const drawing = { samples, key: fold(root, 'masks'), masks: 'shared', workers: 0 } as const;
      return asCalled([result], (x) => mcDropout(network, { x }, { ...drawing, batchSize: 20_000 }));
    }
    case 'ensemble': {
      const results: TrainResult[] = [];
      for (let i = 0; i < members; i++) {
        const objective = mapObjective(network(`member-${i}`), { ...options, priorPrecision: alpha });
        results.push(await trained(objective, adam({ learningRate: 0.03 }), 'ensemble', i));
      }
      const layout = flatLayout(network('any'));
      const vectors = new Float32Array(members * layout.size);
      results.forEach(({ parameters }, i) =>
        vectors.set(packParameters(layout, parameters), i * layout.size),
      );
      const stacked = tensor('float32', [members, layout.size], vectors);
      return asCalled(results, (x) => parametersPredictive(network('any'), { x }, stacked));
    }
  }
}

function pointsOf({ set, n, points = [] }: Asked): PointSet {
  if (set === 'blobs') return blobs(fold(key(1), 'blobs'), { n });
  if (set === 'moons') return moons(fold(key(1), 'moons'), { n, noise: 0.2 });
  const [left, right, bottom, top] = REGIONS[set];
  const places = points.flatMap(([u, v]) => [left + (right - left) * u, bottom + (top - bottom) * v]);
  return {
    points: tensor('float32', [n, 2], Float32Array.from(places)),
    labels: tensor(
      'uint8',
      [n],
      Uint8Array.from(points, ([, , label]) => label),
    ),
  };
}

function binary({ data, shape }: Samples): Samples {
  const both = Float32Array.from({ length: 2 * data.length }, (_, i) => {
    const p = data[Math.floor(i / 2)]!;
    return i % 2 === 0 ? 1 - p : p;
  });
  return tensor('float32', [shape[0]!, shape[1]!, 2], both);
}

function meanOf({ data, shape }: Samples): Float64Array {
  const [samples, n] = [shape[0]!, shape[1]!];
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let s = 0; s < samples; s++) sum += data[s * n + i]!;
    return sum / samples;
  });
}
