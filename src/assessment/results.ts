import type { RankingMetrics } from '../metrics/index.js';

/** The version of results.json; a change that a reader could stumble over raises it. */
export const RESULTS_VERSION = 2;

export interface CalibrationResult {
  /** Mean, nats. */
  readonly nll: number;
  /** Of [0, 2]. */
  readonly brier: number;
  /** 15 bins of equal width. */
  readonly ece: number;
  /** Those that hold an input. */
  readonly bins: readonly {
    readonly low: number;
    readonly high: number;
    readonly count: number;
    readonly confidence: number;
    readonly accuracy: number;
  }[];
}

export interface ClassifierResult {
  readonly accuracy: number;
  /** Of the measured examples: the positives of failure prediction. */
  readonly errors: number;
  readonly before: CalibrationResult;
  /** T of temperature scaling; null where it could not be fitted. */
  readonly temperature: number | null;
  readonly after: CalibrationResult | null;
  readonly notScaled: string | null;
}

export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** The four measures of a score, each with its bootstrap interval. */
export interface RankingResult extends RankingMetrics {
  readonly intervals: RankingMetrics<Ends>;
}

export interface CertificateResult {
  readonly threshold: number;
  /** Of this certificate alone: those of all scores hold together at the confidence asked for. */
  readonly confidence: number;
  readonly examples: number;
  readonly accepted: number;
  readonly errors: number;
  readonly coverage: number;
  readonly tested: number;
}

/** At a threshold, on the measured examples. */
export interface Selected {
  readonly coverage: number;
  /** Null where nothing is accepted. */
  readonly risk: number | null;
}

export interface ScoreResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** The examples that it was fitted on, in words. */
  readonly fittedOn: string;
  readonly settings: Readonly<Record<string, number | string>>;
  /** Positive: an error. Null where the classifier makes none, or nothing else. */
  readonly failure: RankingResult | null;
  /** By the name of the set. Positive: an input of that set. */
  readonly ood: Readonly<Record<string, RankingResult>>;
  readonly aurc: number;
  readonly excessAurc: number;
  /** Null where the examples do not support the risk asked for. */
  readonly certificate: CertificateResult | null;
  readonly selected: Selected | null;
  /** What the score adds to a prediction, in seconds; the classifier alone takes `secondsPerInput`. */
  readonly secondsPerInput: number;
}

/** How the settings of a score were chosen. */
export interface TuningResult {
  /** Its name. */
  readonly score: string;
  readonly title: string;
  /** What decided: the smallest mean score of known inputs, or the largest AUROC of outliers against them. */
  readonly criterion: 'mean score' | 'AUROC';
  /** How many known inputs were looked at, of the validation set. */
  readonly known: number;
  /** Names of the out-of-distribution sets whose mean AUROC it is. */
  readonly outliers: readonly string[];
  /** Settings and the criterion's value. */
  readonly candidates: readonly {
    readonly settings: Readonly<Record<string, number | string>>;
    readonly value: number;
  }[];
  readonly chosen: Readonly<Record<string, number | string>>;
}

export interface SampleResult {
  /** Place in the file, from 0. */
  readonly index: number;
  readonly label: number;
  readonly prediction: number;
  readonly score: number;
}

export interface Recommendation {
  readonly score: string;
  /** Null where no threshold can be certified. */
  readonly threshold: number | null;
  /** Share of the inputs that it abstains on, estimated; null without a threshold. */
  readonly abstained: number | null;
  readonly sentence: string;
}

/** What an assessment found; in results.json with the settings of the run. */
export interface AssessmentFindings {
  readonly examples: {
    /** Fitted and tuned on. */
    readonly fit: number;
    /** Held out for the thresholds. */
    readonly threshold: number;
    /** Measured on: the test set, or those for the thresholds. */
    readonly measured: number;
    readonly measuredOn: 'test' | 'validation';
    readonly train: number | null;
    readonly ood: Readonly<Record<string, number>>;
  };
  readonly classifier: ClassifierResult;
  readonly secondsPerInput: number;
  readonly scores: readonly ScoreResult[];
  /** Settings that were chosen by data. */
  readonly tuned: readonly TuningResult[];
  /** Scores that this classifier or these data do not allow, and why. */
  readonly unavailable: readonly { readonly name: string; readonly title: string; readonly reason: string }[];
  readonly recommendation: Recommendation;
  /** Of the measured examples, by the recommended score, the most telling first. */
  readonly samples: {
    readonly suspicious: readonly SampleResult[];
    /** Wrong, and yet hardly suspicious. */
    readonly overconfident: readonly SampleResult[];
  };
  /** Share of each out-of-distribution set that the threshold accepts. */
  readonly oodAccepted: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** The content of results.json; its schema is `assessmentSchema`. */
export interface AssessmentResults extends AssessmentFindings {
  readonly schema: 'credence/assessment';
  readonly version: typeof RESULTS_VERSION;
  readonly command: string;
  readonly exportCommand: string;
  readonly model: {
    readonly name: string;
    readonly description: readonly string[];
    readonly classes: number;
    readonly classNames: readonly string[] | null;
  };
  readonly settings: {
    readonly risk: number;
    readonly confidence: number;
    /** Examples of each set that scores were fitted on, at most. */
    readonly fitExamples: number;
    readonly seed: number;
    readonly threads: number;
    readonly data: Readonly<Record<string, string>>;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly {
    readonly id: string;
    readonly title: string;
    readonly files: readonly string[];
  }[];
  /** Seconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}
