import { FormatError } from '../errors/index.js';

/** The three fields of a .npy header, as its text has them. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Literal = string | boolean | readonly number[];

const TOKEN = /\s*(?:('[^'\\]*'|"[^"\\]*")|(True|False)\b|(\d+)L?|([{}():,]))/y;

/**
 * The header's text, a Python dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
 * @throws FormatError when it is not one with exactly these fields, of these types.
 */
export function parseNpyHeader(text: string, where: string): NpyHeader {
  const fields = readDictionary(tokenize(text.trimEnd()));
  const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) => fields?.get(key));
  if (
    fields?.size === 3 &&
    typeof descr === 'string' &&
    typeof fortranOrder === 'boolean' &&
    Array.isArray(shape)
  ) {
    return { descr, fortranOrder, shape };
  }
  throw new FormatError({
    what: '.npy header',
    expected: "a dictionary of a plain 'descr', 'fortran_order' and 'shape'",
    got: text.slice(0, 200).trim(),
    where,
    hint: 'arrays of records are not read',
  });
}

/** Undefined: the tokens are no dictionary of texts, truth values and tuples of integers. */
function readDictionary(tokens: readonly string[]): ReadonlyMap<string, Literal> | undefined {
  const fields = new Map<string, Literal>();
  let at = 0;
  const take = (symbol: string): boolean => tokens[at] === symbol && ++at > 0;
  if (!take('{')) return undefined;
  while (!take('}')) {
    const key = tokens[at++] ?? '';
    if (!isText(key) || !take(':')) return undefined;
    const token = tokens[at++] ?? '';
    let value: Literal;
    if (isText(token)) value = token.slice(1, -1);
    else if (token === 'True' || token === 'False') value = token === 'True';
    else if (token === '(') {
      const sizes: number[] = [];
      while (!take(')')) {
        const size = Number(tokens[at++] ?? '?');
        if (!Number.isSafeInteger(size) || (!take(',') && tokens[at] !== ')')) return undefined;
        sizes.push(size);
      }
      value = sizes;
    } else return undefined;
    if (fields.has(key.slice(1, -1)) || (!take(',') && tokens[at] !== '}')) return undefined;
    fields.set(key.slice(1, -1), value);
  }
  return at === tokens.length ? fields : undefined;
}

function isText(token: string): boolean {
  return token.startsWith("'") || token.startsWith('"');
}

/** No tokens at all when something in the text is none. */
function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return [];
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
  }
  return tokens;
}
