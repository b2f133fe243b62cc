import { ConfigurationError, DataError } from '../errors/index.js';
import type { InspectedClassifier } from '../inspection/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import { openSession } from '../runtime/index.js';
import { scoreOutput, scores as allScores, valuesGraph } from '../scores/index.js';
import type { Classifier, Examples, FittedScore, Score } from '../scores/index.js';
import { areaUnderRiskCoverage } from '../selection/index.js';
import type { DataSource } from '../sources/index.js';
import type { Tensor } from '../tensor/index.js';
import { classifierResult, temperatureOf } from './calibration.js';
import { measureCosts } from './cost.js';
import { fitScores, fittedOn } from './fit-scores.js';
import { labelled, predictionsOf } from './labels.js';
import type { Labelled } from './labels.js';
import { collect } from './outputs.js';
import type { Outputs } from './outputs.js';
import { recommend } from './recommend.js';
import { silent } from './reporter.js';
import type { Reporter } from './reporter.js';
import type { AssessmentFindings, SampleResult } from './results.js';
import { halves, takeRows } from './rows.js';
import { scoreResult } from './score-results.js';
import { Trust } from './trust.js';

export interface AssessOptions {
  /** Of `inspectClassifier`. */
  readonly model: InspectedClassifier;
  /** Labelled examples that the classifier was not trained on. */
  readonly validation: DataSource;
  /** What it was trained on. */
  readonly train?: DataSource | undefined;
  /** Measured on, never fitted on; without it, half of the validation set is. */
  readonly test?: DataSource | undefined;
  /** Sets of inputs from elsewhere, by name; labels are not read. */
  readonly ood?: Readonly<Record<string, DataSource>>;
  /** All unless given. */
  readonly scores?: readonly Score[];
  /** The share of errors among accepted inputs that must not be exceeded, of (0, 1); 0.01 unless given. */
  readonly risk?: number;
  /** Of the threshold's certificate, of (0, 1); 0.95 unless given. */
  readonly confidence?: number;
  readonly key: Key;
  /** Of the bootstrap; 500 unless given. */
  readonly resamples?: number;
  readonly threads?: number;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** What was found, and the classifier with its fitted scores. */
export interface Assessment {
  readonly findings: AssessmentFindings;
  readonly trust: Trust;
  /** What figures are drawn from: of each score, its values on the measured examples. */
  readonly measured: {
    readonly scores: ReadonlyMap<string, Float32Array>;
    readonly errors: readonly boolean[];
    readonly ood: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
  };
}

/** Half of them must do for the thresholds, a quarter of which places them. */
const FEWEST = 40;
const SAMPLES = 12;

/**
 * How far a classifier can be trusted: its accuracy and calibration, how well each score finds its errors and
 * foreign inputs, and where to put the threshold.
 *
 * A keyed half of the validation set is what scores and the temperature are fitted on (those that want the
 * training set get it, where it is there), the other half certifies thresholds. Measured is on the test set, or
 * on that other half where there is none. As the recommended score is the one whose certificate accepts most,
 * each of m scores is certified at 1 - (1 - confidence) / m (Bonferroni): all hold together at `confidence`.
 * @throws DataError on too few examples, no labels, one class, NaN; ConfigurationError on shares out of range;
 *   ShapeError where the inputs are not those of the model.
 */
export async function assess(options: AssessOptions): Promise<Assessment> {
  const { model, validation, train, test, ood = {}, risk = 0.01, confidence = 0.95, key } = options;
  const { reporter = silent, signal, threads = 1, resamples = 500 } = options;
  checkShare('risk', risk);
  checkShare('confidence', confidence);
  const classifier: Classifier = model;
  const notes: string[] = [];
  const hasFeatures = classifier.features !== undefined;

  await using values = await openSession(valuesGraph(classifier), { threads });
  const valuesOf = async (source: DataSource, name: string): Promise<Outputs> =>
    reporter.phase(`${name}: logits${hasFeatures ? ' and features' : ''}`, async (onProgress) =>
      collect(values, source, { outputs: values.graph.outputs, onProgress, signal }),
    );
  const seen = await valuesOf(validation, 'validation');
  const all = labelled(seen, validation.name);
  if (seen.count < FEWEST) {
    throw new DataError({
      what: 'validation set',
      expected: `at least ${FEWEST} examples`,
      got: `${seen.count}`,
      where: validation.name,
    });
  }
  const [fitRows, heldRows] = halves(fold(key, 'halves'), seen.count);
  const fitSet = examplesOf(seen, all, fitRows);
  const held = { logits: takeRows(all.logits, heldRows), labels: takeRows(all.labels, heldRows) };
  if (test === undefined) {
    notes.push(
      `No test set was given: scores are fitted on ${fitRows.length} examples of the validation set, drawn by the seed, and measured on the other ${heldRows.length}, which the thresholds are chosen on too.`,
    );
  }
  let training: Examples | undefined;
  if (train !== undefined) {
    const outputs = await valuesOf(train, 'training');
    training = examplesOf(outputs, labelled(outputs, train.name));
  }
  const temperature = temperatureOf(fitSet);
  const { fitted, unavailable } = await reporter.phase('scores fitted', async (onProgress) =>
    fitScores({
      classifier,
      scores: options.scores ?? allScores,
      training,
      validation: fitSet,
      onProgress,
      signal,
    }),
  );

  if (fitted.length === 0) {
    throw new ConfigurationError({
      what: 'scores',
      expected: 'at least one that this classifier and these data allow',
      got: unavailable.map(({ name, reason }) => `${name} (${reason})`).join('; ') || 'none',
    });
  }

  const scored = await scoreSets(
    classifier,
    fitted,
    { validation, test, ood },
    { reporter, signal, threads },
  );
  const usable = fitted.filter(({ score }) => {
    const bad = Object.entries(scored).find(([, set]) =>
      set.values[scoreOutput(score)]!.data.some(Number.isNaN),
    );
    if (bad !== undefined) {
      unavailable.push({
        name: score.name,
        title: score.title,
        reason: `it is not a number for some of ${bad[0]}`,
      });
    }
    return bad === undefined;
  });
  const measured: Labelled = test === undefined ? held : labelled(scored['test']!, test.name);
  const measuredErrors = errorsOf(measured);
  const heldErrors = errorsOf(held);
  const costs = await reporter.phase('cost of a prediction', async (onProgress) =>
    measureCosts(classifier, usable, await firstRows(validation, model.batch), {
      threads,
      onProgress,
      signal,
    }),
  );
  const perScore = 1 - (1 - confidence) / Math.max(1, usable.length);
  const ofScore = (set: Outputs, { score }: FittedScore): Tensor<'float32'> =>
    set.values[scoreOutput(score)]!;
  const measuredOf = new Map<string, Float32Array>();
  const heldAreas = new Map<string, number>();
  const oodOf: Record<string, Map<string, Float32Array>> = {};
  const results = await reporter.phase('measures', async (onProgress) =>
    usable.map((each, i) => {
      signal?.throwIfAborted();
      const onHeld = takeRows(ofScore(scored['validation']!, each), heldRows).data;
      const onMeasured = test === undefined ? onHeld : ofScore(scored['test']!, each).data;
      const onOod = Object.fromEntries(
        Object.keys(ood).map((name) => [name, ofScore(scored[`ood ${name}`]!, each).data]),
      );
      measuredOf.set(each.score.name, onMeasured);
      for (const [name, data] of Object.entries(onOod))
        (oodOf[name] ??= new Map()).set(each.score.name, data);
      heldAreas.set(each.score.name, areaUnderRiskCoverage(onHeld, heldErrors).area);
      const result = scoreResult({
        fitted: each,
        values: { held: onHeld, measured: onMeasured, ood: onOod },
        heldErrors,
        measuredErrors,
        risk,
        confidence: perScore,
        key,
        resamples,
        fittedOn: fittedOn(each.score, train !== undefined),
        secondsPerInput: costs.scores.get(each.score.name) ?? 0,
      });
      onProgress(i + 1, usable.length, each.score.title);
      return result;
    }),
  );
  const errorRate = heldErrors.filter(Boolean).length / heldErrors.length;
  const recommendation = recommend({
    scores: results,
    heldAreas,
    risk,
    confidence,
    errorRate,
    perScore,
    held: heldRows.length,
  });
  const chosen = measuredOf.get(recommendation.score)!;
  const { threshold, score } = recommendation;
  const findings: AssessmentFindings = {
    examples: {
      fit: fitRows.length,
      threshold: heldRows.length,
      measured: measuredErrors.length,
      measuredOn: test === undefined ? 'validation' : 'test',
      train: training?.labels.data.length ?? null,
      ood: Object.fromEntries(Object.keys(ood).map((name) => [name, scored[`ood ${name}`]!.count])),
    },
    classifier: classifierResult(measured, temperature),
    secondsPerInput: costs.base,
    scores: results,
    unavailable,
    recommendation,
    samples: samplesOf(measured, chosen, measuredErrors, test === undefined ? heldRows : undefined),
    oodAccepted:
      threshold === null
        ? {}
        : Object.fromEntries(
            Object.entries(oodOf).map(([name, sets]) => {
              const data = sets.get(score)!;
              return [name, data.filter((value) => value <= threshold).length / data.length];
            }),
          ),
    notes,
  };
  const trust = new Trust(
    {
      classifier,
      scores: usable,
      temperature: 'value' in temperature ? temperature.value : undefined,
      accept: threshold === null ? undefined : { score, threshold },
    },
    { threads },
  );
  return { findings, trust, measured: { scores: measuredOf, errors: measuredErrors, ood: oodOf } };
}

/** Logits and all scores of the sets that are measured on: 'validation', 'test', 'ood NAME'. */
async function scoreSets(
  classifier: Classifier,
  fitted: readonly FittedScore[],
  {
    validation,
    test,
    ood,
  }: { validation: DataSource; test: DataSource | undefined; ood: Readonly<Record<string, DataSource>> },
  { reporter, signal, threads }: { reporter: Reporter; signal: AbortSignal | undefined; threads: number },
): Promise<Record<string, Outputs>> {
  const trust = new Trust({ classifier, scores: fitted, temperature: undefined, accept: undefined });
  await using session = await openSession(trust.graph(), { threads });
  const outputs = session.graph.outputs;
  const sets: Record<string, Outputs> = {};
  const sources = { validation, ...(test !== undefined && { test }) };
  const named: [string, DataSource][] = [
    ...Object.entries(sources),
    ...Object.entries(ood).map(([name, source]): [string, DataSource] => [`ood ${name}`, source]),
  ];
  for (const [name, source] of named) {
    const found = await reporter.phase(`${name}: scores`, async (onProgress) =>
      collect(session, source, { outputs, onProgress, signal }),
    );
    sets[name] = { ...found, values: { ...found.values, logits: found.values[classifier.logits]! } };
  }
  return sets;
}

function examplesOf({ values }: Outputs, { logits, labels }: Labelled, rows?: Uint32Array): Examples {
  const features = values['features'];
  if (rows === undefined) return { logits, labels, features };
  return {
    logits: takeRows(logits, rows),
    labels: takeRows(labels, rows),
    features: features && takeRows(features, rows),
  };
}

function errorsOf({ logits, labels }: Labelled): boolean[] {
  return Array.from(predictionsOf(logits), (prediction, i) => prediction !== labels.data[i]);
}

async function firstRows(source: DataSource, batch: 'dynamic' | number): Promise<Tensor<'float32'>> {
  for await (const { inputs } of source.batches(batch === 'dynamic' ? 100 : batch)) return inputs;
  throw new DataError({
    what: 'data set',
    expected: 'at least one example',
    got: 'none',
    where: source.name,
  });
}

/** The most suspicious examples, and the least suspicious errors. `rows`: their places in the file. */
function samplesOf(
  { logits, labels }: Labelled,
  scores: Float32Array,
  errors: readonly boolean[],
  rows: Uint32Array | undefined,
): { suspicious: SampleResult[]; overconfident: SampleResult[] } {
  const predictions = predictionsOf(logits);
  const sample = (i: number): SampleResult => ({
    index: rows?.[i] ?? i,
    label: labels.data[i]!,
    prediction: predictions[i]!,
    score: scores[i]!,
  });
  // An infinite score has no place in a figure.
  const order = Array.from(scores.keys())
    .filter((i) => Number.isFinite(scores[i]))
    .toSorted((a, b) => scores[a]! - scores[b]!);
  return {
    suspicious: order.toReversed().slice(0, SAMPLES).map(sample),
    overconfident: order
      .filter((i) => errors[i])
      .slice(0, SAMPLES)
      .map(sample),
  };
}

function checkShare(what: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new ConfigurationError({
    what,
    expected: 'a number between 0 and 1, both excluded',
    got: `${value}`,
  });
}
