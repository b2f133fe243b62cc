/** The settings of the third week. */
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
  /** `gradientTemperature`: that of the loss which gives ODIN's direction; a published version takes 1 in place of T. */
  readonly odin: {
    readonly temperature: number;
    readonly gradientTemperature: number;
    readonly epsilon: number;
  };
  readonly bootstrap: { readonly resamples: number; readonly level: number };
}

const FULL: Week3Settings = {
  trainingDigits: 60_000,
  batchSize: 100,
  shards: 2,
  classifier: { epochs: 20, learningRate: 1e-3 },
  confidnet: { epochs: 50, learningRate: 1e-4, hidden: [400, 400, 400, 400] },
  passes: { measures: 100, figures: 200 },
  odin: { temperature: 5, gradientTemperature: 5, epsilon: 0.0014 },
  bootstrap: { resamples: 1000, level: 0.95 },
};

/** Its numbers are not the practical's. */
const QUICK: Week3Settings = {
  ...FULL,
  trainingDigits: 20_000,
  classifier: { ...FULL.classifier, epochs: 5 },
  confidnet: { ...FULL.confidnet, epochs: 10 },
  passes: { measures: 50, figures: 100 },
  bootstrap: { ...FULL.bootstrap, resamples: 200 },
};

export function week3Settings({ quick, published }: { quick: boolean; published: boolean }): Week3Settings {
  const settings = quick ? QUICK : FULL;
  return published ? { ...settings, odin: { ...settings.odin, gradientTemperature: 1 } } : settings;
}

/** What a quick run shortens, a phrase each. */
export function shortenings(): string[] {
  const digits = (count: number): string => count.toLocaleString('en');
  return [
    `${digits(QUICK.trainingDigits)} training digits instead of ${digits(FULL.trainingDigits)}`,
    `${QUICK.classifier.epochs} epochs of the classifier instead of ${FULL.classifier.epochs}`,
    `${QUICK.confidnet.epochs} epochs of ConfidNet instead of ${FULL.confidnet.epochs}`,
    `${QUICK.passes.measures} MC-dropout passes for the measures instead of ${FULL.passes.measures}`,
    `${QUICK.passes.figures} for the figures instead of ${FULL.passes.figures}`,
    `${QUICK.bootstrap.resamples} bootstrap resamples instead of ${digits(FULL.bootstrap.resamples)}`,
  ];
}
