import { DataError, GraphError, ShapeError } from '../errors/index.js';
import { formatShape } from '../graph/index.js';
import type { Classifier } from '../inspection/index.js';
import { assertFinite } from '../tensor/index.js';
import { missing } from './needs.js';
import type { FittedScore } from './score-graph.js';
import type { Examples, Score } from './score.js';

export interface FitOptions {
  /** Not needed for a score that is fitted on nothing. */
  readonly examples?: Examples;
  readonly signal?: AbortSignal;
  /** Told the share that is done, of [0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Fits a score to a classifier on examples: the training or the validation set, see `Score.fittedOn`, never
 * the test set.
 * @throws GraphError when the classifier lacks what the score needs (see `missing`); DataError on no
 *   examples, values that are not finite, labels out of range, and examples that the score's own method
 *   cannot do with; ShapeError.
 */
export async function fitScore(
  score: Score,
  classifier: Classifier,
  { examples, signal, onProgress }: FitOptions = {},
): Promise<FittedScore> {
  const lack = missing(score, classifier);
  if (lack !== undefined) {
    throw new GraphError({
      what: `score '${score.name}'`,
      expected: 'a classifier that has all it needs',
      got: lack,
    });
  }
  if (examples !== undefined) checkExamples(examples);
  if (score.fit === undefined) return { score, fitted: { tensors: {}, settings: score.settings } };
  const given = (what: keyof Examples): DataError =>
    new DataError({
      what: `score '${score.name}'`,
      expected: `examples with ${what} to be fitted on`,
      got: 'none',
    });
  signal?.throwIfAborted();
  const fitted = await score.fit({
    classifier,
    signal,
    onProgress,
    get logits() {
      if (examples === undefined) throw given('logits');
      return examples.logits;
    },
    get features() {
      if (examples?.features === undefined) throw given('features');
      return examples.features;
    },
    get labels() {
      if (examples === undefined) throw given('labels');
      return examples.labels;
    },
    get total() {
      if (examples === undefined) throw given('labels');
      return examples.total ?? examples.labels.data.length;
    },
  });
  return { score, fitted };
}

/** @throws ShapeError, DataError */
function checkExamples({ logits, features, labels }: Examples): void {
  const [n, classes] = logits.shape;
  if (logits.shape.length !== 2 || n === undefined || classes === undefined || classes < 2) {
    throw new ShapeError({
      what: 'examples: logits',
      expected: '(n, K) with K of at least 2',
      got: formatShape(logits.shape),
    });
  }
  if (n === 0) throw new DataError({ what: 'examples', expected: 'at least one', got: 'none' });
  assertFinite('examples: logits', logits);
  if (labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw new ShapeError({ what: 'examples: labels', expected: `(${n})`, got: formatShape(labels.shape) });
  }
  const wrong = labels.data.findIndex((label) => !(label >= 0 && label < classes));
  if (wrong >= 0) {
    throw new DataError({
      what: 'examples: labels',
      expected: `classes of [0, ${classes})`,
      got: `${labels.data[wrong]}`,
      where: `example ${wrong}`,
    });
  }
  if (features === undefined) return;
  if (features.shape.length !== 2 || features.shape[0] !== n || features.shape[1] === 0) {
    throw new ShapeError({
      what: 'examples: features',
      expected: `(${n}, d) with d of at least 1`,
      got: formatShape(features.shape),
    });
  }
  assertFinite('examples: features', features);
}
