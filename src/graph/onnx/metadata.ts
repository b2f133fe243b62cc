import { FormatError } from '../../errors/index.js';
import type { Graph, Random } from '../types.js';

/** Keys of `metadata_props` under which Credence keeps what ONNX has no field for. */
const PARAMETERS = 'credence.parameters';
const RANDOM = 'credence.random';

/** A graph's metadata with what ONNX has no field for: which constants are trained, and the laws of random inputs. */
export function metadataOf({ metadata, parameters, inputs }: Graph): Record<string, string> {
  const random = inputs.flatMap(({ name, random: law }) => (law === undefined ? [] : [[name, law] as const]));
  return {
    ...metadata,
    ...(parameters.length > 0 && { [PARAMETERS]: JSON.stringify(parameters) }),
    ...(random.length > 0 && { [RANDOM]: JSON.stringify(Object.fromEntries(random)) }),
  };
}

/** The other way round. @throws FormatError when our own entries are not what `metadataOf` writes. */
export function readMetadata(entries: ReadonlyMap<string, string>): {
  metadata: Record<string, string>;
  parameters: readonly string[];
  random: ReadonlyMap<string, Random>;
} {
  const { [PARAMETERS]: parameters, [RANDOM]: random, ...metadata } = Object.fromEntries(entries);
  return { metadata, parameters: parametersIn(parameters), random: randomIn(random) };
}

function parametersIn(json: string | undefined): readonly string[] {
  const list = json === undefined ? [] : parse(PARAMETERS, json);
  if (Array.isArray(list) && list.every((name): name is string => typeof name === 'string')) return list;
  throw new FormatError({
    what: `metadata '${PARAMETERS}'`,
    expected: 'a list of names',
    got: excerpt(json),
  });
}

function randomIn(json: string | undefined): ReadonlyMap<string, Random> {
  const laws = json === undefined ? {} : parse(RANDOM, json);
  if (typeof laws === 'object' && laws !== null && !Array.isArray(laws)) {
    const entries = Object.entries(laws).map(([name, law]: [string, unknown]) => [name, lawOf(law)] as const);
    const read = entries.flatMap(([name, law]) => (law === undefined ? [] : [[name, law] as const]));
    if (read.length === entries.length) return new Map(read);
  }
  throw new FormatError({
    what: `metadata '${RANDOM}'`,
    expected: 'a law for each input',
    got: excerpt(json),
  });
}

function lawOf(law: unknown): Random | undefined {
  if (typeof law !== 'object' || law === null || !('kind' in law)) return undefined;
  if (law.kind === 'normal') return { kind: 'normal' };
  if (law.kind !== 'bernoulli' || !('probability' in law)) return undefined;
  const { probability } = law;
  const valid = typeof probability === 'number' && probability >= 0 && probability <= 1;
  return valid ? { kind: 'bernoulli', probability } : undefined;
}

function parse(key: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new FormatError({ what: `metadata '${key}'`, expected: 'JSON', got: excerpt(json), cause: error });
  }
}

function excerpt(json: string | undefined): string {
  return json === undefined ? 'nothing' : json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
