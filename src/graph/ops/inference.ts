import { ShapeError } from '../../errors/index.js';
import type { DType } from '../../tensor/index.js';
import { formatShape, formatType } from '../types.js';
import type { Dim, Shape, TensorType } from '../types.js';

/** @throws ShapeError unless all the values that are there have one element type, or that which is given. */
export function checkTypes(what: string, values: readonly (TensorType | undefined)[], dtype?: DType): void {
  const present = values.filter((value) => value !== undefined);
  const expected = dtype ?? present[0]?.dtype;
  if (present.every((value) => value.dtype === expected)) return;
  throw new ShapeError({
    what,
    expected: `element type ${expected}`,
    got: present.map(formatType).join(', '),
  });
}

/** @throws ShapeError unless the value has one of these ranks. */
export function checkRank(what: string, { shape }: TensorType, ...ranks: readonly number[]): void {
  if (ranks.includes(shape.length)) return;
  throw new ShapeError({ what, expected: `rank ${ranks.join(' or ')}`, got: formatShape(shape) });
}

/** The numbers a value holds, or undefined where they are not known when the graph is built. */
export function knownNumbers(value: TensorType | undefined): number[] | undefined {
  const numbers = value?.content?.filter((dim) => typeof dim === 'number');
  return numbers !== undefined && numbers.length === value!.content!.length ? numbers : undefined;
}

/** The numbers a value holds. @throws ShapeError where they are not known when the graph is built. */
export function numbersOf(what: string, value: TensorType | undefined): number[] {
  const numbers = knownNumbers(value);
  if (numbers !== undefined) return numbers;
  throw new ShapeError({ what, expected: 'known when the graph is built', got: 'computed in the graph' });
}

/** The sizes that an integer value holds, unknown ones under new names; undefined when even their number is not known. */
export function sizesOf(target: TensorType, fresh: () => string): Dim[] | undefined {
  checkRank('sizes', target, 1);
  if (target.content !== undefined) return [...target.content];
  const rank = target.shape[0];
  // A list longer than any rank is not even made.
  return typeof rank === 'number' && rank <= 64 ? Array.from({ length: rank }, fresh) : undefined;
}

/** Whether two sizes are known to be different. */
export function differ(a: Dim | undefined, b: Dim | undefined): boolean {
  return typeof a === 'number' && typeof b === 'number' && a !== b;
}

/** The type of the same elements in another shape. */
export function inShape({ dtype, content }: TensorType, shape: Shape): TensorType {
  return { dtype, shape, ...(content && { content }) };
}
