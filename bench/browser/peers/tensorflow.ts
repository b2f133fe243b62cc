import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Save, Tensor, Variable } from '@tensorflow/tfjs-core';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { BATCH, CHECK_STEPS, CONVNET_RATE, DROPOUT, MLP_RATE, offer, PASSES } from '../program.js';
import type { Given, Packed, Program } from '../program.js';
import {
  batchOf,
  bytesOf,
  fastestRows,
  floatsOf,
  gather,
  meanVariance,
  normalisedPixels,
  oneHot,
  repeated,
  timed,
} from '../values.js';

const PIXELS = 28 * 28;
const CLASSES = 10;

offer(openTensorflow);

/** TensorFlow.js with its ready-made loss, optimiser and dropout; memory is given back by tidy. */
async function openTensorflow(given: Given): Promise<Program> {
  await useBackend(given);
  const n = given.images.shape[0]!;
  const pixels = normalisedPixels(given.images);
  const targets = oneHot(bytesOf(given.labels), CLASSES);
  const points = tf.tensor(floatsOf(given.points), given.points.shape);
  const classes = tf.tensor(Float32Array.from(bytesOf(given.classes)), [given.points.shape[0]!, 1]);
  const { backend } = given;
  const isPatched = tf.getKernel('Conv2DBackpropFilter', backend) === undefined;
  const convolutions = isPatched ? ([ofPixels, ofFeatures] as const) : stock;

  const digits = (start: number, rows: number): Tensor =>
    tf.tensor(pixels.subarray(start * PIXELS, (start + rows) * PIXELS), [rows, 28, 28, 1]);
  const convnet = convnetWeights(given.convnet);
  const logits = (x: Tensor): Tensor => head(convnet, trunk(convnet, x, stock), false);
  const forward = async (rows: number): Promise<number[]> => {
    const all: number[] = [];
    for (let start = 0; start < n; start += rows) {
      const result = tf.tidy(() => logits(digits(start, rows)));
      all.push(...(await result.data()));
      result.dispose();
    }
    return all;
  };
  const passes = async (rows: number, cached: boolean): Promise<Float32Array[]> => {
    const results = Array.from({ length: PASSES }, () => new Float32Array(n * CLASSES));
    for (let start = 0; start < n; start += rows) {
      const x = digits(start, rows);
      const features = cached ? tf.tidy(() => trunk(convnet, x, stock)) : undefined;
      for (const into of results) {
        const result = tf.tidy(() => tf.softmax(head(convnet, features ?? trunk(convnet, x, stock), true)));
        into.set(await result.data(), start * CLASSES);
        result.dispose();
      }
      features?.dispose();
      x.dispose();
    }
    return results;
  };
  // The processor's own backend takes seconds, whatever the rows.
  const rows = backend === 'cpu' ? BATCH : await fastestRows([BATCH, n], forward);

  const convnetStep = (weights: Weights, optimiser: Optimizer, picks: readonly number[], active: boolean) =>
    step(optimiser, weights, () => {
      const x = tf.tensor(gather(pixels, PIXELS, picks), [picks.length, 28, 28, 1]);
      const y = tf.tensor(gather(targets, CLASSES, picks), [picks.length, CLASSES]);
      return () => tf.losses.softmaxCrossEntropy(y, head(weights, trunk(weights, x, convolutions), active));
    });
  const mlpStep = (weights: Weights, optimiser: Optimizer) =>
    step(optimiser, weights, () => () => tf.losses.sigmoidCrossEntropy(classes, perceptron(weights, points)));
  const trained = {
    convnet: convnetWeights(given.convnet),
    convnetAdam: adam(CONVNET_RATE),
    mlp: mlpWeights(given.mlp),
    mlpAdam: adam(MLP_RATE),
  };

  const firstBatch = Array.from({ length: BATCH }, (_, i) => i);

  return {
    version: tf.version_core,
    notes: [
      ...(backend === 'cpu' ? [] : [`${rows} digits a run, the faster of ${BATCH} and ${n}`]),
      // 4.22 has 1 whatever it is asked for, though it starts eight workers: its issue 8513.
      ...(backend === 'wasm' ? [`asked for ${given.threads} threads, has ${getThreadsCount()}`] : []),
      ...(isPatched
        ? [`backend ${backend} lacks Conv2DBackpropFilter: its gradient is a convolution, by tf.customGrad`]
        : []),
    ],
    losses: {
      async 'mlp-step'() {
        const [weights, optimiser] = [mlpWeights(given.mlp), adam(MLP_RATE)];
        return repeated(CHECK_STEPS, () => mlpStep(weights, optimiser));
      },
      async 'convnet-step'() {
        const [weights, optimiser] = [convnetWeights(given.convnet), adam(CONVNET_RATE)];
        return repeated(CHECK_STEPS, () => convnetStep(weights, optimiser, firstBatch, false));
      },
    },
    logits: () => forward(rows),
    passVariance: async () => meanVariance(await passes(rows, true)),
    async time(task, count) {
      switch (task) {
        case 'mlp-step':
          return timed(count, () => mlpStep(trained.mlp, trained.mlpAdam));
        case 'convnet-step':
          return timed(count, (i) =>
            convnetStep(trained.convnet, trained.convnetAdam, batchOf(i, BATCH, n), true),
          );
        case 'forward':
          return timed(count, () => forward(rows));
        case 'mc-dropout':
        case 'mc-dropout-cached':
          return timed(count, () => passes(rows, task === 'mc-dropout-cached'));
      }
    },
  };
}

async function useBackend({ backend, threads }: Given): Promise<void> {
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  if (backend === 'webgl') await import('@tensorflow/tfjs-backend-webgl');
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  setThreadsCount(threads);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend '${backend}' here`);
  await tf.ready();
}

type Weights = Readonly<Record<string, Variable>>;
type Convolve = (x: Tensor, filter: Tensor) => Tensor;
type Convolutions = readonly [ofPixels: Convolve, ofFeatures: Convolve];

/** From (out, in, h, w) to (h, w, in, out), and the features of the first dense layer from (c, h, w) to (h, w, c). */
function convnetWeights(given: Given['convnet']): Weights {
  const conv = (name: string): Variable => weight(given[name]!, (w) => tf.transpose(w, [2, 3, 1, 0]));
  const bias = (name: string): Variable => weight(given[name]!, (b) => b);
  return {
    conv1: conv('conv1.weight'),
    conv1b: bias('conv1.bias'),
    conv2: conv('conv2.weight'),
    conv2b: bias('conv2.bias'),
    fc1: weight(given['fc1.weight']!, (w) =>
      tf.reshape(tf.transpose(tf.reshape(w, [100, 32, 4, 4]), [2, 3, 1, 0]), [512, 100]),
    ),
    fc1b: bias('fc1.bias'),
    fc2: weight(given['fc2.weight']!, (w) => tf.transpose(w, [1, 0])),
    fc2b: bias('fc2.bias'),
  };
}

function mlpWeights(given: Given['mlp']): Weights {
  const dense = (name: string): Variable => weight(given[name]!, (w) => tf.transpose(w, [1, 0]));
  const bias = (name: string): Variable => weight(given[name]!, (b) => b);
  return {
    fc1: dense('fc1.weight'),
    fc1b: bias('fc1.bias'),
    fc2: dense('fc2.weight'),
    fc2b: bias('fc2.bias'),
  };
}

function weight(packed: Packed, arrange: (value: Tensor) => Tensor): Variable {
  return tf.tidy(() => tf.variable(arrange(tf.tensor(floatsOf(packed), packed.shape))));
}

/** (N, 28, 28, 1) → (N, 512). */
function trunk(w: Weights, x: Tensor, [first, second]: Convolutions): Tensor {
  const pooled1 = tf.relu(tf.maxPool(tf.add(first(x, w['conv1']!), w['conv1b']!), 2, 2, 'valid'));
  const pooled2 = tf.relu(tf.maxPool(tf.add(second(pooled1, w['conv2']!), w['conv2b']!), 2, 2, 'valid'));
  return tf.reshape(pooled2, [-1, 512]);
}

/** (N, 512) → (N, 10). */
function head(w: Weights, features: Tensor, active: boolean): Tensor {
  const drop = (x: Tensor, rate: number): Tensor => (active ? tf.dropout(x, rate) : x);
  const hidden = tf.relu(tf.add(tf.matMul(drop(features, DROPOUT[0]), w['fc1']!), w['fc1b']!));
  return tf.add(tf.matMul(drop(hidden, DROPOUT[1]), w['fc2']!), w['fc2b']!);
}

function perceptron(w: Weights, x: Tensor): Tensor {
  const hidden = tf.relu(tf.add(tf.matMul(x, w['fc1']!), w['fc1b']!));
  return tf.add(tf.matMul(hidden, w['fc2']!), w['fc2b']!);
}

function adam(rate: number): Optimizer {
  return tf.train.adam(rate, 0.9, 0.999, 1e-8);
}

/** One step; its loss is read, as each step of Credence gives it. */
async function step(optimiser: Optimizer, weights: Weights, prepare: () => () => Tensor): Promise<number> {
  const cost = tf.tidy(() => optimiser.minimize(prepare(), true, Object.values(weights)))!;
  const [loss] = await cost.data();
  cost.dispose();
  return loss!;
}

function valid(x: Tensor, filter: Tensor): Tensor {
  return tf.conv2d(x, filter, 1, 'valid');
}
const stock: Convolutions = [valid, valid];

/** The gradient in the filter of a convolution of stride 1: a convolution that takes channels for examples and examples for channels. */
function filterGradient(x: Tensor, dy: Tensor): Tensor {
  return tf.transpose(valid(tf.transpose(x, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3])), [1, 2, 0, 3]);
}

/** Of the pixels, in which no gradient is asked for. */
function ofPixels(x: Tensor, filter: Tensor): Tensor {
  return tf.customGrad((filter) => ({
    value: valid(x, filter),
    gradFunc: (dy) => filterGradient(x, dy),
  }))(filter);
}

const ofFeatures: Convolve = tf.customGrad((x: Tensor, filter: Tensor, save: Save) => {
  save([x, filter]);
  return {
    value: valid(x, filter),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [x, filter] = saved as [Tensor, Tensor];
      return [tf.conv2dTranspose(dy, filter, x.shape, 1, 'valid'), filterGradient(x, dy)];
    },
  };
});
