import { z } from 'zod';

const nested = z
  .array(z.unknown())
  .describe('Arrays in arrays, down to numbers: an axis of the tensor each, the first that of the examples.');

const flat = z.strictObject({
  shape: z.array(z.int().min(0)).describe('Of all examples: the first size is their number.'),
  data: z.array(z.number()).describe('Row by row, the last index running fastest.'),
});

const number = z.number().nullable().describe('null: not a finite number');

const prediction = z.strictObject({
  prediction: z.int().min(0).describe('The predicted class, from 0: that of the largest logit.'),
  class: z.string().optional().describe('Its name, where the model knows it.'),
  probability: number.describe('Of the predicted class, calibrated where the export has a calibration.'),
  probabilities: z.array(number).describe('Of all classes.'),
  scores: z.record(z.string(), number).describe('By name; larger: the more suspicious input.'),
  accept: z.boolean().optional().describe('false: abstain. Absent where the export has no rule.'),
});

/** The body of POST /v1/predict as JSON. */
export const predictRequestSchema: z.ZodType<{
  inputs: unknown[] | { shape: number[]; data: number[] };
}> = z.strictObject({ inputs: z.union([nested, flat]) });

/** The answer of POST /v1/predict as JSON: a prediction for each example, in their order. */
export const predictResponseSchema: z.ZodType<PredictResponse> = z.strictObject({
  predictions: z.array(prediction),
});

export interface PredictResponse {
  readonly predictions: readonly {
    readonly prediction: number;
    readonly class?: string | undefined;
    readonly probability: number | null;
    readonly probabilities: readonly (number | null)[];
    readonly scores: Readonly<Record<string, number | null>>;
    readonly accept?: boolean | undefined;
  }[];
}

const setting = z.union([z.number(), z.string()]);

/** The answer of GET /v1/model. */
export const modelSchema: z.ZodType<ModelDescription> = z.strictObject({
  name: z.string(),
  input: z.strictObject({
    name: z.string(),
    dtype: z.string(),
    shape: z.array(z.union([z.string(), z.int()])).describe('A name stands for a size that is not fixed.'),
    preprocess: z
      .unknown()
      .optional()
      .describe(
        'What was done to each example in front of the model. Requests send what comes out of it, or ?preprocess=true.',
      ),
  }),
  classes: z.array(z.string()).optional(),
  exported: z.string().describe('When, ISO 8601.'),
  model: z.strictObject({ name: z.string(), sha256: z.string() }).describe('The file that was exported.'),
  data: z
    .array(
      z.strictObject({
        role: z.string(),
        name: z.string(),
        sha256: z.string(),
        examples: z.int(),
      }),
    )
    .describe('What calibration, scores and rule were fitted on.'),
  outputs: z
    .array(
      z.strictObject({
        field: z.string().describe('Where it stands in a prediction.'),
        kind: z.string(),
        title: z.string().optional(),
        unit: z.string(),
        direction: z.string().describe('What larger, or true, means.'),
        fittedOn: z.string().optional(),
        score: z.string().optional().describe('That the rule is about.'),
        threshold: z.number().optional().describe('Accept where the score is at most this.'),
        settings: z.record(z.string(), setting),
      }),
    )
    .describe('How to read a prediction.'),
  limits: z.strictObject({
    maxBatch: z.int(),
    maxExamples: z.int().describe('Of a request.'),
    maxBody: z.int().describe('Bytes of a request.'),
    timeout: z.number().describe('Milliseconds of a request.'),
  }),
});

export interface ModelDescription {
  readonly name: string;
  readonly input: {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
    readonly preprocess?: unknown;
  };
  readonly classes?: readonly string[] | undefined;
  readonly exported: string;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly data: readonly {
    readonly role: string;
    readonly name: string;
    readonly sha256: string;
    readonly examples: number;
  }[];
  readonly outputs: readonly {
    readonly field: string;
    readonly kind: string;
    readonly title?: string | undefined;
    readonly unit: string;
    readonly direction: string;
    readonly fittedOn?: string | undefined;
    readonly score?: string | undefined;
    readonly threshold?: number | undefined;
    readonly settings: Readonly<Record<string, number | string>>;
  }[];
  readonly limits: ServiceLimits;
}

/** What a service takes at most. */
export interface ServiceLimits {
  /** Examples of one run. */
  readonly maxBatch: number;
  /** Examples of a request, and of all that wait. */
  readonly maxExamples: number;
  /** Bytes of a request. */
  readonly maxBody: number;
  /** Milliseconds of a request. */
  readonly timeout: number;
}

/** The answer of GET /healthz and GET /readyz. */
export const stateSchema: z.ZodType<{ status: string }> = z.strictObject({
  status: z.enum(['live', 'ready', 'draining', 'stuck']),
});

/** A problem document, RFC 9457. */
export const problemSchema: z.ZodType<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  hint?: string | undefined;
}> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('Stable, such as E_SHAPE.'),
  hint: z.string().optional(),
});
