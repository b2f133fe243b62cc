// Training in the worker: the convnet of the practical on few digits, with pauses.
import { activateDropout, bindParameters } from 'credence/graph';
import { LOGITS, mnistConvnet } from 'credence/models';
import { fold, key } from 'credence/random';
import type { Provider } from 'credence/runtime';
import { largestLogit, predictiveEntropy, softmaxRows } from 'credence/scores';
import type { Logits } from 'credence/scores';
import { adam, classificationObjective, train } from 'credence/training';
import type { TrainingState, TrainResult } from 'credence/training';
import { tensor } from 'credence/tensor';
import type { TaskContext } from '../compute/task.js';
import { shippedDigits, shippedNetwork, shippedScores, trainingDigits } from './assets.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { SIDE } from './image.js';
import type { Comparison, Trained, TrainInput, TrainProgress } from './model.js';
import { closeNetwork, dropoutPasses, imageTensor, openNetwork } from './network.js';
import type { Network } from './network.js';
import { passesWorkload, trainingWorkload } from './workloads.js';

const BATCH = 100;
/** Steps between two moments at which a pause can arrive; each costs opening the step's session anew. */
const STRIDE = 10;
const COMPARED_PASSES = 50;

interface Paused {
  readonly name: string;
  readonly state: TrainingState;
}
let paused: Paused | undefined;
let live: Network | undefined;

export async function trainLive(
  { epochs, seed, resume }: TrainInput,
  context: TaskContext<TrainProgress>,
): Promise<Trained> {
  const images = await trainingDigits();
  const labels = (await shippedScores()).get('training/label')!.data as Uint8Array;
  const own = key(seed);
  const untrained = mnistConvnet(fold(own, 'live', 'initial'));
  const objective = classificationObjective(activateDropout(untrained));
  const data = { image: imageTensor(images), label: tensor('uint8', [labels.length], labels) };
  const stepsPerEpoch = Math.ceil(labels.length / BATCH);
  const steps = epochs * stepsPerEpoch;
  const name = `${epochs} ${seed}`;
  let state = resume && paused?.name === name ? paused.state : undefined;
  let [first, started] = [state?.step ?? 0, performance.now()];
  const progress = (): TrainProgress => {
    const done = (state?.step ?? 0) - first;
    const seconds = (performance.now() - started) / 1000;
    return {
      step: state?.step ?? 0,
      steps,
      losses: state?.losses ?? new Float32Array(),
      stepsPerEpoch,
      secondsPerEpoch: done === 0 ? undefined : (seconds / done) * stepsPerEpoch,
    };
  };
  const optimiser = adam({ learningRate: 1e-3 });
  const trainOn = async (provider: Provider): Promise<TrainResult> => {
    [first, started] = [state?.step ?? 0, performance.now()];
    for (;;) {
      const until = (state?.step ?? 0) + STRIDE;
      const stop = new AbortController();
      const result = await train(objective, data, {
        optimiser,
        epochs,
        batchSize: BATCH,
        key: fold(own, 'live', 'train'),
        workers: 0,
        provider,
        signal: stop.signal,
        onProgress: (done) => {
          if (done >= until) stop.abort();
        },
        ...(state !== undefined && { from: state }),
      });
      state = result.state;
      paused = { name, state };
      context.report(progress());
      await context.breathe();
      if (result.complete) return result;
    }
  };
  const workload = trainingWorkload(objective, data, { optimiser, batchSize: BATCH });
  const result = await context.faster(workload, trainOn);
  const measured = progress();
  if (live !== undefined) await closeNetwork(live);
  live = await openNetwork(bindParameters(untrained, result.parameters), context.threads);
  const networks = [live, await shippedNetwork(context.threads)];
  const passes = passesWorkload(live.graph, images, context.threads);
  const [ours, theirs] = await context.faster(passes, async (provider) => {
    const results: Measures[] = [];
    for (const network of networks) results.push(await measure(network, seed, provider));
    return results;
  });
  return {
    ...measured,
    epochLosses: result.epochLosses,
    digits: labels.length,
    sample: manifest.sample,
    accuracy: { live: ours!.accuracy, shipped: theirs!.accuracy },
    meanEntropy: { live: ours!.entropy, shipped: theirs!.entropy },
  };
}

/** What the network that was trained here says of an image; undefined before. */
export async function compareLive(input: {
  readonly image: Uint8Array;
  readonly passes: number;
  readonly seed: number;
}): Promise<Comparison | undefined> {
  if (live === undefined) return undefined;
  const outputs = await live.plain.run({ image: imageTensor(input.image) });
  return {
    probabilities: softmaxRows(outputs[LOGITS] as Logits),
    entropy: predictiveEntropy(await dropoutPasses(live, input.image, input))[0]!,
  };
}

interface Measures {
  readonly accuracy: number;
  readonly entropy: number;
}

/** On the first test digits, which neither network was trained on. */
async function measure(asked: Network, seed: number, provider: Provider): Promise<Measures> {
  const network = provider === 'cpu' ? asked : await openNetwork(asked.graph, asked.threads, provider);
  const count = manifest.sample;
  const images = (await shippedDigits()).subarray(0, count * SIDE * SIDE);
  const labels = (await shippedScores()).get('label')!.data;
  const outputs = await network.plain.run({ image: imageTensor(images) });
  const predicted = largestLogit(outputs[LOGITS] as Logits);
  const entropies = predictiveEntropy(
    await dropoutPasses(network, images, { passes: COMPARED_PASSES, seed }),
  );
  if (network !== asked) await closeNetwork(network);
  return {
    accuracy: predicted.reduce((right, k, i) => right + Number(k === labels[i]), 0) / count,
    entropy: entropies.reduce((sum, value) => sum + value, 0) / count,
  };
}
