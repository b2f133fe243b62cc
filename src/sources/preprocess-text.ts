import { parsePreprocess } from './preprocess.js';
import type { Preprocess } from './preprocess.js';

/** Whether a text states the fields of a preprocessing, rather than the file that does. */
export function statesFields(text: string): boolean {
  return /^[a-z]+=/i.test(text);
}

/**
 * The preprocessing of a text such as 'scale=1/255,mean=0.485,0.456,0.406,resize=32x32': fields after commas; a list has
 * commas between its numbers, sizes are 'height x width'.
 * @throws ConfigurationError naming the first field that is unknown or makes no sense.
 */
export function parsePreprocessText(text: string): Preprocess {
  const fields = text.split(/,(?=\s*[a-z]+=)/i).map((part) => {
    const [name = '', value = ''] = part.split(/=(.*)/s, 2);
    return [name.trim(), valueOf(value.trim())] as const;
  });
  return parsePreprocess(Object.fromEntries(fields), { where: text });
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const numbers = text.split(/[,x]/).map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.some(Number.isNaN)) return text;
  return numbers.length === 1 ? numbers[0] : numbers;
}
