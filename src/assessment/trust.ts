import { openSession } from '../runtime/index.js';
import type { Session } from '../runtime/index.js';
import { scoreGraph, scoreOutput } from '../scores/index.js';
import type { Classifier, FittedScore } from '../scores/index.js';
import { sliceRows } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { predictionsOf, probabilitiesOf } from './labels.js';
import { batchSizeOf, runRows } from './outputs.js';

/** What a classifier is trusted by: all that an export needs of an assessment. */
export interface TrustParts {
  readonly classifier: Classifier;
  readonly scores: readonly FittedScore[];
  /** T of temperature scaling; undefined where it could not be fitted. */
  readonly temperature: number | undefined;
  /** Accept where the score is at most the threshold; undefined where none was certified. */
  readonly accept: { readonly score: string; readonly threshold: number } | undefined;
}

/** What is said of n inputs. */
export interface TrustScores {
  /** (n): the predicted classes. */
  readonly predictions: Int32Array;
  /** (n, K) row by row, calibrated where a temperature was fitted. */
  readonly probabilities: Float64Array;
  /** By name, (n): larger for the more suspicious input. */
  readonly scores: Readonly<Record<string, Float32Array>>;
  /** (n); undefined without a rule. False where the score is NaN. */
  readonly accept: readonly boolean[] | undefined;
}

/** A classifier that knows its limits. It holds memory outside the JavaScript heap: close it, or `await using`. */
export class Trust implements TrustParts, AsyncDisposable {
  readonly classifier: Classifier;
  readonly scores: readonly FittedScore[];
  readonly temperature: number | undefined;
  readonly accept: { readonly score: string; readonly threshold: number } | undefined;
  readonly #threads: number;
  #session: Promise<Session> | undefined;

  constructor(
    { classifier, scores, temperature, accept }: TrustParts,
    { threads = 1 }: { threads?: number } = {},
  ) {
    this.classifier = classifier;
    this.scores = scores;
    this.temperature = temperature;
    this.accept = accept;
    this.#threads = threads;
  }

  /**
   * Predictions and scores of a batch (n, ...), preprocessed as in the assessment.
   * @throws ShapeError where it is not what the model reads; RuntimeError.
   */
  async score(batch: Tensor<'float32'>): Promise<TrustScores> {
    const { logits: name } = this.classifier;
    const names = this.scores.map(({ score }) => score.name);
    this.#session ??= openSession(this.graph(), { threads: this.#threads });
    const session = await this.#session;
    const n = batch.shape[0] ?? 0;
    const size = batchSizeOf(session);
    const predictions = new Int32Array(n);
    const rows: number[] = [];
    const scores = Object.fromEntries(names.map((each) => [each, new Float32Array(n)]));
    for (let start = 0; start < n; start += size) {
      const part = sliceRows(batch, start, Math.min(start + size, n));
      const outputs = await runRows(session, part, session.graph.outputs, 'batch');
      const logits = outputs[name] as Tensor<'float32'>;
      predictions.set(predictionsOf(logits), start);
      for (const value of probabilitiesOf(logits, this.temperature)) rows.push(value);
      for (const each of names) {
        scores[each]!.set((outputs[scoreOutput({ name: each })] as Tensor<'float32'>).data, start);
      }
    }
    const { accept } = this;
    const deciding = accept && scores[accept.score];
    return {
      predictions,
      probabilities: Float64Array.from(rows),
      scores,
      accept: deciding && Array.from(deciding, (value) => value <= accept.threshold),
    };
  }

  /** The logits and all scores, of one graph. */
  graph(): ReturnType<typeof scoreGraph> {
    const { graph, logits } = this.classifier;
    return scoreGraph({ ...this.classifier, graph: { ...graph, outputs: [logits] } }, this.scores);
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session)?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
