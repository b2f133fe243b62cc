import { z } from 'zod';
import { ConfigurationError, FormatError } from '../errors/index.js';
import type { Graph } from '../graph/index.js';

/** The key of `metadata_props` under which a model says what was fitted to it: JSON. */
const TRUST = 'credence.trust';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const settings = z.record(z.string(), z.union([z.number(), z.string()]));
const common = { name: z.string(), unit: z.string(), direction: z.string(), settings };

const provenanceSchema = z.object({
  date: z.iso.datetime({ offset: true }).or(z.iso.date()),
  model: z.object({ name: z.string(), sha256 }),
  data: z.array(
    z.object({
      role: z.enum(['training', 'validation']),
      name: z.string(),
      sha256,
      examples: z.int().positive(),
      preprocess: z.string().optional(),
    }),
  ),
});

const schema = provenanceSchema.extend({
  format: z.literal(1),
  classifier: z.object({
    input: z.string(),
    logits: z.string(),
    features: z.string().optional(),
    classes: z.array(z.string()).optional(),
  }),
  outputs: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('score'),
          score: z.string(),
          title: z.string(),
          fittedOn: z.string(),
          ...common,
        }),
        z.object({ kind: z.literal('probabilities'), ...common }),
        z.object({ kind: z.literal('accept'), score: z.string(), threshold: z.number(), ...common }),
      ]),
    )
    .min(1),
});

/** Of what an export was made, and when. */
export interface Provenance {
  /** ISO 8601, given by the caller, so that the same export has the same bytes. */
  readonly date: string;
  readonly model: {
    readonly name: string;
    /** Of the file, 64 hexadecimal digits. */
    readonly sha256: string;
  };
  readonly data: readonly DataProvenance[];
}

export interface DataProvenance {
  readonly role: 'training' | 'validation';
  readonly name: string;
  /** Of the examples as the model read them: all inputs, then all labels, 64 hexadecimal digits. */
  readonly sha256: string;
  /** How many. */
  readonly examples: number;
  /** JSON of what was done to each example before the model's input, if anything was. */
  readonly preprocess?: string | undefined;
}

interface OutputBase {
  /** Of the graph's output. */
  readonly name: string;
  /** 'probability', 'nats', 'distance', 'bool', ... */
  readonly unit: string;
  /** What larger, or true, means. */
  readonly direction: string;
  /** What was chosen and what was found by fitting. */
  readonly settings: Readonly<Record<string, number | string>>;
}

/** How to read an output that an export added. */
export type TrustOutput =
  | (OutputBase & {
      /** float32 (N). */
      readonly kind: 'score';
      readonly score: string;
      readonly title: string;
      readonly fittedOn: string;
    })
  | (OutputBase & {
      /** float32 (N, K). */
      readonly kind: 'probabilities';
    })
  | (OutputBase & {
      /** bool (N): whether the score is at most the threshold. */
      readonly kind: 'accept';
      readonly score: string;
      readonly threshold: number;
    });

/** What a classifier with scores says of itself, wherever it comes from. */
export interface TrustDescription {
  readonly format: 1;
  /** Names of values of the graph. */
  readonly classifier: {
    readonly input: string;
    readonly logits: string;
    readonly features?: string | undefined;
    /** What class 0, 1, ... stands for. */
    readonly classes?: readonly string[] | undefined;
  };
  readonly outputs: readonly TrustOutput[];
}

/** What an exported model says of itself. */
export interface TrustMetadata extends TrustDescription, Provenance {}

/** Whether a model was exported with scores. */
export function isTrustGraph({ metadata }: Graph): boolean {
  return Object.hasOwn(metadata, TRUST);
}

/**
 * What an exported model says of itself.
 * @throws FormatError when it was not exported by Credence, or its metadata are damaged or do not fit its outputs.
 */
export function readTrust(graph: Graph): TrustMetadata {
  const what = `model '${graph.name}': metadata '${TRUST}'`;
  const text = graph.metadata[TRUST];
  if (text === undefined) {
    const hint = 'credence export writes such models';
    throw new FormatError({ what, expected: 'what an exported model says of itself', got: 'nothing', hint });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError({ what, expected: 'JSON', got: excerpt(text), cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new FormatError({
      what,
      expected: 'what an exported model says of itself',
      got: issue?.message ?? 'something else',
      ...(where !== '' && { where }),
    });
  }
  const absent = parsed.data.outputs.find(({ name }) => !graph.outputs.includes(name));
  if (absent === undefined) return parsed.data;
  const got = graph.outputs.join(', ');
  throw new FormatError({ what, expected: `an output '${absent.name}'`, got });
}

/** The entry of `metadata_props`: the same text for the same metadata, whatever the order of their keys. */
export function trustEntry(metadata: TrustMetadata): Readonly<Record<string, string>> {
  return { [TRUST]: JSON.stringify(schema.parse(metadata)) };
}

/** @throws ConfigurationError naming the field that makes no sense. */
export function checkProvenance(provenance: Provenance): void {
  const parsed = provenanceSchema.safeParse(provenance);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw new ConfigurationError({
    what: `provenance: ${issue?.path.join('.')}`,
    expected: 'an ISO 8601 date, SHA-256 of 64 hexadecimal digits, at least one example',
    got: issue?.message ?? 'something else',
  });
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
