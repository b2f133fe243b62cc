import type { Claim } from '../claims.js';
import {
  captionOfFigure12,
  dropoutIsActive,
  errorsAreUncertain,
  mutualInformationSign,
} from './claims/digits.js';
import { confidnetKeepsAccuracy, failureOrder, mcpIsUntrained, oneRunIsNoise } from './claims/failure.js';
import type { Week3Numbers } from './claims/numbers.js';
import {
  epsilonForEachSetLeaks,
  gradientTemperature,
  odinRaisesConfidence,
  oodEasierThanFailure,
  oodOrder,
} from './claims/ood.js';

export type { Week3Numbers } from './claims/numbers.js';

/** The statements of the third week, in the order of its questions, each judged by the run's numbers. */
export function week3Claims(numbers: Week3Numbers): readonly Claim[] {
  return [
    dropoutIsActive,
    errorsAreUncertain,
    captionOfFigure12,
    mutualInformationSign,
    mcpIsUntrained,
    confidnetKeepsAccuracy,
    failureOrder,
    oneRunIsNoise,
    odinRaisesConfidence,
    oodOrder,
    oodEasierThanFailure,
    epsilonForEachSetLeaks,
    gradientTemperature,
  ].map((claim) => claim(numbers));
}
