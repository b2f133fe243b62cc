import { ConfigurationError, didYouMean } from '../errors/index.js';
import { confidnet } from './confidnet-score.js';
import type { ConfidnetSettings } from './confidnet-score.js';
import { energy } from './energy.js';
import { entropy } from './entropy.js';
import { knn } from './knn.js';
import type { KnnSettings } from './knn.js';
import { lastLayerLaplace } from './laplace.js';
import { mahalanobis, relativeMahalanobis } from './mahalanobis.js';
import { margin } from './margin.js';
import { maxLogit } from './max-logit.js';
import { mcDropout } from './mc-dropout.js';
import { mcp } from './mcp.js';
import { odin } from './odin-score.js';
import type { Score, Settings } from './score.js';
import { entry, listOf, numberOf, shrinkageOf } from './settings.js';
import type { Entry } from './settings.js';
import { temperatureScaledMcp } from './temperature-scaled-mcp.js';
import { trustScore } from './trust-score.js';
import type { TrustScoreSettings } from './trust-score.js';
import { vim } from './vim.js';

const laplace = { priorPrecision: numberOf };
const passes = { passes: numberOf };

/** Every score with the settings that it takes, in the order in which tables list them. */
const entries: readonly Entry[] = [
  entry(() => mcp, {}),
  entry(() => temperatureScaledMcp, {}),
  entry(() => entropy, {}),
  entry(() => margin, {}),
  entry(() => maxLogit, {}),
  entry(energy, { temperature: numberOf }),
  entry(mahalanobis, { shrinkage: shrinkageOf }),
  entry(relativeMahalanobis, { shrinkage: shrinkageOf }),
  entry<Pick<KnnSettings, 'k' | 'bankSize'>>(knn, { k: numberOf, bankSize: numberOf }),
  entry(vim, { dimension: numberOf }),
  entry<Omit<TrustScoreSettings, 'key'>>(trustScore, { alpha: numberOf, k: numberOf, bankSize: numberOf }),
  entry((settings) => lastLayerLaplace({ ...settings, curvature: 'full' }), laplace),
  entry((settings) => lastLayerLaplace({ ...settings, curvature: 'kronecker' }), laplace),
  entry((settings) => lastLayerLaplace({ ...settings, curvature: 'diagonal' }), laplace),
  entry<Omit<ConfidnetSettings, 'key'>>(confidnet, {
    hidden: listOf,
    epochs: numberOf,
    batchSize: numberOf,
    learningRate: numberOf,
  }),
  entry(odin, { temperature: numberOf, epsilon: numberOf, deviation: numberOf }),
  entry((settings) => mcDropout({ ...settings, measure: 'entropy' }), passes),
  entry((settings) => mcDropout({ ...settings, measure: 'mutualInformation' }), passes),
  entry((settings) => mcDropout({ ...settings, measure: 'variationRatio' }), passes),
];

/** Every score, with its usual settings, in the order in which tables list them. */
export const scores: readonly Score[] = entries.map(({ make }) => make({}));

/**
 * The score of a name, with its usual settings but for those given. @throws ConfigurationError when there is no such score
 * or setting, with the nearest name, or a setting makes no sense.
 */
export function scoreNamed(name: string, settings: Settings = {}): Score {
  const names = scores.map((score) => score.name);
  const found = entries[names.indexOf(name)];
  if (found === undefined) throw unknown('score', name, names);
  for (const setting of Object.keys(settings)) {
    if (!found.settings.includes(setting)) throw unknown(`setting of ${name}`, setting, found.settings);
  }
  return found.make(settings);
}

function unknown(what: string, got: string, names: readonly string[]): ConfigurationError {
  const near = didYouMean(got, names);
  return new ConfigurationError({
    what,
    expected: names.length === 0 ? 'none, as there are none' : `one of ${names.join(', ')}`,
    got: `'${got}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}
