import type { Claim } from '../claims.js';
import {
  confidentlyWrong,
  featuresVanish,
  gaussianFallsBack,
  limitOfVariance,
  polynomialExplodes,
  polynomialFitsInside,
  uncertainFarAway,
} from './claims/bases.js';
import { holeIsInvisible } from './claims/hole.js';
import {
  narrowsAroundTruth,
  onePointLeavesRidge,
  publishedNoisePrecision,
  startsAsPrior,
} from './claims/posterior.js';
import { closedFormPredictive, meanNearLeastSquares, varianceSmallestNearData } from './claims/prediction.js';
import {
  alphaZeroClosedForm,
  constantC,
  growsQuadratically,
  minimumAtBarycentre,
  minimumWithPrior,
  needsTwoInputs,
} from './claims/straight-line.js';
import type { Week1Run } from './result.js';

/** The statements of week 1, in the order of its questions, each judged by the run's numbers. */
export function week1Claims(run: Week1Run): readonly Claim[] {
  return [
    startsAsPrior,
    onePointLeavesRidge,
    narrowsAroundTruth,
    publishedNoisePrecision,
    closedFormPredictive,
    meanNearLeastSquares,
    varianceSmallestNearData,
    alphaZeroClosedForm,
    constantC,
    needsTwoInputs,
    minimumAtBarycentre,
    minimumWithPrior,
    growsQuadratically,
    holeIsInvisible,
    polynomialFitsInside,
    polynomialExplodes,
    gaussianFallsBack,
    uncertainFarAway,
    confidentlyWrong,
    featuresVanish,
    limitOfVariance,
  ].map((claim) => claim(run));
}
