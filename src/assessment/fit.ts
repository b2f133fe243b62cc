import { ConfigurationError, DataError } from '../errors/index.js';
import type { ClassifierOverrides, InspectedClassifier } from '../inspection/index.js';
import { fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import { sessionOptions } from '../runtime/index.js';
import type { SessionOptions } from '../runtime/index.js';
import { missing, scores as allScores } from '../scores/index.js';
import type { Examples, FittedScore, Score } from '../scores/index.js';
import { countOf, subset } from '../sources/index.js';
import type { DataSource } from '../sources/index.js';
import { temperatureOf } from './calibration.js';
import type { Temperature } from './calibration.js';
import { examplesFor, fittedOnText, readExamples } from './fit-examples.js';
import { fitScores } from './fit-scores.js';
import type { Unavailable } from './fit-scores.js';
import { classifierOf } from './model.js';
import type { Model } from './model.js';
import { silent } from './reporter.js';
import type { Reporter } from './reporter.js';
import type { TuningResult } from './results.js';
import { draw, halves, sampleOf } from './split.js';
import { isTunable, MOST_TUNED_ON, tuneScores } from './tune.js';

/** Examples that scores are fitted on, unless said otherwise. */
export const FIT_EXAMPLES = 20_000;
/** Half of them must do for the thresholds, a quarter of which places them. */
const FEWEST = 40;

export interface FitOptions extends SessionOptions {
  readonly model: Model;
  /** What is to be taken for what in the bytes of a model. */
  readonly overrides?: ClassifierOverrides;
  /** Rate of a Dropout layer to insert in front of the last layer; none unless given. */
  readonly dropout?: number | undefined;
  /** Labelled examples that the classifier was not trained on. */
  readonly validation: DataSource;
  /** What it was trained on, labelled. */
  readonly train?: DataSource | undefined;
  /** Sets of inputs from elsewhere that settings are chosen by, by name. They are not measured on. */
  readonly tuneOod?: Readonly<Record<string, DataSource>>;
  /** All unless given. */
  readonly scores?: readonly Score[] | undefined;
  /** Whether a score that cannot be fitted is an error, rather than left out; false unless given. */
  readonly requireAll?: boolean;
  /** Examples that scores are fitted on at most, a keyed sample of a larger set; 20,000 unless given. */
  readonly fitExamples?: number | undefined;
  readonly key: Key;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** A classifier with what was fitted to it. */
export interface Fit {
  readonly classifier: InspectedClassifier;
  readonly fitted: readonly FittedScore[];
  /** Scores that this classifier or these data do not allow. */
  readonly unavailable: readonly Unavailable[];
  readonly temperature: Temperature;
  readonly tuned: readonly TuningResult[];
  /** Of the validation set what nothing was fitted on, and its places there; empty unless asked for. */
  readonly held: { readonly source: DataSource; readonly rows: Uint32Array };
  /** How many there are of the validation set to fit on, and of the training set. */
  readonly examples: { readonly fit: number; readonly train: number | null };
  /** The examples that a score was fitted on, in words. */
  readonly fittedOn: (score: Score) => string;
  readonly notes: readonly string[];
}

/**
 * Fits and tunes scores and the temperature, each on data that it may see: on the training set what wants it, where
 * there is one, all else on the validation set, or with `holdOut` on a keyed half of it. In memory are a batch and what
 * the classifier gives for `fitExamples` examples of each set.
 * @throws DataError on too few examples to hold half of them out, no labels, one class, NaN; ConfigurationError where no
 *   score can be had; ShapeError where the inputs are not those of the model.
 */
export async function fitClassifier(options: FitOptions, { holdOut }: { holdOut: boolean }): Promise<Fit> {
  const { validation, train, tuneOod = {}, key, reporter = silent, signal } = options;
  const session = sessionOptions(options);
  const { fitExamples = FIT_EXAMPLES, requireAll = false } = options;
  if (!(Number.isSafeInteger(fitExamples) && fitExamples >= FEWEST)) {
    const expected = `an integer of at least ${FEWEST}`;
    throw new ConfigurationError({ what: 'fitExamples', expected, got: `${fitExamples}` });
  }
  const classifier = classifierOf(options.model, options);
  const asked = options.scores ?? allScores;
  const hasOutliers = Object.keys(tuneOod).length > 0;
  const tunable = asked.filter((score) => isTunable(score, classifier, hasOutliers));

  const count = await countOf(validation, { signal });
  if (holdOut && count < FEWEST) {
    const where = validation.name;
    const expected = `at least ${FEWEST} examples`;
    throw new DataError({ what: 'validation set', expected, got: `${count}`, where });
  }
  const every = Uint32Array.from({ length: count }, (_, i) => i);
  const [fitRows, heldRows] = holdOut ? halves(fold(key, 'halves'), count) : [every, new Uint32Array()];
  const most = tunable.length === 0 ? 0 : Math.min(MOST_TUNED_ON, fitRows.length >> 1, fitExamples >> 1);
  const [tuneRows] = draw(fold(key, 'tune'), fitRows, most);

  const passesWanted = asked.some(
    (score) => score.fittedOn === 'trainingWithDropout' && missing(score, classifier) === undefined,
  );
  const read = await readExamples({
    classifier,
    validation,
    fitRows,
    tuneRows,
    apart: train === undefined && tunable.some(({ fit }) => fit !== undefined),
    train,
    withDropout: passesWanted && classifier.dropout.length > 0,
    most: fitExamples,
    key,
    session,
    reporter,
    signal,
  });
  const examples = (score: Score): Examples => examplesFor(score, read);
  const { scores, tuned } =
    tunable.length === 0
      ? { scores: asked, tuned: [] }
      : await reporter.phase('tuning', async (onProgress) => {
          const outliers: Record<string, DataSource> = {};
          for (const [name, source] of Object.entries(tuneOod))
            outliers[name] = await sampleOf(source, MOST_TUNED_ON, { key: fold(key, 'tune', name), signal });
          return tuneScores({
            classifier,
            scores: asked,
            examplesFor: (score) => read.apart ?? examples(score),
            known: subset(validation, tuneRows),
            outliers,
            inputDeviation: read.inputDeviation,
            session,
            onProgress,
            signal,
          });
        });
  const { fitted, unavailable } = await reporter.phase('scores fitted', async (onProgress) =>
    fitScores(classifier, scores, { examplesFor: examples, requireAll, onProgress, signal }),
  );
  if (fitted.length === 0) {
    throw new ConfigurationError({
      what: 'scores',
      expected: 'at least one that this classifier and these data allow',
      got: unavailable.map(({ name, reason }) => `${name} (${reason})`).join('; ') || 'none',
    });
  }
  const { validation: own, training } = read;
  return {
    classifier,
    fitted,
    unavailable,
    temperature: temperatureOf(own),
    tuned,
    held: { source: subset(validation, heldRows), rows: heldRows },
    examples: { fit: fitRows.length, train: training?.total ?? null },
    fittedOn: (score) => fittedOnText(score, read, `${holdOut ? 'half of the' : 'the'} validation set`),
    notes: [
      ...classifier.notes,
      ...sampled('validation', own),
      ...(training === undefined ? [] : sampled('training', training)),
    ],
  };
}

function sampled(name: string, { labels, total = 0 }: Examples): string[] {
  const kept = labels.data.length;
  if (kept >= total) return [];
  return [`Of ${total} ${name} examples to fit on, scores see ${kept}, drawn by the seed.`];
}
