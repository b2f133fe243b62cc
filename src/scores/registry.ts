import { ConfigurationError, didYouMean } from '../errors/index.js';
import { confidnet } from './confidnet-score.js';
import { energy } from './energy.js';
import { entropy } from './entropy.js';
import { knn } from './knn.js';
import { lastLayerLaplace } from './laplace.js';
import { mahalanobis, relativeMahalanobis } from './mahalanobis.js';
import { margin } from './margin.js';
import { maxLogit } from './max-logit.js';
import { mcDropout } from './mc-dropout.js';
import { mcp } from './mcp.js';
import { odin } from './odin-score.js';
import type { Score } from './score.js';
import { temperatureScaledMcp } from './temperature-scaled-mcp.js';
import { trustScore } from './trust-score.js';
import { vim } from './vim.js';

/** Every score, with its usual settings, in the order in which tables list them. */
export const scores: readonly Score[] = [
  mcp,
  temperatureScaledMcp,
  entropy,
  margin,
  maxLogit,
  energy(),
  mahalanobis(),
  relativeMahalanobis(),
  knn(),
  vim(),
  trustScore(),
  lastLayerLaplace({ curvature: 'full' }),
  lastLayerLaplace({ curvature: 'kronecker' }),
  lastLayerLaplace({ curvature: 'diagonal' }),
  confidnet(),
  odin(),
  mcDropout({ measure: 'entropy' }),
  mcDropout({ measure: 'mutualInformation' }),
  mcDropout({ measure: 'variationRatio' }),
];

/**
 * The score of a name, with its usual settings. @throws ConfigurationError when there is none, with the
 * nearest name.
 */
export function scoreNamed(name: string): Score {
  const found = scores.find((score) => score.name === name);
  if (found !== undefined) return found;
  const names = scores.map((score) => score.name);
  const near = didYouMean(name, names);
  throw new ConfigurationError({
    what: 'score',
    expected: `one of ${names.join(', ')}`,
    got: `'${name}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}
