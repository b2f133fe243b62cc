import { CredenceError } from '../errors/index.js';
import type { Classifier } from '../inspection/index.js';
import { fitScore, missing } from '../scores/index.js';
import type { Examples, FittedScore, Score } from '../scores/index.js';
import type { Progress } from './reporter.js';

export interface Unavailable {
  readonly name: string;
  readonly title: string;
  readonly reason: string;
}

export interface FitScoresOptions {
  /** What each may see. */
  readonly examplesFor: (score: Score) => Examples;
  /** Whether one that cannot be fitted is an error. */
  readonly requireAll: boolean;
  readonly onProgress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Fits each score, and says of those that cannot be fitted why. @throws the signal's reason; what `fitScore` throws where all are required */
export async function fitScores(
  classifier: Classifier,
  scores: readonly Score[],
  { examplesFor, requireAll, onProgress, signal }: FitScoresOptions,
): Promise<{ fitted: FittedScore[]; unavailable: Unavailable[] }> {
  const fitted: FittedScore[] = [];
  const unavailable: Unavailable[] = [];
  for (const [i, score] of scores.entries()) {
    signal?.throwIfAborted();
    const { name, title } = score;
    onProgress(i, scores.length, title);
    const lack = missing(score, classifier);
    if (lack !== undefined && !requireAll) {
      unavailable.push({ name, title, reason: lack });
      continue;
    }
    try {
      fitted.push(
        await fitScore(score, classifier, {
          examples: examplesFor(score),
          ...(signal !== undefined && { signal }),
          onProgress: (share) => onProgress(i + share, scores.length, title),
        }),
      );
    } catch (error) {
      if (requireAll || !(error instanceof CredenceError) || signal?.aborted === true) throw error;
      unavailable.push({ name, title, reason: error.message });
    }
  }
  return { fitted, unavailable };
}
