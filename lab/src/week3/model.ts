// What the page and the worker say to each other about a digit: plain data.
import type { ScoreName, TaskName } from './scores.js';

/** What is measured on wasm and on WebGPU. */
export const TRAINING = 'week3-training';
export const PASSES = 'week3-passes';

/** Images (n, 784), bytes; n = 1 but for a sweep. */
export interface PredictInput {
  readonly image: Uint8Array;
  /** MC-dropout passes. */
  readonly passes: number;
  readonly seed: number;
}

export interface Prediction {
  /** (10,), of the network with its dropout off. */
  readonly logits: Float32Array;
  readonly probabilities: Float64Array;
  readonly predicted: number;
  readonly mcp: number;
  /** sigmoid of ConfidNet's output: the estimated probability of the true class. */
  readonly confidence: number;
  /** ConfidNet's score, 1 - confidence, told apart where that rounds to 0. */
  readonly suspicion: number;
  readonly dropout: DropoutPasses;
}

/** One image under MC dropout. */
export interface DropoutPasses {
  readonly passes: number;
  /** (S, 10). */
  readonly probabilities: Float32Array;
  /** (10,). */
  readonly mean: Float64Array;
  readonly votes: Uint32Array;
  /** Nats. */
  readonly entropy: number;
  readonly mutualInformation: number;
  readonly variationRatio: number;
}

export interface OdinInput {
  readonly image: Uint8Array;
  readonly temperature: number;
  readonly epsilon: number;
}

export interface OdinStep {
  /** The signs of the gradient, (784,). */
  readonly signs: Int8Array;
  /** softmax(f(x) / T) and softmax(f(x~) / T), (10,). */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** 1 - the largest of `before` and of `after`. */
  readonly scoreBefore: number;
  readonly score: number;
}

export interface SweepInput {
  /** (n, 784). */
  readonly images: Uint8Array;
  readonly passes: number;
  readonly seed: number;
}

/** A value for each image, (n,). */
export interface Sweep {
  readonly predicted: Uint32Array;
  /** (n, 10). */
  readonly probabilities: Float64Array;
  readonly confidence: Float64Array;
  readonly entropy: Float64Array;
  readonly mutualInformation: Float64Array;
}

export type ScoreValues = Readonly<Partial<Record<ScoreName, number>>>;

/** The shares of the test digits, of those that the network gets right and wrong, and of the strangers with a smaller score. */
export interface Rank {
  readonly test: number;
  readonly right: number;
  readonly wrong: number;
  readonly ood: number;
}

export interface Distribution {
  /** (B + 1,), logarithmic. */
  readonly edges: Float64Array;
  /** Shares of each group in each bin, (B,). ConfidNet has no strangers. */
  readonly right: Float64Array;
  readonly wrong: Float64Array;
  readonly ood: Float64Array | undefined;
}

export interface ScoreCurve {
  readonly name: ScoreName;
  readonly averagePrecision: number;
  readonly recall: Float64Array;
  readonly precision: Float64Array;
}

export interface RiskCurve {
  readonly name: ScoreName;
  /** The share of the test digits that is accepted, as the threshold moves. */
  readonly coverage: Float64Array;
  /** Failure: the share of errors among them; OOD: the share of the strangers that is accepted too. */
  readonly risk: Float64Array;
}

export interface Curves {
  /** The share of positives. */
  readonly prevalence: number;
  readonly precisionRecall: readonly ScoreCurve[];
  readonly riskCoverage: readonly RiskCurve[];
}

export interface ThresholdInput {
  readonly task: TaskName;
  readonly score: ScoreName;
  /** The share of the test digits to be flagged; equal scores are flagged together. */
  readonly flagged: number;
}

/** What a threshold does; flagged is what has a score of at least it. */
export interface ThresholdResult {
  readonly threshold: number;
  /** The share of the test digits that is accepted. */
  readonly coverage: number;
  /** The share of what should have been flagged among all that is accepted. */
  readonly risk: number;
  readonly found: number;
  readonly missed: number;
  readonly falseAlarms: number;
  readonly positives: number;
  readonly negatives: number;
  readonly recall: number;
  readonly precision: number;
}

export interface TrainSettings {
  readonly epochs: number;
  readonly seed: number;
}

export interface TrainInput extends TrainSettings {
  /** Whether to go on with the paused one, which has these settings. */
  readonly resume: boolean;
}

/** How a training is kept in the browser. */
export interface Keeping {
  /** When it was last, milliseconds since 1970. */
  readonly at: number | undefined;
  /** Why it could not be since: the browser keeps nothing for the page, or has no room. */
  readonly problem: 'absent' | 'full' | undefined;
  /** Whether it has taken the place of another tab's. */
  readonly replaced: boolean;
}

/** Why what the browser keeps cannot be gone on with: another version of the page made it, or bytes differ. */
export type Unreadable = 'foreign' | 'damaged';

export interface TrainProgress {
  readonly settings: TrainSettings;
  readonly step: number;
  readonly steps: number;
  /** Of each step so far. */
  readonly losses: Float32Array;
  readonly stepsPerEpoch: number;
  /** Mean over what has run since it was last started; undefined before the first epoch's end. */
  readonly secondsPerEpoch: number | undefined;
  /** What it was computed with so far: one, or more where it was gone on with on another. */
  readonly backends: readonly string[];
  readonly keeping: Keeping;
}

/** Of the network that was trained here and the one that ships, on the same test digits. */
export interface Measures {
  /** How many test digits. */
  readonly sample: number;
  readonly accuracy: { readonly live: number; readonly shipped: number };
  readonly meanEntropy: { readonly live: number; readonly shipped: number };
}

export interface Trained extends TrainProgress, Measures {}

/** The training that is paused or done, if there is one. */
export interface Kept {
  readonly progress?: TrainProgress;
  /** The same where it is done. */
  readonly trained?: Trained;
  readonly unreadable?: Unreadable;
}

export interface CompareInput {
  readonly image: Uint8Array;
  readonly passes: number;
  readonly seed: number;
  /** Whose network. */
  readonly trained: TrainSettings;
}

export interface Comparison {
  readonly probabilities: Float64Array;
  readonly entropy: number;
}
