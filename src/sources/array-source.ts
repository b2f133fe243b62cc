import { ConfigurationError, DataError, didYouMean } from '../errors/index.js';
import { labelReader, labelsOf } from './labels.js';
import type { NpzArchive } from './npz-archive.js';
import type { Preprocess } from './preprocess.js';
import { batchSize } from './batch-size.js';
import type { Batch, DataSource, SourceOptions } from './source.js';
import { readRows } from './stored-array.js';
import type { StoredArray } from './stored-array.js';
import { prepareExamples } from './stored-examples.js';

/**
 * A data set of one array of inputs (N, ...), and one of labels (N) or (N, 1).
 * @throws DataError, ShapeError when they do not go together, or with the preprocessing and shape.
 */
export function arraySource(
  inputs: StoredArray,
  labels: StoredArray | undefined,
  { name, preprocess, options }: { name: string; preprocess: Preprocess; options: SourceOptions },
): DataSource {
  const [count = 0, ...example] = inputs.layout.shape;
  const preparation = prepareExamples(example, inputs.layout.dtype, {
    preprocess,
    target: options.shape,
    where: inputs.where,
  });
  if (labels !== undefined) checkLabels(labels, count);
  const reader = labelReader(options.classes);
  async function* batches(size: number, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    const labelRows = labels && readRows(labels, size);
    let first = 0;
    try {
      for await (const rows of readRows(inputs, size)) {
        signal?.throwIfAborted();
        const prepared = preparation.run(rows, first);
        if (labels === undefined || labelRows === undefined) yield { inputs: prepared };
        else {
          const next = await labelRows.next();
          // Both have `count` rows, or their reading throws.
          if (next.done === true) return;
          yield { inputs: prepared, labels: labelsOf(next.value, reader, first, labels.where) };
        }
        first += size;
      }
      // The end of a file is checked behind its last row.
      await labelRows?.next();
    } finally {
      await labelRows?.return(undefined);
    }
  }
  return {
    name,
    shape: preparation.shape,
    labelled: labels !== undefined,
    count,
    ...(reader.classes !== undefined && { classes: reader.classes }),
    batches: (size, { signal } = {}) => batches(batchSize(size), signal),
  };
}

function checkLabels({ layout, where }: StoredArray, count: number): void {
  const { shape } = layout;
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (isColumn && shape[0] === count) return;
  throw new DataError({
    what: 'labels',
    expected: `an array (${count}), one an example`,
    got: `(${shape.join(', ')})`,
    where,
    ...(shape.length === 2 && shape[1] !== 1 && { hint: 'turn one-hot rows into integers with argmax' }),
    ...(isColumn && { hint: 'inputs and labels are not of the same set' }),
  });
}

const INPUT_NAMES = ['x', 'images', 'data', 'inputs', 'features', 'image', 'input', 'arr_0'];
const LABEL_NAMES = ['y', 'labels', 'targets', 'label', 'target', 'arr_1'];
/** What a name of inputs becomes in the name of their labels. */
const PAIRS: readonly (readonly [from: string, to: readonly string[]])[] = [
  ['x', ['y']],
  ['images', ['labels', 'targets']],
  ['image', ['label', 'target', 'labels']],
  ['data', ['labels', 'targets', 'label', 'target']],
  ['inputs', ['labels', 'targets', 'outputs']],
  ['input', ['label', 'target']],
  ['features', ['labels', 'targets']],
];

/** What labels may be called whose inputs are called so: 'y_test' for 'x_test', likeliest first. */
export function labelNames(name: string): string[] {
  const names: string[] = [];
  for (const [from, to] of PAIRS) {
    const word = new RegExp(`(?<![a-z])${from}(?![a-z])`, 'i');
    const found = word.exec(name)?.[0];
    if (found === undefined) continue;
    const isUpper = found === found.toUpperCase();
    for (const label of to) {
      for (const text of isUpper ? [label.toUpperCase(), label] : [label]) {
        const renamed = name.replace(word, text);
        // IDX files say how many dimensions they have.
        names.push(renamed.replace(/idx\d/, 'idx1'), renamed);
      }
    }
  }
  return [...new Set(names)].filter((label) => label !== name);
}

/** The names of the inputs and labels of an archive. @throws ConfigurationError when they are not clear, or not there. */
export function chooseArrays(
  archive: NpzArchive,
  { inputs, labels }: SourceOptions,
  where: string,
): { inputs: string; labels: string | undefined } {
  const names = [...archive.keys()];
  const rest = names.filter((name) => name !== labels);
  const find = (wanted: readonly string[]): string | undefined =>
    wanted.flatMap((name) => rest.filter((other) => other.toLowerCase() === name)).at(0);
  const named = (option: 'inputs' | 'labels', name: string): string => {
    if (archive.has(name)) return name;
    const near = didYouMean(name, names);
    throw new ConfigurationError({
      what: option,
      expected: `an array of the archive: ${names.join(', ')}`,
      got: `'${name}'`,
      where,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  };
  if (Array.isArray(inputs)) {
    throw new ConfigurationError({ what: 'inputs', expected: 'one array', got: `${inputs.length}`, where });
  }
  const paired = rest.filter((name) => labelNames(name).some((label) => archive.has(label)));
  const only = paired.length === 1 ? paired[0] : rest.length === 1 ? rest[0] : undefined;
  const chosen = typeof inputs === 'string' ? named('inputs', inputs) : (find(INPUT_NAMES) ?? only);
  if (chosen === undefined) {
    throw new ConfigurationError({
      what: 'inputs',
      expected: `an array called ${INPUT_NAMES.slice(0, 5).join(', ')}`,
      got: names.join(', ') || 'no array',
      where,
      hint: 'name the array of the inputs, and that of the labels (inputs, labels)',
    });
  }
  if (labels === false) return { inputs: chosen, labels: undefined };
  if (labels !== undefined) return { inputs: chosen, labels: named('labels', labels) };
  const usual = typeof inputs === 'string' ? undefined : find(LABEL_NAMES);
  const label = labelNames(chosen).find((name) => archive.has(name)) ?? usual;
  return { inputs: chosen, labels: label === chosen ? undefined : label };
}
