import { z } from 'zod';
import { RESULTS_VERSION } from './results.js';
import type { AssessmentResults } from './results.js';

const ends = z.strictObject({ low: z.number(), high: z.number() });
const ranking = z.strictObject({
  averagePrecision: z.number().describe('Step sum, tied scores grouped.'),
  aupr: z.number().describe('Area under the precision-recall curve by the trapezoid rule.'),
  auroc: z.number(),
  fprAt95Tpr: z.number().describe('Smaller is better.'),
  intervals: z
    .strictObject({ averagePrecision: ends, aupr: ends, auroc: ends, fprAt95Tpr: ends })
    .describe('Bootstrap, level 0.95.'),
});

const calibration = z.strictObject({
  nll: z.number().describe('Mean negative log likelihood, nats.'),
  brier: z.number(),
  ece: z.number().describe('Expected calibration error, 15 bins of equal width.'),
  bins: z.array(
    z.strictObject({
      low: z.number(),
      high: z.number(),
      count: z.int(),
      confidence: z.number(),
      accuracy: z.number(),
    }),
  ),
});

const score = z.strictObject({
  name: z.string(),
  title: z.string(),
  unit: z.string(),
  fittedOn: z.string(),
  settings: z.record(z.string(), z.union([z.number(), z.string()])),
  failure: ranking.nullable().describe('Positive: an error of the classifier.'),
  ood: z.record(z.string(), ranking).describe('Positive: an input of that set.'),
  aurc: z.number().describe('Area under the risk-coverage curve; smaller is better.'),
  excessAurc: z.number().describe('Less that of a perfect order.'),
  certificate: z
    .strictObject({
      threshold: z.number().describe('Accept where the score is at most this.'),
      confidence: z
        .number()
        .describe("Of this score's certificate; those of all hold at settings.confidence."),
      examples: z.int(),
      accepted: z.int(),
      errors: z.int(),
      coverage: z.number(),
      tested: z.int().describe('Thresholds in the sequence up to this one.'),
    })
    .nullable(),
  selected: z
    .strictObject({ coverage: z.number(), risk: z.number().nullable() })
    .nullable()
    .describe('At the threshold, on the measured examples.'),
  secondsPerInput: z.number().describe('What the score adds to a prediction.'),
});

const settings = z.record(z.string(), z.union([z.number(), z.string()]));
const tuning = z.strictObject({
  score: z.string(),
  title: z.string(),
  criterion: z
    .enum(['mean score', 'AUROC'])
    .describe('The smallest mean score of known inputs, or the largest AUROC of outliers against them.'),
  known: z.int().describe('Known inputs that were looked at.'),
  outliers: z.array(z.string()),
  candidates: z.array(z.strictObject({ settings, value: z.number() })),
  chosen: settings,
});

const sample = z.strictObject({
  index: z.int().describe('Place in the data set, from 0.'),
  label: z.int(),
  prediction: z.int(),
  score: z.number(),
});

/** The content of results.json. */
export const assessmentSchema: z.ZodType<AssessmentResults> = z.strictObject({
  schema: z.literal('credence/assessment'),
  version: z.literal(RESULTS_VERSION),
  command: z.string().describe('The command that reproduces this run.'),
  exportCommand: z.string().describe('The command that writes the model with the recommended score.'),
  model: z.strictObject({
    name: z.string(),
    description: z.array(z.string()),
    classes: z.int(),
    classNames: z.array(z.string()).nullable(),
  }),
  settings: z.strictObject({
    risk: z.number(),
    confidence: z.number(),
    fitExamples: z.int(),
    seed: z.int(),
    threads: z.int(),
    data: z.record(z.string(), z.string()),
  }),
  examples: z.strictObject({
    fit: z.int(),
    threshold: z.int(),
    measured: z.int(),
    measuredOn: z.enum(['test', 'validation']),
    train: z.int().nullable(),
    ood: z.record(z.string(), z.int()),
  }),
  classifier: z.strictObject({
    accuracy: z.number(),
    errors: z.int(),
    before: calibration,
    temperature: z.number().nullable(),
    after: calibration.nullable(),
    notScaled: z.string().nullable(),
  }),
  secondsPerInput: z.number(),
  scores: z.array(score),
  tuned: z.array(tuning),
  unavailable: z.array(z.strictObject({ name: z.string(), title: z.string(), reason: z.string() })),
  recommendation: z.strictObject({
    score: z.string(),
    threshold: z.number().nullable(),
    abstained: z.number().nullable(),
    sentence: z.string(),
  }),
  samples: z.strictObject({ suspicious: z.array(sample), overconfident: z.array(sample) }),
  oodAccepted: z.record(z.string(), z.number()),
  notes: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  figures: z.array(z.strictObject({ id: z.string(), title: z.string(), files: z.array(z.string()) })),
  timings: z.record(z.string(), z.number()).describe('Seconds by phase.'),
});

/** The JSON Schema of results.json. */
export function assessmentJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(assessmentSchema);
}
