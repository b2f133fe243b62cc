import { ShapeError } from '../errors/index.js';
import { elementCount } from '../tensor/index.js';

/**
 * The shape that examples of `own` shape get so that a model of `target` shape reads them: the elements stay where they
 * are, so only axes of size 1 may come and go, and flat examples be folded or others flattened.
 * @throws ShapeError when that is not enough.
 */
export function fitShape(
  own: readonly number[],
  target: readonly (number | string)[],
  where: string,
): readonly number[] {
  if (fitsShape(own, target)) return own;
  const thin = own.filter((size) => size !== 1);
  const thinTarget = target.filter((size) => size !== 1);
  if (fitsShape(thin, thinTarget)) {
    let axis = 0;
    return target.map((size) => (size === 1 ? 1 : thin[axis++]!));
  }
  const isFlat = own.length === 1 || target.length === 1;
  const sizes = target.filter((size) => typeof size === 'number');
  const named = target.length - sizes.length;
  const rest = elementCount(own) / elementCount(sizes);
  if (isFlat && ((named === 0 && rest === 1) || (named === 1 && Number.isInteger(rest)))) {
    return target.map((size) => (typeof size === 'number' ? size : rest));
  }
  throw new ShapeError({
    what: 'inputs',
    expected: `examples of shape (${target.join(', ')}), which the model reads`,
    got: `(${own.join(', ')})`,
    where,
    hint: hintOf(own, target),
  });
}

function hintOf(own: readonly number[], target: readonly (number | string)[]): string {
  if (target.length === 1) return 'name the feature columns that the model was trained on (inputs)';
  if (target.length === 3) {
    const channels = target[0] === 1 || target[2] === 1;
    if (channels && own.length === 3 && !own.includes(1)) return 'preprocess with grayscale';
    return "preprocess with resize: [height, width], or layout: 'nchw' or 'nhwc'";
  }
  return 'bring the data into this shape';
}

/** Whether the sizes are those of the target, names for any. */
export function fitsShape(own: readonly number[], target: readonly (number | string)[]): boolean {
  return (
    own.length === target.length &&
    own.every((size, axis) => typeof target[axis] === 'string' || target[axis] === size)
  );
}
