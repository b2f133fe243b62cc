import { z } from 'zod';
import { RESULTS_VERSION } from './results.js';
import type { PracticalResults } from './results.js';

const interval = z.strictObject({ low: z.number(), high: z.number() }).meta({
  id: 'interval',
  description: 'Bootstrap interval at settings.week3.bootstrap.level, unless said otherwise.',
});

const ranking = z
  .strictObject({
    averagePrecision: z.number().describe('Step sum, tied scores grouped.'),
    aupr: z.number().describe('Area under the precision-recall curve by the trapezoid rule.'),
    auroc: z.number(),
    fprAt95Tpr: z.number().describe('Smaller is better.'),
    intervals: z.strictObject({
      averagePrecision: interval,
      aupr: interval,
      auroc: interval,
      fprAt95Tpr: interval,
    }),
  })
  .meta({ id: 'ranking', description: 'The measures of a score, larger for the more suspicious input.' });

const mcDropout = z
  .strictObject({ entropy: ranking, mutualInformation: ranking, variationRatio: ranking })
  .meta({ id: 'mcDropout' });

const seedResult = z.strictObject({
  seed: z.int(),
  accuracy: z.number().describe('Share of the test digits that the classifier gets right, dropout off.'),
  errors: z.int().describe('Test digits that it gets wrong: the positives of failure prediction.'),
  mcDropoutAccuracy: z.number().describe('Of the mean of the MC-dropout passes.'),
  confidnetAccuracy: z.number().describe("Of the classifier inside ConfidNet; must equal 'accuracy'."),
  nll: z.number().describe('Mean negative log likelihood of the test digits, nats.'),
  brier: z.number().describe('Mean over the digits of the sum of squared errors over the classes.'),
  ece: z.number().describe('Expected calibration error, 15 bins of equal width.'),
  failure: z
    .strictObject({ mcp: ranking, mcDropout, confidnet: ranking })
    .describe('Positive: an error of the classifier.'),
  ood: z
    .record(z.string(), z.strictObject({ mcp: ranking, mcDropout, odin: ranking }))
    .describe('By the name of the out-of-distribution set. Positive: an image of that set.'),
  differences: z
    .array(
      z.strictObject({
        task: z.string().describe("'failure', or the name of the out-of-distribution set."),
        first: z.string(),
        second: z.string(),
        measure: z.literal('averagePrecision'),
        value: z.number().describe('First less second.'),
        interval: interval.describe('Of a paired bootstrap: both scores on the same resamples.'),
      }),
    )
    .describe('Of the neighbours in the orders that the report states.'),
  epochLosses: z.strictObject({ classifier: z.array(z.number()), confidnet: z.array(z.number()) }),
});

const seedSummary = z.strictObject({
  seeds: z.int(),
  mean: z.number(),
  standardDeviation: z.number().nullable(),
  interval: interval.nullable().describe('Student-t interval of the mean over seeds; null for one seed.'),
});

const orderSummary = z.strictObject({
  order: z.array(z.string()).describe('The claimed order, best first.'),
  measure: z.literal('averagePrecision'),
  seeds: z.int(),
  wholeOrder: z.int().describe('Seeds in which the whole order holds.'),
  pairs: z.array(
    z.strictObject({
      first: z.string(),
      second: z.string(),
      wins: z.int(),
      ties: z.int(),
      losses: z.int(),
      difference: seedSummary.describe('Of first less second, seed by seed.'),
    }),
  ),
});

const claimSchema = z.strictObject({
  id: z.string(),
  question: z.string(),
  statement: z.string(),
  verdict: z.enum(['holds', 'fails', 'depends']),
  dependsOn: z.string().exactOptional(),
  evidence: z.array(
    z.strictObject({
      label: z.string(),
      value: z.number(),
      unit: z.string().exactOptional(),
      expected: z.string().exactOptional(),
    }),
  ),
  correction: z.string().exactOptional(),
});

/** The content of results.json. */
export const resultsSchema: z.ZodType<PracticalResults> = z.strictObject({
  schema: z.literal('credence/practical'),
  version: z.literal(RESULTS_VERSION),
  command: z.string().describe('The command that reproduces this run.'),
  settings: z.strictObject({
    weeks: z.array(z.int()),
    seeds: z.array(z.int()),
    quick: z.boolean(),
    shortened: z.array(z.string()).describe('What a quick run shortened; empty for a full one.'),
    published: z.boolean(),
    threads: z.int(),
    provider: z.string(),
    ood: z
      .strictObject({ name: z.string(), title: z.string(), source: z.string(), reason: z.string() })
      .nullable(),
    week1: z.record(z.string(), z.unknown()).nullable(),
    week2: z.record(z.string(), z.unknown()).nullable(),
    week3: z.record(z.string(), z.unknown()).nullable(),
  }),
  versions: z.record(z.string(), z.string()),
  week3: z
    .strictObject({
      seeds: z.array(seedResult),
      summary: z
        .record(z.string(), z.record(z.string(), seedSummary))
        .describe("Average precision over the seeds: 'failure' and each OOD set, by score."),
      orders: z.array(orderSummary),
    })
    .nullable(),
  claims: z.array(claimSchema),
  figures: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      files: z.array(z.string()).describe('Relative to the folder of results.json.'),
    }),
  ),
  timings: z.record(z.string(), z.number()).describe('Seconds by phase.'),
});

/** The JSON Schema (draft 2020-12) of results.json. */
export function resultsJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(resultsSchema);
}
