import { appendTemperature } from '../calibration/index.js';
import { ConfigurationError, didYouMean, GraphError } from '../errors/index.js';
import { constantLike, GraphBuilder, lessOrEqual, prune } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { inputOf } from '../inspection/index.js';
import type { Classifier } from '../inspection/index.js';
import { scoreGraph, scoreOutput } from '../scores/index.js';
import type { FittedScore } from '../scores/index.js';
import { checkProvenance, trustEntry } from './metadata.js';
import type { Provenance, TrustDescription, TrustMetadata, TrustOutput } from './metadata.js';

/** The names of the outputs beside the scores, which are called `score/<name>`. */
export const CALIBRATED = 'calibrated_probabilities';
export const ACCEPT = 'accept';

export interface Calibration {
  /** T, over 0 (see `fitTemperature`). */
  readonly temperature: number;
}

export interface AcceptRule {
  /** The name of a score of the export. */
  readonly score: string;
  /** The largest value that is accepted, in the score's unit; finite. */
  readonly threshold: number;
  /** What the threshold rests on, where it was certified. */
  readonly certificate?: CertifiedRisk | undefined;
}

/** With probability `confidence` the share of errors among the accepted is at most `risk`. */
export interface CertifiedRisk {
  readonly risk: number;
  readonly confidence: number;
  /** Of the examples that tested: how many there were, were accepted, and were wrong among those. */
  readonly examples: number;
  readonly accepted: number;
  readonly errors: number;
}

/** What is put on a classifier. */
export interface TrustParts {
  readonly scores: readonly FittedScore[];
  readonly calibration?: Calibration | undefined;
  readonly accept?: AcceptRule | undefined;
  /** What class 0, 1, ... stands for. */
  readonly classNames?: readonly string[] | undefined;
}

export interface TrustSettings extends TrustParts {
  readonly provenance: Provenance;
}

/**
 * One graph with the classifier's own inputs and outputs, in their order, then
 * - `calibrated_probabilities` (N, K), float32: softmax(logits / T), if there is a calibration;
 * - `score/<name>` (N), float32, for each score, larger for the more suspicious input;
 * - `accept` (N), bool: score <= threshold, if there is a rule; false where the score is NaN.
 *
 * Only standard ONNX operations are added, and metadata that `readTrust` reads. The same call gives the same
 * bytes.
 * @throws ConfigurationError on nothing to add, a score that is there twice, a rule for a score that is not,
 *   a threshold or temperature that is no number, a provenance that makes no sense; GraphError on a value of
 *   the classifier that has the name of an output, and where it lacks what a score needs.
 */
export function trustGraph(classifier: Classifier, { provenance, ...parts }: TrustSettings): Graph {
  const { graph, description } = buildTrust(classifier, parts);
  return withProvenance(graph, description, provenance);
}

/** A graph that says of itself what it is and of what it was made. @throws ConfigurationError on a provenance that makes no sense. */
export function withProvenance(graph: Graph, description: TrustDescription, provenance: Provenance): Graph {
  checkProvenance(provenance);
  const { format, classifier, outputs } = description;
  const metadata: TrustMetadata = {
    format,
    date: provenance.date,
    model: { name: provenance.model.name, sha256: provenance.model.sha256 },
    data: provenance.data.map(({ role, name, sha256, examples, preprocess }) => ({
      role,
      name,
      sha256,
      examples,
      ...(preprocess !== undefined && { preprocess }),
    })),
    classifier,
    outputs,
  };
  return { ...graph, metadata: { ...graph.metadata, ...trustEntry(metadata) } };
}

/** The graph of `trustGraph`, which does not say yet of what it was made, and how to read it. */
export function buildTrust(
  classifier: Classifier,
  parts: TrustParts,
): { readonly graph: Graph; readonly description: TrustDescription } {
  const { scores, calibration, accept, classNames } = parts;
  if (scores.length === 0 && calibration === undefined) {
    throw new ConfigurationError({ what: 'export', expected: 'a score or a calibration', got: 'neither' });
  }
  checkRule(accept, scores);
  const { graph, logits, features } = classifier;
  const added = outputsOf(parts);
  checkNames(graph, added);

  const outputs = graph.outputs.includes(logits) ? graph.outputs : [...graph.outputs, logits];
  const scored = scoreGraph({ ...classifier, graph: { ...graph, outputs } }, scores);
  const builder = GraphBuilder.from(scored);
  if (calibration !== undefined) {
    const probabilities = builder.scope('calibration', () =>
      appendTemperature(builder.value(logits), calibration.temperature),
    );
    builder.apply('Identity', [probabilities], {}, { name: CALIBRATED });
  }
  if (accept !== undefined) {
    const score = builder.value(scoreOutput({ name: accept.score }));
    const threshold = constantLike(score, float32AtMost(accept.threshold));
    builder.apply('Identity', [lessOrEqual(score, threshold)], {}, { name: ACCEPT });
  }
  const built = prune(builder.build([...graph.outputs, ...added.map(({ name }) => name)]));
  return {
    graph: { ...built, metadata: graph.metadata },
    description: {
      format: 1,
      classifier: {
        input: inputOf(classifier),
        logits,
        ...(features !== undefined && { features }),
        ...(classNames !== undefined && { classes: classNames }),
      },
      outputs: added,
    },
  };
}

/** The largest float32 that is not above x: what a float32 score is compared with, so that it is compared with x. */
export function float32AtMost(x: number): number {
  const bits = new Int32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = x;
  if (!(value[0] > x)) return value[0];
  if (value[0] === 0) return -(2 ** -149);
  bits[0]! += value[0] > 0 ? -1 : 1;
  return value[0];
}

function checkRule(accept: AcceptRule | undefined, scores: readonly FittedScore[]): void {
  if (accept === undefined) return;
  const names = scores.map(({ score }) => score.name);
  if (!names.includes(accept.score)) {
    const near = didYouMean(accept.score, names);
    throw new ConfigurationError({
      what: 'accept: score',
      expected: names.length === 0 ? 'a score of the export' : `one of ${names.join(', ')}`,
      got: `'${accept.score}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
  if (Number.isFinite(accept.threshold)) return;
  throw new ConfigurationError({
    what: 'accept: threshold',
    expected: 'a finite number',
    got: `${accept.threshold}`,
  });
}

function checkNames(graph: Graph, added: readonly TrustOutput[]): void {
  const names = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
    ...graph.outputs,
  ]);
  const taken = added.find(({ name }) => names.has(name));
  const twice = added.find(({ name }, i) => added.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) {
    throw new ConfigurationError({
      what: 'export',
      expected: 'each score once',
      got: `'${twice.name}' twice`,
    });
  }
  if (taken === undefined) return;
  throw new GraphError({
    what: `model '${graph.name}'`,
    expected: 'no value that has the name of an output of the export',
    got: `'${taken.name}'`,
    hint: 'export the original model, not one that was exported, or rename the value',
  });
}

function outputsOf({ scores, calibration, accept }: TrustParts): TrustOutput[] {
  const outputs: TrustOutput[] = [];
  if (calibration !== undefined) {
    outputs.push({
      name: CALIBRATED,
      kind: 'probabilities',
      unit: 'probability',
      direction: 'larger: the class is more probable',
      settings: { method: 'temperature scaling', temperature: calibration.temperature },
    });
  }
  for (const { score, fitted } of scores) {
    outputs.push({
      name: scoreOutput(score),
      kind: 'score',
      score: score.name,
      title: score.title,
      unit: score.unit,
      direction: 'larger: more suspicious',
      fittedOn: score.fittedOn,
      settings: Object.fromEntries(
        // JSON has no infinities.
        Object.entries(fitted.settings).map(([key, value]) => [
          key,
          typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value,
        ]),
      ),
    });
  }
  if (accept !== undefined) {
    outputs.push({
      name: ACCEPT,
      kind: 'accept',
      score: accept.score,
      threshold: accept.threshold,
      unit: 'bool',
      direction: `true: accept the prediction, score/${accept.score} is at most the threshold; false: abstain`,
      settings: { ...accept.certificate },
    });
  }
  return outputs;
}
