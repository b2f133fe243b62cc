import { FormatError } from '../errors/index.js';
import type { TrustMetadata } from '../export/index.js';
import type { Input } from '../graph/index.js';
import { parsePreprocess } from '../sources/index.js';
import type { Preprocess } from '../sources/index.js';
import { prepareExamples } from '../sources/stored-examples.js';
import { elementCount } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { RequestError } from './problem.js';

/**
 * What was done to the examples that an export was fitted on; undefined: nothing.
 * @throws FormatError, ConfigurationError where metadata were damaged.
 */
export function preprocessingOf({ data }: TrustMetadata, where: string): Preprocess | undefined {
  const json = data.find(({ role }) => role === 'validation')?.preprocess;
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const [what, got] = ['preprocessing of the export', json.slice(0, 60)];
    throw new FormatError({ what, expected: 'JSON', got, where, cause });
  }
  return parsePreprocess(value, { where });
}

/**
 * Stored examples (n, ...) as the model reads them, as those of the export were made.
 * @param most bytes that they have at most afterwards: a pixel may become an image.
 * @throws RequestError on more; ConfigurationError, ShapeError, DataError on examples that cannot be
 *   prepared.
 */
export function prepare(
  stored: Tensor,
  input: Input,
  { preprocess, most }: { preprocess: Preprocess; most: number },
): Tensor<'float32'> {
  const [n = 0, ...example] = stored.shape;
  const where = 'request body';
  const preparation = prepareExamples(example, stored.dtype, {
    preprocess,
    target: input.shape.slice(1),
    where,
  });
  const size = 4 * n * elementCount(preparation.shape);
  if (size <= most) return preparation.run(stored, 0);
  throw new RequestError('too-large', {
    what: 'inputs',
    expected: `at most ${most} bytes after the preprocessing`,
    got: `${size}`,
    hint: 'send fewer examples',
  });
}
