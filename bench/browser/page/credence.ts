import { mcDropout } from '#credence/dropout/index';
import { activateDropout, removeDropout } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp, mnistConvnet } from '#credence/models/index';
import { bernoulliLikelihood, likelihoodObjective } from '#credence/posterior/index';
import { fold, key as keyOf } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import type { Feeds, Provider, Session } from '#credence/runtime/index';
import { sliceRows, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, train } from '#credence/training/index';
import { env } from 'onnxruntime-web/wasm';
import { BATCH, CHECK_STEPS, CONVNET_RATE, MLP_HIDDEN, MLP_RATE, offer, PASSES, SEED } from '../program.js';
import type { Given, Program } from '../program.js';
import { bytesOf, floatsOf, meanVariance, timed } from '../values.js';

/** Steps of a training before the clock starts. */
const WARM_UP_STEPS = 5;
/** Digits of a run: what `predict` takes. */
const ROWS = 100;

offer(openCredence);

/** Credence as its documentation says: `train`, `openSession`, `mcDropout`. */
async function openCredence(given: Given): Promise<Program> {
  const { threads } = given;
  const provider: Provider = given.backend === 'webgpu' ? 'webgpu' : 'cpu';
  const key = keyOf(SEED);
  const model = mnistConvnet(key);
  const n = given.images.shape[0]!;
  const image = tensor('uint8', [n, 28, 28], bytesOf(given.images));
  const label = tensor('uint8', [n], bytesOf(given.labels));
  const digits = { image, label };
  const x = tensor('float32', given.points.shape, floatsOf(given.points));
  const points = { x, label: tensor('uint8', [x.shape[0]!], bytesOf(given.classes)) };
  // The first session decides how many threads the runtime has.
  const forward = await openSession(removeDropout(model), { provider, threads });
  const small = likelihoodObjective(mlp({ hidden: [MLP_HIDDEN], key }), { likelihood: bernoulliLikelihood });
  const objectives = {
    'mlp-step': { objective: small, data: points, batchSize: x.shape[0]!, rate: MLP_RATE },
    'convnet-step': {
      objective: classificationObjective(activateDropout(model)),
      data: digits,
      batchSize: BATCH,
      rate: CONVNET_RATE,
    },
  };
  const passes = (): ReturnType<typeof mcDropout> =>
    mcDropout(model, { image }, { samples: PASSES, key: fold(key, 'passes'), threads, provider });
  const batch = { image: sliceRows(image, 0, BATCH), label: sliceRows(label, 0, BATCH) };

  return {
    version: env.versions.web ?? env.versions.common,
    notes: [],
    losses: {
      'mlp-step': () => firstLosses(small, points, { rate: MLP_RATE, provider }),
      'convnet-step': () =>
        firstLosses(classificationObjective(removeDropout(model)), batch, { rate: CONVNET_RATE, provider }),
    },
    logits: () => logitsOf(forward, image),
    async passVariance() {
      const [rows, values] = [n * 10, await passes()];
      return meanVariance(
        Array.from({ length: PASSES }, (_, s) => values.data.subarray(s * rows, (s + 1) * rows)),
      );
    },
    async time(task, count) {
      switch (task) {
        case 'mlp-step':
        case 'convnet-step':
          return timeSteps({ ...objectives[task], provider }, count);
        case 'forward':
          return timed(count, () => logitsOf(forward, image));
        case 'mc-dropout':
        case 'mc-dropout-cached':
          return timed(count, () => passes());
      }
    },
  };
}

/** Of steps on all of the data. */
async function firstLosses(
  objective: Graph,
  data: Feeds,
  { rate, provider }: Pick<Training, 'rate' | 'provider'>,
): Promise<number[]> {
  const options = {
    optimiser: adam({ learningRate: rate }),
    epochs: CHECK_STEPS,
    key: keyOf(SEED),
    provider,
  };
  return [...(await train(objective, data, options)).state.losses];
}

async function logitsOf(session: Session, image: Tensor): Promise<number[]> {
  const logits: number[] = [];
  for (let start = 0; start < image.shape[0]!; start += ROWS) {
    const run = await session.run({ image: sliceRows(image, start, start + ROWS) });
    logits.push(...(run['logits']!.data as Float32Array));
  }
  return logits;
}

interface Training {
  readonly objective: Graph;
  readonly data: Feeds;
  readonly batchSize: number;
  readonly rate: number;
  readonly provider: Provider;
}

/** Of a training that is begun anew, its steady steps. */
async function timeSteps({ rate, data, objective, ...rest }: Training, count: number): Promise<number> {
  const stop = new AbortController();
  let [began, ended] = [NaN, NaN];
  const stepsPerEpoch = data['label']!.shape[0]! / rest.batchSize;
  await train(objective, data, {
    ...rest,
    optimiser: adam({ learningRate: rate }),
    epochs: Math.ceil((WARM_UP_STEPS + count) / stepsPerEpoch),
    key: keyOf(SEED),
    signal: stop.signal,
    onProgress(done) {
      if (done === WARM_UP_STEPS) began = performance.now();
      if (done !== WARM_UP_STEPS + count) return;
      ended = performance.now();
      stop.abort();
    },
  });
  return (ended - began) / count;
}
