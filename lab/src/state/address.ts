import type { Parameter, ValueOf } from './parameters.js';

/** A panel's parameters by their names in the address. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Values<P extends Parameters> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** What `#/week1?alpha=2&set=sine` says. */
export interface Address {
  /** Empty where the address names none. */
  readonly panel: string;
  readonly query: ReadonlyMap<string, string>;
}

export function parseAddress(hash: string): Address {
  const [path = '', search = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const query = new Map<string, string>();
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const [name, value = ''] = splitOnce(pair, '=');
    query.set(unescaped(name!), unescaped(value));
  }
  return { panel: path, query };
}

export function formatAddress({ panel, query }: Address): string {
  const pairs = Array.from(query, ([name, value]) => `${escaped(name)}=${escaped(value)}`);
  return `#/${panel}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

/** What of the values differs from the initial ones, as the address holds it. */
export function encodeValues<P extends Parameters>(parameters: P, values: Values<P>): Map<string, string> {
  const query = new Map<string, string>();
  for (const [name, parameter] of entriesOf(parameters)) {
    const text = parameter.encode(values[name]);
    if (text !== parameter.encode(parameter.initial)) query.set(name, text);
  }
  return query;
}

/** The values that the address holds, the initial ones where it holds none or one that cannot be read, which `problems` are about. */
export function decodeValues<P extends Parameters>(
  parameters: P,
  query: ReadonlyMap<string, string>,
): { readonly values: Values<P>; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const values = Object.fromEntries(
    entriesOf(parameters).map(([name, parameter]) => {
      const text = query.get(name);
      const value = text === undefined ? parameter.initial : parameter.decode(text);
      if (value !== undefined) return [name, value];
      problems.push(
        `'${name}' in the address: expected ${parameter.expected}, got '${shortened(text ?? '')}'`,
      );
      return [name, parameter.initial];
    }),
  ) as Values<P>;
  for (const name of query.keys()) {
    if (!Object.hasOwn(parameters, name))
      problems.push(`'${shortened(name)}' in the address: this panel has no such setting`);
  }
  return { values, problems };
}

function entriesOf<P extends Parameters>(parameters: P): [keyof P & string, Parameter<unknown>][] {
  return Object.entries(parameters);
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Commas and semicolons may stand as they are in a fragment, and lists are full of them. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3B', ';');
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
