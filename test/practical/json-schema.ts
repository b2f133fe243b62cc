type Schema = Readonly<Record<string, unknown>>;

/**
 * Where a value breaks a JSON Schema, one line each; none if it is valid. The keywords of the schemas that are tested here, and no
 * others: an unknown one is an error, so that a test cannot pass by what is left out.
 */
export function violations(value: unknown, schema: Schema, root: Schema = schema, path = '$'): string[] {
  const found: string[] = [];
  for (const [keyword, own] of Object.entries(schema)) {
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`keyword '${keyword}' of JSON Schema at ${path}`);
    found.push(...check(value, own, { schema, root, path }));
  }
  return found;
}

interface Place {
  readonly schema: Schema;
  readonly root: Schema;
  readonly path: string;
}

type Keyword = (value: unknown, own: unknown, place: Place) => string[];

const ignored: Keyword = () => [];
const failsUnless = (holds: boolean, path: string, message: string): string[] =>
  holds ? [] : [`${path}: ${message}`];
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $schema: ignored,
  $defs: ignored,
  id: ignored,
  title: ignored,
  description: ignored,
  $ref(value, own, { root, path }) {
    const target = String(own).match(/^#\/\$defs\/(\w+)$/)?.[1];
    const definition = (root['$defs'] as Record<string, Schema>)[target ?? ''];
    return definition === undefined
      ? [`${path}: nothing at ${String(own)}`]
      : violations(value, definition, root, path);
  },
  type(value, own, { path }) {
    const types: Record<string, boolean> = {
      object: isObject(value),
      array: Array.isArray(value),
      string: typeof value === 'string',
      boolean: typeof value === 'boolean',
      null: value === null,
      number: typeof value === 'number',
      integer: Number.isInteger(value),
    };
    const wanted = [own].flat().map(String);
    const holds = wanted.some((type) => types[type] === true);
    return failsUnless(holds, path, `expected ${wanted.join(' or ')}`);
  },
  const: (value, own, { path }) => failsUnless(value === own, path, `expected ${JSON.stringify(own)}`),
  enum: (value, own, { path }) =>
    failsUnless((own as unknown[]).includes(value), path, `expected one of ${String(own)}`),
  minimum: (value, own, { path }) =>
    failsUnless((value as number) >= (own as number), path, `below ${String(own)}`),
  maximum: (value, own, { path }) =>
    failsUnless((value as number) <= (own as number), path, `above ${String(own)}`),
  required: (value, own, { path }) =>
    (own as string[])
      .filter((name) => !isObject(value) || !Object.hasOwn(value, name))
      .map((name) => `${path}: no ${name}`),
  properties(value, own, { root, path }) {
    if (!isObject(value)) return [];
    return Object.entries(own as Record<string, Schema>).flatMap(([name, schema]) =>
      Object.hasOwn(value, name) ? violations(value[name], schema, root, `${path}.${name}`) : [],
    );
  },
  additionalProperties(value, own, { schema, root, path }) {
    if (!isObject(value)) return [];
    const known = Object.keys((schema['properties'] as Schema | undefined) ?? {});
    const rest = Object.keys(value).filter((name) => !known.includes(name));
    if (own === false) return rest.map((name) => `${path}: unknown ${name}`);
    return rest.flatMap((name) => violations(value[name], own as Schema, root, `${path}.${name}`));
  },
  propertyNames: (value, own, { root, path }) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) => violations(name, own as Schema, root, `${path}: name`))
      : [],
  items: (value, own, { root, path }) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => violations(item, own as Schema, root, `${path}[${i}]`))
      : [],
  anyOf(value, own, { root, path }) {
    const branches = (own as Schema[]).map((schema) => violations(value, schema, root, path));
    return branches.some((branch) => branch.length === 0)
      ? []
      : [`${path}: ${branches.flat().join(', or ')}`];
  },
};
