import { CredenceError } from '../errors/index.js';
import { fitScore, missing } from '../scores/index.js';
import type { Classifier, Examples, FittedScore, Score } from '../scores/index.js';
import type { Progress } from './reporter.js';

export interface Unavailable {
  readonly name: string;
  readonly title: string;
  readonly reason: string;
}

export interface FitScoresCall {
  readonly classifier: Classifier;
  readonly scores: readonly Score[];
  /** Those that the classifier was trained on, where they were given. */
  readonly training: Examples | undefined;
  readonly validation: Examples;
  readonly onProgress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fits each score on the examples that it may see, and says of those that cannot be fitted why. @throws the
 * signal's reason
 */
export async function fitScores({
  classifier,
  scores,
  training,
  validation,
  onProgress,
  signal,
}: FitScoresCall): Promise<{ fitted: FittedScore[]; unavailable: Unavailable[] }> {
  const fitted: FittedScore[] = [];
  const unavailable: Unavailable[] = [];
  for (const [i, score] of scores.entries()) {
    signal?.throwIfAborted();
    const { name, title } = score;
    onProgress(i, scores.length, title);
    const lack = missing(score, classifier);
    if (lack !== undefined) {
      unavailable.push({ name, title, reason: lack });
      continue;
    }
    try {
      const examples = score.fittedOn === 'training' ? (training ?? validation) : validation;
      fitted.push(
        await fitScore(score, classifier, {
          examples,
          ...(signal !== undefined && { signal }),
          onProgress: (share) => onProgress(i + share, scores.length, title),
        }),
      );
    } catch (error) {
      if (!(error instanceof CredenceError) || signal?.aborted === true) throw error;
      unavailable.push({ name, title, reason: error.message });
    }
  }
  return { fitted, unavailable };
}

/** The examples that a score was fitted on, in words. */
export function fittedOn({ fittedOn: on }: Score, hasTraining: boolean): string {
  if (on === 'nothing') return 'nothing';
  if (on === 'training' && hasTraining) return 'the training set';
  return on === 'training'
    ? 'half of the validation set, for want of the training set'
    : 'half of the validation set';
}
