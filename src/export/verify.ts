import { probabilitiesOf } from '../calibration/index.js';
import { encodeOnnx } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { openSession } from '../runtime/index.js';
import type { Feeds, Fetches } from '../runtime/index.js';
import type { Classifier } from '../inspection/index.js';
import { scoreGraph, scoreOutput, valuesGraph } from '../scores/index.js';
import type { FittedScore } from '../scores/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { compareOutputs } from './compare.js';
import type { Comparison } from './compare.js';
import { readTrust } from './metadata.js';
import type { TrustOutput } from './metadata.js';

/** Runs the bytes of a model by ONNX Runtime alone, without this library's session. */
export interface PlainRuntime {
  /** 'onnxruntime-node', 'onnxruntime-web'. */
  readonly name: string;
  /**
   * The outputs that are arrays of numbers. A model is its bytes or, where the runtime reads files, its path, so that it
   * finds external data.
   * @throws RuntimeError
   */
  run(
    model: Uint8Array | string,
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, Tensor>>>;
  readonly readsFiles: boolean;
}

export interface VerifySettings {
  /** What was exported. */
  readonly classifier: Classifier;
  readonly scores: readonly FittedScore[];
  readonly runtimes: readonly PlainRuntime[];
}

/** One output of the export, on one runtime. */
export interface OutputCheck extends Comparison {
  readonly runtime: string;
  readonly output: string;
  /** What it was held against: the same output of the original model, or what the library computes. */
  readonly against: 'original' | 'library';
}

export interface Verification {
  /** How many rows were compared. */
  readonly rows: number;
  readonly checks: readonly OutputCheck[];
  /** Originals that a runtime could not run because their data lie in other files. */
  readonly skipped: readonly string[];
  readonly passed: boolean;
}

/**
 * What passes, as a share of an output's largest magnitude. Rounding to float32 is 2^-24 of a value; sums of many
 * terms in another order lose some bits of that, and more outputs mean other fusions, even on the same runtime.
 * Scores divide, invert and subtract distances much larger than what is left, which costs as many bits again.
 * Half floats round by 2^-11.
 */
const TOLERANCES = { original: 2 ** -18, library: 2 ** -12, float16: 2 ** -8 };
/** What passes whatever the magnitude: of a score that is 0 throughout, as the energy of log probabilities. */
const LEAST = { original: 0, library: 2 ** -20 };

/**
 * Runs an export on rows of its input (N, ...) and holds it against the original model (bytes, or the path of a
 * file with external data), run by the same runtime, and against what the library computes for each score by
 * itself. The bytes that are run are those of `encodeOnnx`.
 * @throws RuntimeError when a runtime can't run one of the two; FormatError when `exported` is no export.
 */
export async function verifyTrust(
  original: Uint8Array | string,
  exported: Graph,
  batch: Tensor,
  { classifier, scores, runtimes }: VerifySettings,
): Promise<Verification> {
  const { outputs } = readTrust(exported);
  const feeds = { [exported.inputs[0]!.name]: batch };
  const expected = await libraryValues(classifier, scores, outputs, feeds);
  const bytes = encodeOnnx(exported);
  // Inside it is enough: values are rounded where one fusion ends, and another ends elsewhere.
  const isHalf = [...exported.types.values(), ...exported.constants.values()].some(
    ({ dtype }) => dtype === 'float16',
  );
  const checks: OutputCheck[] = [];
  const skipped: string[] = [];
  for (const runtime of runtimes) {
    const results = await runtime.run(bytes, feeds);
    const add = (output: string, against: OutputCheck['against'], value: Tensor): void => {
      const relative = isHalf ? TOLERANCES.float16 : TOLERANCES[against];
      const own = compareOutputs(results[output], value, relative, LEAST[against]);
      checks.push({ runtime: runtime.name, output, against, ...own });
    };
    if (typeof original === 'string' && !runtime.readsFiles) skipped.push(runtime.name);
    else {
      const before = await runtime.run(original, feeds);
      for (const [name, value] of Object.entries(before)) add(name, 'original', value);
    }
    for (const output of outputs) {
      const value =
        output.kind === 'accept'
          ? decisions(output, expected.get(`score/${output.score}`)!, results[output.name])
          : expected.get(output.name);
      if (value !== undefined) add(output.name, 'library', value);
    }
  }
  return { rows: batch.shape[0] ?? 0, checks, skipped, passed: checks.every(({ passed }) => passed) };
}

/** Each score by a graph of its own; calibrated probabilities from the logits, in float64. */
async function libraryValues(
  classifier: Classifier,
  scores: readonly FittedScore[],
  outputs: readonly TrustOutput[],
  feeds: Feeds,
): Promise<ReadonlyMap<string, Tensor>> {
  const values = new Map<string, Tensor>();
  for (const own of scores) {
    const name = scoreOutput(own.score);
    values.set(name, (await run(scoreGraph(classifier, [own]), feeds, [name]))[name]!);
  }
  for (const { kind, name, settings } of outputs) {
    if (kind !== 'probabilities') continue;
    const graph = valuesGraph(classifier);
    const output = graph.outputs[0]!;
    const logits = (await run(graph, feeds, [output]))[output]!;
    const probabilities = probabilitiesOf(logits, Number(settings['temperature']));
    values.set(name, tensor('float32', logits.shape, Float32Array.from(probabilities)));
  }
  return values;
}

async function run(graph: Graph, feeds: Feeds, outputs: readonly string[]): Promise<Fetches> {
  await using session = await openSession(graph);
  return await session.run(feeds, { outputs });
}

/** score <= threshold; where the score is as near to it as scores may differ, whatever the export says. */
function decisions(
  { threshold }: { readonly threshold: number },
  score: Tensor,
  actual: Tensor | undefined,
): Tensor<'bool'> {
  const values = Array.from(score.data as Float32Array);
  const margin =
    TOLERANCES.library * Math.max(...values.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  const decided = values.map((value, i) => {
    const isNear = Math.abs(value - threshold) <= margin;
    return isNear && actual !== undefined ? Number(actual.data[i]) : Number(value <= threshold);
  });
  return tensor('bool', [values.length], Uint8Array.from(decided));
}
