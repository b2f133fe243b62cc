import { ConfigurationError } from '../errors/index.js';
import { readFileBytes } from '../files/index.js';
import { parsePreprocess } from './preprocess.js';
import { parsePreprocessText, statesFields } from './preprocess-text.js';
import type { Preprocess } from './preprocess.js';

/**
 * The preprocessing of a text such as 'scale=1/255,mean=0.13,std=0.31' (see `parsePreprocessText`), or of a JSON file.
 * @throws FileError when the file cannot be read; ConfigurationError when it is no JSON or describes none.
 */
export async function readPreprocess(path: string): Promise<Preprocess> {
  if (statesFields(path)) return parsePreprocessText(path);
  const bytes = await readFileBytes(path);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError({ what: 'preprocess', expected: 'JSON', got, where: path, cause });
  }
  return parsePreprocess(value, { where: path });
}
