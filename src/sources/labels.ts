import { ConfigurationError, DataError, didYouMean } from '../errors/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { SourceOptions } from './source.js';
import { numbersOf } from './stored-examples.js';

const LARGEST_LABEL = 2 ** 31 - 1;

/** @throws ConfigurationError on classes that are no names, each once, and no number. */
export function checkClasses(classes: SourceOptions['classes']): void {
  if (classes === undefined) return;
  const isCount = typeof classes === 'number' && Number.isInteger(classes) && classes >= 1;
  const isList =
    typeof classes !== 'number' && classes.length > 0 && new Set(classes).size === classes.length;
  if (isCount || isList) return;
  throw new ConfigurationError({
    what: 'classes',
    expected: 'how many there are, or their names, each once',
    got: JSON.stringify(classes).slice(0, 100),
  });
}

/** The classes that labels stand for, and the checks of labels against them. */
export interface LabelReader {
  readonly classes: readonly string[] | undefined;
  /** The label of a number. @throws DataError when it is no class. */
  ofNumber(value: number, where: string): number;
  /** The label of a class's name. @throws DataError when there is no such class. */
  ofName(name: string, where: string): number;
}

/** @param classes their names, or how many there are, where that is known. */
export function labelReader(classes: readonly string[] | number | undefined): LabelReader {
  const count = typeof classes === 'number' ? classes : classes?.length;
  const names = typeof classes === 'number' ? undefined : classes;
  const labels = new Map(names?.map((name, i) => [name, i]));
  return {
    classes: names,
    ofNumber: (value, where) => {
      if (Number.isInteger(value) && value >= 0 && value < (count ?? LARGEST_LABEL)) return value;
      const hint = value === count ? { hint: 'labels count from 0: subtract 1' } : {};
      const expected = count === undefined ? 'an integer of at least 0' : `an integer of 0 to ${count - 1}`;
      throw new DataError({ what: 'label', expected, got: `${value}`, where, ...hint });
    },
    ofName: (name, where) => {
      const label = labels.get(name);
      if (label !== undefined) return label;
      const near = didYouMean(name, labels.keys());
      throw new DataError({
        what: 'label',
        expected: `one of ${[...labels.keys()].slice(0, 20).join(', ')}${labels.size > 20 ? ', ...' : ''}`,
        got: `'${name}'`,
        where,
        ...(near !== undefined && { hint: `did you mean '${near}'?` }),
      });
    },
  };
}

/** Labels (n) or (n, 1) of any element type as int32 (n). `first`: the number of the first, for messages. */
export function labelsOf(stored: Tensor, reader: LabelReader, first: number, where: string): Tensor<'int32'> {
  const numbers = numbersOf(stored);
  const labels = new Int32Array(numbers.length);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = reader.ofNumber(numbers[i]!, `${where}, example ${first + i}`);
  }
  return tensor('int32', [labels.length], labels);
}

/**
 * The classes of a set of names: sorted as Python sorts texts, which is what torchvision does with folders.
 * @throws DataError when there are not as many as `expected` says.
 */
export function sortedClasses(
  names: Iterable<string>,
  expected: readonly string[] | number | undefined,
  where: string,
): readonly string[] {
  const sorted = [...names].toSorted(byCodePoint);
  if (typeof expected !== 'number' || sorted.length === expected) return sorted;
  throw new DataError({
    what: 'classes',
    expected: `${expected}`,
    got: `${sorted.length} (${sorted.slice(0, 20).join(', ')}${sorted.length > 20 ? ', ...' : ''})`,
    where,
    hint: 'name all classes in the order of their labels (classes)',
  });
}

/** Not as JavaScript compares texts, by UTF-16. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
