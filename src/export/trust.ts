import { predictionsOf, probabilitiesOf } from '../calibration/index.js';
import { ConfigurationError, RuntimeError } from '../errors/index.js';
import { decodeOnnx, encodeOnnx, prune } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import { openSession, rowsOfRun, runRows, sessionOptions } from '../runtime/index.js';
import type { Session, SessionOptions } from '../runtime/index.js';
import { sliceRows } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { readTrust } from './metadata.js';
import type { Provenance, TrustDescription, TrustOutput } from './metadata.js';
import { buildTrust, withProvenance } from './trust-graph.js';
import type { AcceptRule, TrustParts } from './trust-graph.js';

/** Where it runs. */
export type TrustOptions = SessionOptions;

/** A score that a model carries, and how to read it. */
export type ScoreOutput = Extract<TrustOutput, { readonly kind: 'score' }>;

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

/**
 * A classifier that knows its limits: its predictions, calibrated probabilities, scores and decisions. It is the ONNX graph
 * of `trustGraph`, so that what is saved is what runs: loaded, it scores the same to the last bit in the same runtime. It
 * holds one session, outside the JavaScript heap, from the first batch that it scores: close it, or `await using`.
 */
export class Trust implements AsyncDisposable {
  /** With the classifier's own inputs and outputs, and those that `description` lists. */
  readonly graph: Graph;
  readonly description: TrustDescription;
  /** Of what it was made; undefined until it was saved and loaded. */
  readonly provenance: Provenance | undefined;
  readonly #options: SessionOptions;
  #session: Promise<Session> | undefined;
  #isClosed = false;

  protected constructor(
    graph: Graph,
    description: TrustDescription,
    { provenance, ...options }: TrustOptions & { readonly provenance?: Provenance },
  ) {
    this.graph = graph;
    this.description = description;
    this.provenance = provenance;
    this.#options = sessionOptions(options);
  }

  /** Of fitted scores. @throws ConfigurationError, GraphError: see `trustGraph`. */
  static of(classifier: Classifier, parts: TrustParts, options: TrustOptions = {}): Trust {
    const { graph, description } = buildTrust(classifier, parts);
    return new Trust(graph, description, options);
  }

  /** Of the file of an export. @throws FormatError when it is none, or damaged. */
  static fromBytes(bytes: Uint8Array, options: TrustOptions = {}): Trust {
    return Trust.fromGraph(decodeOnnx(bytes), options);
  }

  /** Of an exported graph. @throws FormatError when it is none. */
  static fromGraph(graph: Graph, options: TrustOptions = {}): Trust {
    const { format, classifier, outputs, date, model, data } = readTrust(graph);
    const description = { format, classifier, outputs };
    return new Trust(graph, description, { ...options, provenance: { date, model, data } });
  }

  /**
   * The ONNX file, for `fromBytes`, `loadTrust` and any ONNX runtime.
   * @param provenance of what it was made; where it was loaded, as it said unless given.
   * @throws ConfigurationError when there is none, or it makes no sense.
   */
  toBytes(provenance: Provenance | undefined = this.provenance): Uint8Array {
    if (provenance !== undefined) return encodeOnnx(withProvenance(this.graph, this.description, provenance));
    throw new ConfigurationError({
      what: 'saving a trust',
      expected: 'of what it was made: a date, the model, the data',
      got: 'nothing',
      hint: 'give it as the provenance',
    });
  }

  get scores(): readonly ScoreOutput[] {
    return this.description.outputs.filter((output) => output.kind === 'score');
  }

  /** T of temperature scaling; undefined where there is none. */
  get temperature(): number | undefined {
    const found = this.description.outputs.find(({ kind }) => kind === 'probabilities');
    return found && Number(found.settings['temperature']);
  }

  /** Accept where the score is at most the threshold; undefined without a rule. */
  get accept(): Pick<AcceptRule, 'score' | 'threshold'> | undefined {
    const found = this.description.outputs.find((output) => output.kind === 'accept');
    return found && { score: found.score, threshold: found.threshold };
  }

  /** What class 0, 1, ... stands for, where that is known. */
  get classNames(): readonly string[] | undefined {
    return this.description.classifier.classes;
  }

  /**
   * Predictions and scores of a batch (n, ...), preprocessed as the examples of the fit were.
   * @throws ShapeError where it is not what the model reads; RuntimeError, also once this is closed.
   */
  async score(batch: Tensor<'float32'>): Promise<TrustScores> {
    const { logits: name } = this.description.classifier;
    const session = await this.#open();
    const n = batch.shape[0] ?? 0;
    const size = rowsOfRun(session.graph);
    const predictions = new Int32Array(n);
    const probabilities: Float64Array[] = [];
    const scores = Object.fromEntries(this.scores.map(({ score }) => [score, new Float32Array(n)]));
    for (let start = 0; start < n; start += size) {
      const part = sliceRows(batch, start, Math.min(start + size, n));
      const values = await runRows(session, part, { where: 'batch' });
      predictions.set(predictionsOf(values[name]!), start);
      probabilities.push(probabilitiesOf(values[name]!, this.temperature));
      for (const output of this.scores)
        scores[output.score]!.set((values[output.name] as Tensor<'float32'>).data, start);
    }
    const { accept } = this;
    const deciding = accept && scores[accept.score];
    return {
      predictions,
      probabilities: joined(probabilities),
      scores,
      accept: deciding && Array.from(deciding, (value) => value <= accept.threshold),
    };
  }

  /** Gives back what scoring holds. What it is remains: it can still be saved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const session = this.#session;
    this.#session = undefined;
    // One that could not be opened has nothing to close, and said so to who wanted it.
    await (await session?.catch(() => undefined))?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The one session of all calls. */
  async #open(): Promise<Session> {
    if (this.#isClosed) {
      const what = `trust of '${this.graph.name}'`;
      throw new RuntimeError({ what, expected: 'an open one', got: 'a closed one' });
    }
    this.#session ??= openSession(this.#running(), this.#options);
    return this.#session;
  }

  /** What is read, and nothing that only others read. */
  #running(): Graph {
    const { logits } = this.description.classifier;
    const names = [logits, ...this.scores.map(({ name }) => name)];
    return prune({ ...this.graph, outputs: [...new Set(names)] });
  }
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
