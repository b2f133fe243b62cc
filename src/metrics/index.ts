export { accuracy } from './accuracy.js';
export { auprTrapezoid } from './aupr-trapezoid.js';
export { auroc } from './auroc.js';
export { averagePrecision, averagePrecisionOfNegatives } from './average-precision.js';
export { bootstrapRankingDifference, bootstrapRankingMetrics, bootstrapRankings } from './bootstrap.js';
export type { BootstrapOptions, ComparedRankings, DifferenceInterval, Interval } from './bootstrap.js';
export { brierScore } from './brier-score.js';
export { expectedCalibrationError, reliabilityBins } from './calibration.js';
export type { CalibrationOptions, ReliabilityBin } from './calibration.js';
export { precisionRecallCurve, rocCurve } from './curves.js';
export type { PrecisionRecallCurve, RocCurve } from './curves.js';
export { fprAt95Tpr } from './fpr-at-95-tpr.js';
export type { Positives, Scores } from './inputs.js';
export { kolmogorovSmirnovTest } from './kolmogorov-smirnov-test.js';
export type { KolmogorovSmirnov } from './kolmogorov-smirnov-test.js';
export { mannWhitneyTest } from './mann-whitney-test.js';
export { negativeLogLikelihood, negativeLogLikelihoodOfLogs } from './negative-log-likelihood.js';
export { permutationTest } from './permutation-test.js';
export type { Alternative, TwoSampleOptions, TwoSampleTest } from './two-sample.js';
export { predictedClasses } from './probabilities.js';
export { rankingMetrics } from './ranking-metrics.js';
export type { RankingMetrics } from './ranking-metrics.js';
export { compareOverSeeds, summarizeSeeds } from './seeds.js';
export type {
  CompareOverSeedsOptions,
  OrderOverSeeds,
  PairOverSeeds,
  SeedSummary,
  SeedSummaryOptions,
} from './seeds.js';
