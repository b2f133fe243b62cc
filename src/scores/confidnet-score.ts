import {
  add,
  cast,
  constantLike,
  div,
  exp,
  gemm,
  GraphBuilder,
  named,
  reciprocal,
  sub,
} from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { adam, train } from '../training/index.js';
import { appendConfidnet, confidnetObjective } from './confidnet.js';
import { meanOf } from './moments.js';
import type { FitCall, Score } from './score.js';
import { keyText, requireCount, requirePositive } from './settings.js';

export interface ConfidnetSettings {
  /** Units of the hidden layers; four of 400 unless given. */
  readonly hidden?: readonly number[];
  /** 50 unless given. */
  readonly epochs?: number;
  /** 100 unless given. */
  readonly batchSize?: number;
  /** Of Adam; 1e-4 unless given. */
  readonly learningRate?: number;
  /** Where the weights begin, and the order of the examples. */
  readonly key?: Key;
}

/**
 * ConfidNet: 1 - c(f), of [0, 1], for a network c of its own that estimates, from the features f, the
 * probability that the classifier gives to the true class (TCP): trained on (c(f_i) -
 * softmax(logits_i)[y_i])^2.
 *
 * Learns what errors look like, so it needs some among its examples: on the training set nearly every TCP is 1. So the
 * paper keeps the classifier's dropout active; where the classifier has none, fit it on examples that it was not trained
 * on. With few errors it falls behind MCP; it says nothing about inputs unlike those examples. The features are
 * standardised first.
 *
 * Source: Corbière, Thome, Bar-Hen, Cord, Pérez, "Addressing failure prediction by learning model
 * confidence", NeurIPS 2019.
 * @throws ConfigurationError on settings out of range; when fitted, NumericalError when the loss is no longer
 *   finite.
 */
export function confidnet({
  hidden = [400, 400, 400, 400],
  epochs = 50,
  batchSize = 100,
  learningRate = 1e-4,
  key = keyOf(0),
}: ConfidnetSettings = {}): Score {
  hidden.forEach((units) => requireCount('confidnet: hidden units', units));
  requireCount('confidnet: epochs', epochs);
  requireCount('confidnet: batchSize', batchSize);
  requirePositive('confidnet: learningRate', learningRate);
  return {
    name: 'confidnet',
    title: 'ConfidNet',
    needs: ['features'],
    fittedOn: 'trainingWithDropout',
    unit: 'probability',
    settings: { hidden: hidden.join(' '), epochs, batchSize, learningRate, key: keyText(key) },
    async fit(call) {
      const { logits, features, labels, signal, onProgress } = call;
      const { mean, deviation } = scales(features);
      const objective = confidnetObjective(standardised(call, mean, deviation), {
        features: 'standardised',
        hidden,
        key: fold(key, 'confidnet'),
        labels: 'int32',
      });
      const { parameters, state } = await train(
        objective,
        { features, logits, label: labels },
        {
          optimiser: adam({ learningRate }),
          epochs,
          batchSize: Math.min(batchSize, labels.data.length),
          key: fold(key, 'confidnet', 'train'),
          ...(signal && { signal }),
          ...(onProgress && { onProgress: (done: number, steps: number) => onProgress(done / steps) }),
        },
      );
      signal?.throwIfAborted();
      return {
        tensors: { mean, deviation, ...Object.fromEntries(parameters) },
        settings: {
          hidden: hidden.join(' '),
          layers: hidden.length + 1,
          epochs,
          batchSize,
          learningRate,
          key: keyText(key),
          examples: labels.data.length,
          steps: state.step,
        },
      };
    },
    append({ features, constant, setting }) {
      const hiddenLayers = Array.from({ length: setting('layers') - 1 }, () => 0);
      const x = div(sub(features, constant('mean')), constant('deviation'));
      const confidence = appendConfidnet(x, hiddenLayers, (input, _units, i) =>
        gemm(input, constant(`uncertainty${i}.weight`), constant(`uncertainty${i}.bias`), { transB: true }),
      );
      // sigmoid(-confidence); a float32 sigmoid stops at 1e-8.
      const precise = cast(confidence, 'float64');
      return reciprocal(add(exp(precise), constantLike(precise, 1)));
    },
  };
}

/** What stands for the classifier in the training: its features, standardised, and its logits, both fed. */
function standardised(
  { features, logits }: Pick<FitCall, 'features' | 'logits'>,
  mean: Tensor<'float32'>,
  deviation: Tensor<'float32'>,
): Graph {
  const b = new GraphBuilder('confidnet');
  const x = b.input('features', 'float32', ['N', features.shape[1]!]);
  const own = b.input('logits', 'float32', ['N', logits.shape[1]!]);
  const scaled = named(div(sub(x, b.constant(mean)), b.constant(deviation)), 'standardised');
  return b.build([scaled, own]);
}

/** Mean and standard deviation of each feature, (d); 1 where a feature does not vary. */
function scales(features: Tensor<'float32'>): { mean: Tensor<'float32'>; deviation: Tensor<'float32'> } {
  const [n, d] = features.shape as [number, number];
  const mean = meanOf(features);
  const squares = new Float64Array(d);
  features.data.forEach((value, i) => (squares[i % d]! += (value - mean[i % d]!) ** 2));
  const deviation = squares.map((square, j) => {
    const own = Math.sqrt(square / n);
    // What rounding leaves of a constant is not variation.
    return own > 1e-6 * Math.abs(mean[j]!) ? own : 1;
  });
  return {
    mean: tensor('float32', [d], Float32Array.from(mean)),
    deviation: tensor('float32', [d], Float32Array.from(deviation)),
  };
}
