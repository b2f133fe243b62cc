export { accuracy } from './accuracy.js';
export { auprTrapezoid } from './auprTrapezoid.js';
export { auroc } from './auroc.js';
export { averagePrecision, averagePrecisionOfNegatives } from './averagePrecision.js';
export { bootstrapRankingDifference, bootstrapRankingMetrics } from './bootstrap.js';
export type { BootstrapOptions, DifferenceInterval, Interval } from './bootstrap.js';
export { brierScore } from './brierScore.js';
export { expectedCalibrationError, reliabilityBins } from './calibration.js';
export type { CalibrationOptions, ReliabilityBin } from './calibration.js';
export { precisionRecallCurve, rocCurve } from './curves.js';
export type { PrecisionRecallCurve, RocCurve } from './curves.js';
export { fprAt95Tpr } from './fprAt95Tpr.js';
export type { Positives, Scores } from './inputs.js';
export { mannWhitneyTest } from './mannWhitneyTest.js';
export { negativeLogLikelihood, negativeLogLikelihoodOfLogs } from './negativeLogLikelihood.js';
export { permutationTest } from './permutationTest.js';
export type { Alternative, TwoSampleOptions, TwoSampleTest } from './permutationTest.js';
export { predictedClasses } from './probabilities.js';
export { rankingMetrics } from './rankingMetrics.js';
export type { RankingMetrics } from './rankingMetrics.js';
export { compareOverSeeds, summarizeSeeds } from './seeds.js';
export type {
  CompareOverSeedsOptions,
  OrderOverSeeds,
  PairOverSeeds,
  SeedSummary,
  SeedSummaryOptions,
} from './seeds.js';
