import { ConfigurationError, ShapeError } from '../errors/index.js';
import { sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { batchSize } from './batch-size.js';
import type { DataSource } from './source.js';

/** What is known of a data set beside its inputs. */
export interface TensorSourceOptions {
  /** (n), classes from 0. */
  readonly labels?: ArrayLike<number> | undefined;
  /** As messages and findings call the set; 'data' unless given. */
  readonly name?: string;
  /** What label 0, 1, ... stands for. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * A data set that is in memory, in a page too: examples (n, ...), as the model reads them. Its batches are views of them.
 * @throws ShapeError when there are not as many labels; ConfigurationError on a label that is no integer of at
 *   least 0, or for which there is no class.
 */
export function tensorSource(
  inputs: Tensor<'float32'>,
  { labels, name = 'data', classes }: TensorSourceOptions = {},
): DataSource {
  const [count = 0, ...shape] = inputs.shape;
  if (labels !== undefined && labels.length !== count) {
    throw new ShapeError({ what: 'labels', expected: `${count}`, got: `${labels.length}`, where: name });
  }
  const own = labels && tensor('int32', [count], Int32Array.from(labels));
  const end = classes?.length ?? Infinity;
  const wrong = own?.data.findIndex((label, i) => label < 0 || label >= end || label !== labels![i]) ?? -1;
  if (wrong >= 0) {
    throw new ConfigurationError({
      what: 'label',
      expected: classes === undefined ? 'an integer of at least 0' : `an integer of 0 to ${end - 1}`,
      got: `${labels![wrong]}`,
      where: `${name}, example ${wrong}`,
    });
  }
  return {
    name,
    shape,
    count,
    labelled: own !== undefined,
    ...(classes !== undefined && { classes }),
    async *batches(size, { signal } = {}) {
      const rows = batchSize(size);
      for (let start = 0; start < count; start += rows) {
        signal?.throwIfAborted();
        const end = Math.min(start + rows, count);
        yield {
          inputs: sliceRows(inputs, start, end),
          ...(own !== undefined && { labels: sliceRows(own, start, end) }),
        };
      }
    },
  };
}
