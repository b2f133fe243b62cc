import type { Claim } from '../claims.js';
import { divergenceDetached, divergenceScaling, sigmoidTwice } from './claims/bound.js';
import { evaluationMode, masksIndependent, speckle } from './claims/dropout.js';
import {
  fullCovariance,
  hessianOfTheMean,
  lessSureAway,
  limitBetween,
  probitFormula,
  tendsToHalf,
} from './claims/laplace.js';
import { certainFarAway, publishedReachesMap, signedDistance } from './claims/map.js';
import { fitTheMoons, noNewModel, uncertainAtBoundary, uncertainAway } from './claims/networks.js';
import { likeLaplace, limitsToo, meanIsNotMap, narrower, thirtyEpochs } from './claims/variational.js';
import type { Week2Run } from './result.js';

/** The statements of week 2, in the order of its questions, each judged by the run's numbers. */
export function week2Claims(run: Week2Run): readonly Claim[] {
  return [
    signedDistance,
    certainFarAway,
    publishedReachesMap,
    lessSureAway,
    tendsToHalf,
    limitBetween,
    fullCovariance,
    probitFormula,
    hessianOfTheMean,
    likeLaplace,
    narrower,
    meanIsNotMap,
    limitsToo,
    thirtyEpochs,
    sigmoidTwice,
    divergenceDetached,
    divergenceScaling,
    fitTheMoons,
    uncertainAtBoundary,
    uncertainAway,
    noNewModel,
    evaluationMode,
    speckle,
    masksIndependent,
  ].map((claim) => claim(run));
}
