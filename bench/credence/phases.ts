import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mcDropout } from '#credence/dropout/index';
import { decodeIdx } from '#credence/formats/index';
import { activateDropout, bindParameters, cutAtTrained, removeDropout } from '#credence/graph/index';
import type { Graph, Parameters } from '#credence/graph/index';
import { auroc } from '#credence/metrics/index';
import { FEATURES, MNIST_DEVIATION, mnistConvnet, PIXELS } from '#credence/models/index';
import { week3Settings } from '#credence/practical/week3/settings';
import { fold, key as keyOf } from '#credence/random/index';
import type { Key } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import type { Feeds } from '#credence/runtime/index';
import {
  CONFIDENCE,
  confidnetGraph,
  confidnetObjective,
  confidnetScore,
  largestLogit,
  maximumClassProbability,
  mutualInformation,
  ODIN_LOGITS,
  odinGraph,
  predictiveEntropy,
  summariseSamples,
  variationRatio,
} from '#credence/scores/index';
import type { Logits } from '#credence/scores/index';
import { sliceRows } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, train } from '#credence/training/index';
import type { PhaseName } from '../contenders/contender.js';

type Bytes = Tensor<'uint8'>;

export interface Data {
  readonly train: { readonly image: Bytes; readonly label: Bytes };
  readonly test: { readonly image: Bytes; readonly label: Bytes };
  readonly ood: Bytes;
}

export interface PhaseOptions {
  readonly threads: number;
  readonly shards?: number;
  readonly epochs: number;
  readonly confidnetEpochs: number;
  readonly passes: number;
  readonly repeats: number;
  readonly seed: number;
}

export function readData(mnist: string, ood: string, limit: number | undefined): Data {
  const read = (folder: string, name: string): Bytes => {
    const value = decodeIdx(readFileSync(join(folder, name)), { where: join(folder, name) }) as Bytes;
    return limit === undefined ? value : sliceRows(value, 0, Math.min(limit, value.shape[0]!));
  };
  const split = (folder: string, prefix: string): { image: Bytes; label: Bytes } => ({
    image: read(folder, `${prefix}-images-idx3-ubyte`),
    label: read(folder, `${prefix}-labels-idx1-ubyte`),
  });
  return {
    train: split(mnist, 'train'),
    test: split(mnist, 't10k'),
    ood: read(ood, 't10k-images-idx3-ubyte'),
  };
}

/** The settings are the practical's. */
const SETTINGS = week3Settings({ quick: false, published: false });
/** Images of the runs that come before the clock starts, as in the peer. */
const WARM_UP = 1000;
/** Passes of the untimed check, as in the peer. */
const CHECK_PASSES = 10;

type Result = Readonly<Record<string, unknown>> & { readonly seconds: readonly number[] };

/** The phases of the third week; those after the classifier work on the one that it trained, or on an untrained one. */
export class Phases {
  readonly #data: Data;
  readonly #options: PhaseOptions;
  readonly #key: Key;
  readonly #workers: number;
  #model: Graph;

  constructor(data: Data, options: PhaseOptions) {
    this.#data = data;
    this.#options = options;
    this.#key = keyOf(options.seed);
    this.#workers = options.threads > 1 ? options.threads : 0;
    this.#model = mnistConvnet(fold(this.#key, 'classifier', 'initial'));
  }

  run(name: PhaseName): Promise<Result> {
    switch (name) {
      case 'classifier':
        return this.#classifier();
      case 'confidnet':
        return this.#confidnet();
      case 'mc-dropout':
        return this.#mcDropout();
      case 'odin':
        return this.#odin();
    }
  }

  async #classifier(): Promise<Result> {
    const objective = classificationObjective(activateDropout(this.#model));
    const { parameters, seconds } = await this.#train(
      objective,
      this.#data.train,
      'classifier',
      this.#options.epochs,
    );
    this.#model = bindParameters(this.#model, parameters);
    const errors = await this.#errors();
    return { seconds, accuracy: 1 - errors.reduce((sum, error) => sum + error, 0) / errors.length };
  }

  async #confidnet(): Promise<Result> {
    const options = {
      features: FEATURES,
      hidden: SETTINGS.confidnet.hidden,
      key: fold(this.#key, 'confidnet', 'initial'),
    };
    const started = performance.now();
    const { trunk, head } = cutAtTrained(confidnetObjective(this.#model, options));
    const encoded = await predict(trunk, this.#data.train, { workers: this.#workers });
    const encodingSeconds = secondsSince(started);
    const trained = await this.#train(head, encoded, 'confidnet', this.#options.confidnetEpochs);

    const whole = bindParameters(confidnetGraph(this.#model, options), trained.parameters);
    const outputs = await predict(whole, { image: this.#data.test.image }, { workers: this.#workers });
    const score = confidnetScore(outputs[CONFIDENCE] as Tensor<'float32'>);
    const errors = await this.#errors();
    return {
      seconds: trained.seconds,
      encodingSeconds,
      ...(new Set(errors).size === 2 && { failureAuroc: auroc(score, errors) }),
    };
  }

  async #mcDropout(): Promise<Result> {
    const score = async (image: Bytes, samples: number): Promise<Float64Array> => {
      const key = fold(this.#key, 'mc-dropout');
      const drawn = await mcDropout(this.#model, { image }, { samples, key, workers: this.#workers });
      const summary = summariseSamples(drawn);
      variationRatio(summary);
      mutualInformation(summary);
      return predictiveEntropy(summary);
    };
    const { test, ood } = this.#data;
    const { passes } = this.#options;
    const timings = await this.#timed(
      () => score(first(test.image), 1),
      () => score(test.image, passes),
    );
    const oodAuroc = oodAurocOf(await score(test.image, CHECK_PASSES), await score(ood, CHECK_PASSES));
    return { ...timings, passes, oodAuroc };
  }

  async #odin(): Promise<Result> {
    const options = { ...SETTINGS.odin, deviation: MNIST_DEVIATION, input: PIXELS };
    const score = async (image: Bytes): Promise<Float64Array> => {
      const outputs = await predict(odinGraph(this.#model, options), { image }, { workers: this.#workers });
      return maximumClassProbability(outputs[ODIN_LOGITS] as Logits);
    };
    const { test, ood } = this.#data;
    const timings = await this.#timed(
      () => score(first(test.image)),
      () => score(test.image),
    );
    return { ...timings, oodAuroc: oodAurocOf(await score(test.image), await score(ood)) };
  }

  /** Seconds of each epoch; to the first counts what is done once: graphs, threads and sessions, and closing them. */
  async #train(
    objective: Graph,
    data: Feeds,
    name: 'classifier' | 'confidnet',
    epochs: number,
  ): Promise<{ readonly parameters: Parameters; readonly seconds: number[] }> {
    const started = performance.now();
    const ends: number[] = [];
    const { parameters } = await train(objective, data, {
      optimiser: adam({ learningRate: SETTINGS[name].learningRate }),
      epochs,
      batchSize: SETTINGS.batchSize,
      shards: this.#options.shards ?? SETTINGS.shards,
      workers: this.#workers,
      key: fold(this.#key, name, 'train'),
      onEpoch: () => void ends.push(secondsSince(started)),
    });
    const seconds = ends.map((end, i) => end - (ends[i - 1] ?? 0));
    seconds[0]! += secondsSince(started) - ends.at(-1)!;
    return { parameters, seconds };
  }

  /** A run on few images starts the threads, as one of few images begins the peer's; it is told apart and not left out. */
  async #timed(
    warmUp: () => Promise<unknown>,
    work: () => Promise<unknown>,
  ): Promise<Result & { startUpSeconds: number }> {
    let started = performance.now();
    await warmUp();
    const startUpSeconds = secondsSince(started);
    const seconds: number[] = [];
    for (let i = 0; i < this.#options.repeats; i++) {
      started = performance.now();
      await work();
      seconds.push(secondsSince(started));
    }
    return { seconds, startUpSeconds };
  }

  /** 1 where the classifier, its dropout off, is wrong on the test digits. */
  async #errors(): Promise<Uint8Array> {
    const { image, label } = this.#data.test;
    const outputs = await predict(removeDropout(this.#model), { image }, { workers: this.#workers });
    return Uint8Array.from(largestLogit(outputs['logits'] as Logits), (predicted, i) =>
      Number(predicted !== label.data[i]),
    );
  }
}

function first(image: Bytes): Bytes {
  return sliceRows(image, 0, Math.min(WARM_UP, image.shape[0]!));
}

function oodAurocOf(inside: Float64Array, outside: Float64Array): number {
  const positive = new Uint8Array(inside.length + outside.length).fill(1, inside.length);
  return auroc([...inside, ...outside], positive);
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
