/** The settings of the third week; `practical.md` of the course in words, here in numbers. */
export interface Week3Settings {
  /** Training digits used; all 60,000 unless a quick run says less. */
  readonly trainingDigits: number;
  readonly batchSize: number;
  /** Logical shards of a batch: the trained bytes depend on it, the speed on how many cores share them. */
  readonly shards: number;
  readonly classifier: { readonly epochs: number; readonly learningRate: number };
  readonly confidnet: {
    readonly epochs: number;
    readonly learningRate: number;
    readonly hidden: readonly number[];
  };
  /** MC-dropout passes of the measures and of the figures. */
  readonly passes: { readonly measures: number; readonly figures: number };
  readonly odin: { readonly temperature: number; readonly epsilon: number };
  readonly bootstrap: { readonly resamples: number; readonly level: number };
}

export const FULL: Week3Settings = Object.freeze({
  trainingDigits: 60_000,
  batchSize: 100,
  shards: 2,
  classifier: { epochs: 20, learningRate: 1e-3 },
  confidnet: { epochs: 50, learningRate: 1e-4, hidden: [400, 400, 400, 400] },
  passes: { measures: 100, figures: 200 },
  odin: { temperature: 5, epsilon: 0.0014 },
  bootstrap: { resamples: 1000, level: 0.95 },
});

/** About a minute instead of some: fewer digits, epochs, passes and resamples. Its numbers are not the practical's. */
export const QUICK: Week3Settings = Object.freeze({
  ...FULL,
  trainingDigits: 20_000,
  classifier: { ...FULL.classifier, epochs: 4 },
  confidnet: { ...FULL.confidnet, epochs: 8 },
  passes: { measures: 50, figures: 100 },
  bootstrap: { ...FULL.bootstrap, resamples: 200 },
});
