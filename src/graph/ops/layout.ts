import { ShapeError } from '../../errors/index.js';
import { squeeze, transpose, unsqueeze } from '../functions/shaping.js';
import { flagAttribute, intAttribute, intsAttribute, required } from '../operation.js';
import type { Operation } from '../operation.js';
import { knownCount, normalAxis } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape } from '../types.js';
import { reshapeLike } from './adjoints.js';
import { inShape, knownNumbers, sizesOf } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

const reshapeOperation: Operation = {
  op: 'Reshape',
  onContent: true,
  infer: ({ inputs, attributes, fresh }) => {
    const [x, target] = [required(inputs, 0), required(inputs, 1)];
    const sizes = sizesOf(target, fresh);
    return [sizes && inShape(x, reshaped(x.shape, sizes, flagAttribute(attributes, 'allowzero'), fresh))];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, target] = [required(inputs, 0), required(inputs, 1)];
    const shape = reshaped(x.shape, [...target.data], flagAttribute(attributes, 'allowzero'), String);
    return [{ ...x, shape: shape.map(Number) }];
  },
  gradient: ({ inputs, adjoints }) => [reshapeLike(adjoints[0]!, required(inputs, 0)), undefined],
};

const flattenOperation: Operation = {
  op: 'Flatten',
  onContent: true,
  infer: ({ inputs, attributes, fresh }) => {
    const x = required(inputs, 0);
    return [{ dtype: x.dtype, shape: flattened(x.shape, intAttribute(attributes, 'axis', 1), fresh) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    return [{ ...x, shape: flattened(x.shape, intAttribute(attributes, 'axis', 1), String).map(Number) }];
  },
  gradient: ({ inputs, adjoints }) => [reshapeLike(adjoints[0]!, required(inputs, 0))],
};

const transposeOperation: Operation = {
  op: 'Transpose',
  onContent: true,
  infer: ({ inputs, attributes }) => {
    const { dtype, shape } = required(inputs, 0);
    return [{ dtype, shape: permutationOf(attributes, shape).map((axis) => shape[axis]!) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const permutation = permutationOf(attributes, x.shape);
    const shape = permutation.map((axis) => x.shape[axis]!);
    const source = x.shape.map(() => 0);
    return [
      buildArray(x.dtype, shape, (index) => {
        permutation.forEach((axis, i) => (source[axis] = index[i]!));
        return at(x, source);
      }),
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
};

/** Without axes, all of size 1 go; a named size is taken to be above 1. */
const squeezeOperation: Operation = {
  op: 'Squeeze',
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    const given = knownNumbers(inputs[1]);
    if (inputs[1] !== undefined && given === undefined) return [undefined];
    return [inShape(x, squeezed(x.shape, squeezedAxes(x.shape, given)))];
  },
  evaluate: ({ inputs }) => {
    const x = required(inputs, 0);
    const axes = squeezedAxes(x.shape, inputs[1] && [...inputs[1].data]);
    return [{ ...x, shape: squeezed(x.shape, axes).map(Number) }];
  },
  gradient: ({ inputs, adjoints }) => {
    const x = required(inputs, 0);
    return [unsqueeze(adjoints[0]!, squeezedAxes(x.shape, knownNumbers(inputs[1]))), undefined];
  },
};

const unsqueezeOperation: Operation = {
  op: 'Unsqueeze',
  infer: ({ inputs }) => {
    const [x, axes] = [required(inputs, 0), required(inputs, 1)];
    const known = knownNumbers(axes);
    return [known && inShape(x, unsqueezed(x.shape, known).shape)];
  },
  evaluate: ({ inputs }) => {
    const x = required(inputs, 0);
    return [{ ...x, shape: unsqueezed(x.shape, [...required(inputs, 1).data]).shape.map(Number) }];
  },
  gradient: ({ inputs, adjoints }) => {
    const axes = knownNumbers(inputs[1]) ?? [];
    return [squeeze(adjoints[0]!, unsqueezed(required(inputs, 0).shape, axes).axes), undefined];
  },
};

/** Operations that keep the elements and change their arrangement. */
export const layoutOperations: readonly Operation[] = [
  reshapeOperation,
  flattenOperation,
  transposeOperation,
  squeezeOperation,
  unsqueezeOperation,
];

function reshaped(shape: Shape, target: readonly Dim[], allowZero: boolean, fresh: () => string): Dim[] {
  const sizes = target.map((dim, axis) => (dim === 0 && !allowZero ? (shape[axis] ?? 0) : dim));
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

function flattened(shape: Shape, axis: number, fresh: () => string): Dim[] {
  const cut = axis === shape.length ? axis : normalAxis(axis, shape.length);
  const product = (dims: Shape): Dim => {
    const rest = dims.filter((dim) => dim !== 1);
    return knownCount(dims) ?? (rest.length === 1 ? rest[0]! : fresh());
  };
  return [product(shape.slice(0, cut)), product(shape.slice(cut))];
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

function squeezed(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezed(shape: Shape, axes: readonly number[]): { shape: Dim[]; axes: number[] } {
  const rank = shape.length + axes.length;
  const normal = axes.map((axis) => normalAxis(axis, rank));
  if (new Set(normal).size !== normal.length) {
    throw new ShapeError({
      what: 'Unsqueeze: axes',
      expected: 'different ones',
      got: `[${axes.join(', ')}]`,
    });
  }
  let next = 0;
  const result = Array.from({ length: rank }, (_, axis): Dim => (normal.includes(axis) ? 1 : shape[next++]!));
  return { shape: result, axes: normal };
}
