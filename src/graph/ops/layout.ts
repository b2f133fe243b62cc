import { ShapeError } from '../../errors/index.js';
import { squeeze, transpose, unsqueeze } from '../functions/shaping.js';
import { intAttribute, intsAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import { broadcastShapes, knownCount, normalAxis } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape, TensorType } from '../types.js';
import { reshapeLike, sumTo } from './adjoints.js';
import { at, buildArray } from './reference-arrays.js';

/** Operations that keep the elements and change their arrangement. */
export const layoutOperations: readonly Operation[] = [
  {
    op: 'Reshape',
    infer: ({ inputs, attributes, fresh }) => {
      const [x, target] = [required(inputs, 0), required(inputs, 1)];
      const allowZero = intAttribute(attributes, 'allowzero', 0) === 1;
      return [{ ...x, shape: reshaped(x.shape, target, allowZero, fresh) }];
    },
    evaluate: ({ inputs, attributes }) => {
      const [x, target] = [required(inputs, 0), required(inputs, 1)];
      const allowZero = intAttribute(attributes, 'allowzero', 0) === 1;
      const content = [...target.data];
      const shape = reshaped(x.shape, { dtype: 'int64', shape: target.shape, content }, allowZero, String);
      return [{ ...x, shape: shape.map(Number) }];
    },
    gradient: ({ inputs, adjoints }) => [reshapeLike(adjoints[0]!, required(inputs, 0))],
  },
  {
    op: 'Flatten',
    infer: ({ inputs, attributes, fresh }) => {
      const x = required(inputs, 0);
      return [{ dtype: x.dtype, shape: flattened(x.shape, intAttribute(attributes, 'axis', 1), fresh) }];
    },
    evaluate: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      return [{ ...x, shape: flattened(x.shape, intAttribute(attributes, 'axis', 1), String).map(Number) }];
    },
    gradient: ({ inputs, adjoints }) => [reshapeLike(adjoints[0]!, required(inputs, 0))],
  },
  {
    op: 'Transpose',
    infer: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      return [{ dtype: x.dtype, shape: permutationOf(attributes, x.shape).map((axis) => x.shape[axis]!) }];
    },
    evaluate: ({ inputs, attributes }) => {
      const x = required(inputs, 0);
      const permutation = permutationOf(attributes, x.shape);
      const source = x.shape.map(() => 0);
      return [
        buildArray(
          x.dtype,
          permutation.map((axis) => x.shape[axis]!),
          (index) => {
            permutation.forEach((axis, i) => (source[axis] = index[i]!));
            return at(x, source);
          },
        ),
      ];
    },
    gradient: ({ inputs, adjoints, attributes }) => {
      const permutation = permutationOf(attributes, required(inputs, 0).shape);
      return [
        transpose(
          adjoints[0]!,
          permutation.map((_, axis) => permutation.indexOf(axis)),
        ),
      ];
    },
  },
  {
    op: 'Squeeze',
    infer: ({ inputs }) => {
      const x = required(inputs, 0);
      const axes = squeezedAxes(x.shape, inputs[1]?.content?.map(Number));
      const shape = x.shape.filter((_, axis) => !axes.includes(axis));
      return [{ ...x, shape }];
    },
    evaluate: ({ inputs }) => {
      const x = required(inputs, 0);
      const axes = squeezedAxes(x.shape, inputs[1] && [...inputs[1].data]);
      return [{ ...x, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
    },
    gradient: ({ inputs, adjoints }) => {
      const x = required(inputs, 0);
      return [unsqueeze(adjoints[0]!, squeezedAxes(x.shape, inputs[1]?.content?.map(Number))), undefined];
    },
  },
  {
    op: 'Unsqueeze',
    infer: ({ inputs }) => {
      const x = required(inputs, 0);
      return [{ ...x, shape: unsqueezed(x.shape, axesOf(inputs[1])).shape }];
    },
    evaluate: ({ inputs }) => {
      const x = required(inputs, 0);
      return [{ ...x, shape: unsqueezed(x.shape, [...required(inputs, 1).data]).shape.map(Number) }];
    },
    gradient: ({ inputs, adjoints }) => {
      const { axes } = unsqueezed(required(inputs, 0).shape, axesOf(inputs[1]));
      return [squeeze(adjoints[0]!, axes), undefined];
    },
  },
  {
    op: 'Expand',
    infer: ({ inputs, fresh }) => {
      const [x, target] = [required(inputs, 0), required(inputs, 1)];
      return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, sizesOf(target, fresh)) }];
    },
    evaluate: ({ inputs }) => {
      const [x, target] = [required(inputs, 0), required(inputs, 1)];
      const shape = broadcastShapes(x.shape, [...target.data]).map(Number);
      return [buildArray(x.dtype, shape, (index) => at(x, index))];
    },
    gradient: ({ inputs, adjoints }) => [sumTo(adjoints[0]!, required(inputs, 0)), undefined],
  },
  {
    op: 'Dropout',
    infer: ({ inputs, outputs }) => {
      const x = required(inputs, 0);
      const kept: TensorType = { dtype: 'bool', shape: x.shape };
      return outputs === 2 ? [x, kept] : [x];
    },
    evaluate: ({ inputs }) => {
      const x = required(inputs, 0);
      return [x, { dtype: 'bool', shape: x.shape, data: new Float64Array(x.data.length).fill(1) }];
    },
    gradient: ({ inputs, adjoints }) => inputs.map((_, i) => (i === 0 ? adjoints[0] : undefined)),
  },
];

function reshaped(shape: Shape, target: TensorType, allowZero: boolean, fresh: () => string): Dim[] {
  const sizes = sizesOf(target, fresh).map((dim, axis) =>
    dim === 0 && !allowZero ? (shape[axis] ?? 0) : dim,
  );
  const free = sizes.indexOf(-1);
  if (free >= 0) sizes[free] = missingSize(shape, sizes, fresh);
  const [before, after] = [knownCount(shape), knownCount(sizes)];
  if (before !== undefined && after !== undefined && before !== after) {
    throw new ShapeError({
      what: 'Reshape',
      expected: `${before} elements as in ${formatShape(shape)}`,
      got: formatShape(sizes),
    });
  }
  return sizes;
}

/** The size that -1 stands for: what is left after names and numbers that stand on both sides are struck out. */
function missingSize(shape: Shape, sizes: readonly Dim[], fresh: () => string): Dim {
  const names = shape.filter((dim) => typeof dim === 'string');
  for (const dim of sizes) {
    if (typeof dim !== 'string') continue;
    const i = names.indexOf(dim);
    if (i < 0) return fresh();
    names.splice(i, 1);
  }
  const product = (dims: readonly Dim[]): number =>
    dims.reduce<number>((total, dim) => (typeof dim === 'number' && dim !== -1 ? total * dim : total), 1);
  const ratio = product(shape) / product(sizes);
  if (names.length === 0) {
    if (Number.isInteger(ratio)) return ratio;
    throw new ShapeError({
      what: 'Reshape',
      expected: `sizes that divide ${formatShape(shape)}`,
      got: formatShape(sizes),
    });
  }
  return names.length === 1 && ratio === 1 ? names[0]! : fresh();
}

/** The sizes that an integer value holds; unknown ones get new names. @throws ShapeError when even their number is unknown. */
function sizesOf(target: TensorType, fresh: () => string): Dim[] {
  if (target.content !== undefined) return [...target.content];
  const rank = target.shape[0];
  if (typeof rank !== 'number') {
    throw new ShapeError({
      what: 'shape',
      expected: 'a rank known when the graph is built',
      got: formatShape(target.shape),
    });
  }
  return Array.from({ length: rank }, fresh);
}

function flattened(shape: Shape, axis: number, fresh: () => string): Dim[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const product = (dims: Shape): Dim => {
    const rest = dims.filter((dim) => dim !== 1);
    return knownCount(dims) ?? (rest.length === 1 ? rest[0]! : fresh());
  };
  return [product(shape.slice(0, at)), product(shape.slice(at))];
}

function permutationOf(attributes: Attributes, shape: Shape): readonly number[] {
  const permutation = intsAttribute(attributes, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (
    permutation.toSorted((a, b) => a - b).some((axis, i) => axis !== i) ||
    permutation.length !== shape.length
  ) {
    throw new ShapeError({
      what: 'Transpose: perm',
      expected: `a permutation of the axes of ${formatShape(shape)}`,
      got: `[${permutation.join(', ')}]`,
    });
  }
  return permutation;
}

function squeezedAxes(shape: Shape, axes: readonly number[] | undefined): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis).filter((axis) => shape[axis] === 1);
  return axes.map((axis) => {
    const normal = normalAxis(axis, shape.length);
    if (typeof shape[normal] === 'number' && shape[normal] !== 1) {
      throw new ShapeError({ what: `Squeeze: axis ${axis}`, expected: 'size 1', got: formatShape(shape) });
    }
    return normal;
  });
}

function unsqueezed(shape: Shape, axes: readonly number[]): { shape: Dim[]; axes: number[] } {
  const rank = shape.length + axes.length;
  const normal = axes.map((axis) => normalAxis(axis, rank));
  let next = 0;
  const result = Array.from({ length: rank }, (_, axis): Dim => (normal.includes(axis) ? 1 : shape[next++]!));
  return { shape: result, axes: normal };
}

function axesOf(axes: TensorType | undefined): number[] {
  if (axes?.content === undefined) {
    throw new ShapeError({ what: 'axes', expected: 'known when the graph is built', got: 'computed ones' });
  }
  return axes.content.map(Number);
}
