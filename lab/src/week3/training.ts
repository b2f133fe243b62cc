// Training in the worker: the convnet of the practical on few digits, with pauses.
import { bindParameters, unpackParameters } from 'credence/graph';
import { LOGITS } from 'credence/models';
import type { Provider } from 'credence/runtime';
import { largestLogit, predictiveEntropy, softmaxRows } from 'credence/scores';
import type { Logits } from 'credence/scores';
import { train } from 'credence/training';
import type { TaskContext } from '../compute/task.js';
import { shippedDigits, shippedNetwork, shippedScores } from './assets.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { SIDE } from './image.js';
import { discard, Keeper, recall } from './keep.js';
import type { Training } from './keep.js';
import type {
  CompareInput,
  Comparison,
  Kept,
  Measures,
  Trained,
  TrainInput,
  TrainProgress,
  Unreadable,
} from './model.js';
import { closeNetwork, dropoutPasses, imageTensor, openNetwork } from './network.js';
import type { Network } from './network.js';
import { isOf, planOf } from './plan.js';
import type { Plan } from './plan.js';
import { passesWorkload, trainingWorkload } from './workloads.js';

/** Steps between two moments at which a pause can arrive; each costs opening the step's session anew. */
const STRIDE = 10;
const COMPARED_PASSES = 50;

type Context = TaskContext<TrainProgress>;

/** The training that is running, paused or done. */
interface Held extends Training {
  readonly keeper: Keeper;
  readonly secondsPerEpoch: number | undefined;
}
let held: Held | undefined;
let looked: Promise<Unreadable | undefined> | undefined;
/** Ends when the training does that was last asked for. */
let ending: Promise<unknown> = Promise.resolve();
/** The network that was trained here. */
let live: { readonly plan: Plan; readonly network: Network } | undefined;

/** One at a time: what is paused is kept before another begins. */
export function trainLive(input: TrainInput, context: Context): Promise<Trained> {
  const result = ending.then(() => trainNext(input, context));
  ending = result.catch(() => undefined);
  return result;
}

/** The training that is paused or done, once it is. */
export async function keptTraining(): Promise<Kept> {
  await ending;
  const unreadable = await look();
  if (held === undefined) return unreadable === undefined ? {} : { unreadable };
  const progress = progressOf(held);
  return { progress, ...(held.measures !== undefined && { trained: { ...progress, ...held.measures } }) };
}

export async function discardTraining(): Promise<void> {
  await ending;
  held = undefined;
  looked = Promise.resolve(undefined);
  await discard();
}

async function trainNext(input: TrainInput, context: Context): Promise<Trained> {
  const { epochs, seed, resume } = input;
  await look();
  context.signal.throwIfAborted();
  if (resume && (held === undefined || !isOf(held.plan, input))) {
    throw new Error('The paused training is no longer kept: begin it anew');
  }
  const from = resume ? held : undefined;
  const plan = from?.plan ?? (await planOf({ epochs, seed }));
  const keeper = from?.keeper ?? new Keeper();
  let now: Held | undefined = from;
  const trainOn = async (provider: Provider): Promise<Held> => {
    const backends = [...new Set([...(now?.backends ?? []), nameOf(provider, context.threads)])];
    const [first, started] = [now?.state.step ?? 0, performance.now()];
    for (;;) {
      const until = (now?.state.step ?? 0) + STRIDE;
      const stop = new AbortController();
      const { state, complete } = await train(plan.objective, plan.data, {
        ...plan.options,
        workers: 0,
        provider,
        threads: context.threads,
        signal: stop.signal,
        onProgress: (done) => {
          if (done >= until) stop.abort();
        },
        ...(now !== undefined && { from: now.state }),
      });
      const done = state.step - first;
      const seconds = (performance.now() - started) / 1000;
      const secondsPerEpoch = done === 0 ? undefined : (seconds / done) * plan.stepsPerEpoch;
      now = { plan, keeper, state, backends, secondsPerEpoch, measures: undefined };
      held = now;
      await keeper.offer(now);
      context.report(progressOf(now));
      if (complete) return now;
      await context.breathe();
    }
  };
  let done: Held;
  try {
    const workload = trainingWorkload(plan.objective, plan.data, plan.options, context.threads);
    done = await context.faster(workload, trainOn);
  } catch (error) {
    if (now !== undefined) await keeper.put(now);
    throw error;
  }
  const measures = await measureBoth(await openLive(done, context.threads), plan, context);
  held = { ...done, measures };
  await keeper.put(held);
  return { ...progressOf(held), ...measures };
}

function nameOf(provider: Provider, threads: number): string {
  return provider === 'cpu' ? `wasm, ${threads} thread${threads === 1 ? '' : 's'}` : 'WebGPU';
}

/** Takes up what the browser keeps. */
async function takeUp(): Promise<Unreadable | undefined> {
  const found = await recall();
  if (typeof found === 'string') return found;
  if (found !== undefined) {
    const { at, ...training } = found;
    held = { ...training, keeper: new Keeper(at), secondsPerEpoch: undefined };
  }
  return undefined;
}

/** When it is first asked for; what another tab keeps from then on is its own. */
function look(): Promise<Unreadable | undefined> {
  looked ??= takeUp().catch((error: unknown) => {
    looked = undefined;
    throw error;
  });
  return looked;
}

function progressOf({ plan, keeper, state, backends, secondsPerEpoch }: Held): TrainProgress {
  const { settings, steps, stepsPerEpoch } = plan;
  const { step, losses } = state;
  const { keeping } = keeper;
  return { settings, step, steps, losses, stepsPerEpoch, secondsPerEpoch, backends, keeping };
}

async function openLive({ plan, state }: Held, threads: number): Promise<Network> {
  const parameters = unpackParameters(plan.layout, state.parameters);
  const network = await openNetwork(bindParameters(plan.untrained, parameters), threads);
  const previous = live;
  live = { plan, network };
  if (previous !== undefined) await closeNetwork(previous.network);
  return network;
}

/** What the network that was trained here says of an image; undefined where it is no longer kept. */
export async function compareLive(
  { image, passes, seed, trained }: CompareInput,
  { threads }: TaskContext,
): Promise<Comparison | undefined> {
  let network = live !== undefined && isOf(live.plan, trained) ? live.network : undefined;
  if (network === undefined) {
    await look();
    if (held?.measures === undefined || !isOf(held.plan, trained)) return undefined;
    network = await openLive(held, threads);
  }
  const outputs = await network.plain.run({ image: imageTensor(image) });
  return {
    probabilities: softmaxRows(outputs[LOGITS] as Logits),
    entropy: predictiveEntropy(await dropoutPasses(network, image, { passes, seed }))[0]!,
  };
}

/** The network that was trained here beside the one that ships. */
async function measureBoth(live: Network, { images, settings }: Plan, context: Context): Promise<Measures> {
  const networks = [live, await shippedNetwork(context.threads)];
  const passes = passesWorkload(live.graph, images, context.threads);
  const [ours, theirs] = await context.faster(passes, async (provider) => {
    const results: Measured[] = [];
    for (const network of networks) results.push(await measure(network, settings.seed, provider));
    return results;
  });
  return {
    sample: manifest.sample,
    accuracy: { live: ours!.accuracy, shipped: theirs!.accuracy },
    meanEntropy: { live: ours!.entropy, shipped: theirs!.entropy },
  };
}

interface Measured {
  readonly accuracy: number;
  readonly entropy: number;
}

/** On the first test digits, which neither network was trained on. */
async function measure(asked: Network, seed: number, provider: Provider): Promise<Measured> {
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
