import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from '@jax-js/jax';
import type { Array as Value, Device, Tree } from '@jax-js/jax';
import packageJson from './package.json' with { type: 'json' };
import { BATCH, CHECK_STEPS, CONVNET_RATE, DROPOUT, MLP_RATE, offer, PASSES } from '../program.js';
import type { Given, Program } from '../program.js';
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

offer(openJax);

/** jax-js: every function compiled whole by jit, the update included. An operation takes its arguments away, `ref` keeps one. */
async function openJax(given: Given): Promise<Program> {
  const device = given.backend as Device;
  if (!(await init(device)).includes(device)) throw new Error(`jax-js has no backend '${device}' here`);
  defaultDevice(device);
  const n = given.images.shape[0]!;
  const pixels = normalisedPixels(given.images);
  const targets = oneHot(bytesOf(given.labels), CLASSES);
  const points = np.array(floatsOf(given.points), { shape: given.points.shape });
  const classes = np.array(Float32Array.from(bytesOf(given.classes)), { shape: [given.points.shape[0]!] });

  const digits = (start: number, rows: number): Value =>
    np.array(pixels.slice(start * PIXELS, (start + rows) * PIXELS), { shape: [rows, 1, 28, 28] });
  const convnet = parametersOf(given.convnet);
  const jitTrunk = jit((w: Tree, x: Value) => trunk(w, x));
  const jitHead = jit((w: Tree, features: Value, keys: Tree) => nn.softmax(head(w, features, keys), 1));
  const jitPass = jit((w: Tree, x: Value, keys: Tree) => nn.softmax(head(w, trunk(tree.ref(w), x), keys), 1));
  const jitLogits = jit((w: Tree, x: Value) => head(w, trunk(tree.ref(w), x)));

  const forward = async (rows: number): Promise<number[]> => {
    const all: number[] = [];
    for (let start = 0; start < n; start += rows) {
      all.push(...(await jitLogits(tree.ref(convnet), digits(start, rows)).data()));
    }
    return all;
  };
  let passesRun = 0;
  const passes = async (rows: number, cached: boolean): Promise<Float32Array[]> => {
    const results = Array.from({ length: PASSES }, () => new Float32Array(n * CLASSES));
    for (let start = 0; start < n; start += rows) {
      const x = cached ? jitTrunk(tree.ref(convnet), digits(start, rows)) : digits(start, rows);
      for (const into of results) {
        const keys = keysOf(passesRun++);
        const pass = cached ? jitHead : jitPass;
        into.set(await pass(tree.ref(convnet), x.ref, keys).data(), start * CLASSES);
      }
      x.dispose();
    }
    return results;
  };
  const rows = await fastestRows([BATCH, n], forward);

  const startConvnet = (active: boolean): Training => {
    const loss = (w: Tree, x: Value, y: Value, keys: Tree): Value => {
      if (!active) tree.dispose(keys);
      const logits = head(w, trunk(tree.ref(w), x), active ? keys : undefined);
      return nn.logSoftmax(logits, 1).mul(y).sum(1).mean().neg();
    };
    return training(parametersOf(given.convnet), CONVNET_RATE, loss);
  };
  const startMlp = (): Training =>
    training(parametersOf(given.mlp), MLP_RATE, (w, x, y, keys) => {
      tree.dispose(keys);
      const logit = perceptron(w, x).reshape([-1]);
      return nn.softplus(logit.ref).sub(y.mul(logit)).mean();
    });
  let stepsRun = 0;
  const convnetStep = (run: Training, picks: readonly number[]): Promise<number> =>
    run(
      np.array(gather(pixels, PIXELS, picks), { shape: [picks.length, 1, 28, 28] }),
      np.array(gather(targets, CLASSES, picks), { shape: [picks.length, CLASSES] }),
      keysOf(stepsRun++),
    );
  const mlpStep = (run: Training): Promise<number> => run(points.ref, classes.ref, keysOf(0));
  const [convnetTraining, mlpTraining] = [startConvnet(true), startMlp()];

  const firstBatch = Array.from({ length: BATCH }, (_, i) => i);

  return {
    version: packageJson.dependencies['@jax-js/jax'],
    notes: [`${rows} digits a run, the faster of ${BATCH} and ${n}`],
    losses: {
      async 'mlp-step'() {
        const run = startMlp();
        return repeated(CHECK_STEPS, () => mlpStep(run));
      },
      async 'convnet-step'() {
        const run = startConvnet(false);
        return repeated(CHECK_STEPS, () => convnetStep(run, firstBatch));
      },
    },
    logits: () => forward(rows),
    passVariance: async () => meanVariance(await passes(rows, true)),
    async time(task, count) {
      switch (task) {
        case 'mlp-step':
          return timed(count, () => mlpStep(mlpTraining));
        case 'convnet-step':
          return timed(count, (i) => convnetStep(convnetTraining, batchOf(i, BATCH, n)));
        case 'forward':
          return timed(count, () => forward(rows));
        case 'mc-dropout':
        case 'mc-dropout-cached':
          return timed(count, () => passes(rows, task === 'mc-dropout-cached'));
      }
    },
  };
}

function parametersOf(given: Given['convnet']): Tree {
  return Object.fromEntries(
    Object.entries(given).map(([name, packed]) => [
      name,
      np.array(floatsOf(packed), { shape: packed.shape }),
    ]),
  );
}

/** A key for each Dropout layer. */
function keysOf(seed: number): Tree {
  return { first: random.key(2 * seed), second: random.key(2 * seed + 1) };
}

/** (N, 1, 28, 28) → (N, 512). */
function trunk(w: Tree, x: Value): Value {
  const layer = (x: Value, name: string, channels: number): Value => {
    const convolved = lax.conv(x, w[`${name}.weight`]!.ref, [1, 1], 'VALID');
    const shifted = convolved.add(w[`${name}.bias`]!.ref.reshape([channels, 1, 1]));
    const [n, c, h, ww] = shifted.shape as [number, number, number, number];
    return nn.relu(np.max(shifted.reshape([n, c, h / 2, 2, ww / 2, 2]), [3, 5]));
  };
  const features = layer(layer(x, 'conv1', 16), 'conv2', 32).reshape([-1, 512]);
  tree.dispose(w);
  return features;
}

/** (N, 512) → (N, 10); with keys, dropout is active. */
function head(w: Tree, features: Value, keys?: Tree): Value {
  const drop = (x: Value, rate: number, key: Value | undefined): Value =>
    key === undefined ? x : np.where(random.bernoulli(key, 1 - rate, x.shape), x.ref.div(1 - rate), x.mul(0));
  const hidden = nn.relu(dense(w, drop(features, DROPOUT[0], keys?.['first']), 'fc1'));
  const logits = dense(w, drop(hidden, DROPOUT[1], keys?.['second']), 'fc2');
  tree.dispose(w);
  return logits;
}

function perceptron(w: Tree, x: Value): Value {
  const logits = dense(w, nn.relu(dense(w, x, 'fc1')), 'fc2');
  tree.dispose(w);
  return logits;
}

function dense(w: Tree, x: Value, name: string): Value {
  return np.matmul(x, w[`${name}.weight`]!.ref.transpose()).add(w[`${name}.bias`]!.ref);
}

/** Takes a step on a batch and gives its mean loss. */
type Training = (x: Value, y: Value, keys: Tree) => Promise<number>;
type Loss = (w: Tree, x: Value, y: Value, keys: Tree) => Value;

/** Adam (algorithm 1), with its bias corrections as arguments. */
function training(start: Tree, rate: number, loss: Loss): Training {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const zeros = (): Tree =>
    Object.fromEntries(Object.entries(start).map(([name, { shape }]) => [name, np.zeros(shape)]));
  const step = jit((w: Tree, m: Tree, v: Tree, x: Value, y: Value, keys: Tree, c1: Value, c2: Value) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(w), x, y, keys);
    const next = { w: {}, m: {}, v: {} } as Record<'w' | 'm' | 'v', Record<string, Value>>;
    for (const name of Object.keys(start)) {
      const g = gradient[name]!;
      const nextM = m[name]!.mul(beta1).add(g.ref.mul(1 - beta1));
      const nextV = v[name]!.mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
      const root = np.sqrt(nextV.ref.div(c2.ref)).add(epsilon);
      next.w[name] = w[name]!.sub(nextM.ref.div(c1.ref).div(root).mul(rate));
      next.m[name] = nextM;
      next.v[name] = nextV;
    }
    tree.dispose([c1, c2]);
    return [next.w, next.m, next.v, value] as const;
  });
  let [w, m, v, t]: [Tree, Tree, Tree, number] = [start, zeros(), zeros(), 0];
  return async (x, y, keys) => {
    t++;
    const scalar = (value: number): Value => np.array(Float32Array.of(value), { shape: [] });
    const [nextW, nextM, nextV, value] = step(
      w,
      m,
      v,
      x,
      y,
      keys,
      scalar(1 - beta1 ** t),
      scalar(1 - beta2 ** t),
    );
    [w, m, v] = [nextW, nextM, nextV];
    const [result] = await value.data();
    await blockUntilReady(w);
    return result!;
  };
}
