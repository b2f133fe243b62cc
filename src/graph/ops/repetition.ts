import { ShapeError } from '../../errors/index.js';
import { reduceSum, reshape } from '../functions/shaping.js';
import { required } from '../operation.js';
import type { Operation } from '../operation.js';
import { broadcastShapes } from '../shapes.js';
import { formatShape, int } from '../types.js';
import type { Dim, TensorType, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { knownNumbers, numbersOf, sizesOf } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** Expand(x, shape): broadcasting to a shape. */
const expandOperation: Operation = {
  op: 'Expand',
  onContent: true,
  infer: ({ inputs, fresh }) => {
    const [x, target] = [required(inputs, 0), required(inputs, 1)];
    const sizes = sizesOf(target, fresh);
    return [sizes && { dtype: x.dtype, shape: broadcastShapes(x.shape, sizes) }];
  },
  evaluate: ({ inputs }) => {
    const [x, target] = [required(inputs, 0), required(inputs, 1)];
    const shape = broadcastShapes(x.shape, [...target.data]).map(Number);
    return [buildArray(x.dtype, shape, (index) => at(x, index))];
  },
  gradient: ({ inputs, adjoints }) => [sumTo(adjoints[0]!, required(inputs, 0)), undefined],
};

/** Tile(x, repeats): copies side by side along each axis. */
const tileOperation: Operation = {
  op: 'Tile',
  onContent: true,
  infer: ({ inputs, fresh }) => {
    const x = required(inputs, 0);
    const repeats = repeatsOf(x, required(inputs, 1));
    const tiled = (dim: Dim, axis: number): Dim => {
      const times = repeats?.[axis];
      if (times === 1) return dim;
      return typeof dim === 'number' && times !== undefined ? dim * times : fresh();
    };
    return [{ dtype: x.dtype, shape: x.shape.map(tiled) }];
  },
  evaluate: ({ inputs }) => {
    const [x, repeats] = [required(inputs, 0), required(inputs, 1)];
    const shape = x.shape.map((size, axis) => size * repeats.data[axis]!);
    return [
      buildArray(x.dtype, shape, (index) =>
        at(
          x,
          index.map((i, axis) => i % x.shape[axis]!),
        ),
      ),
    ];
  },
  gradient: ({ inputs, adjoints }) => {
    const x = required(inputs, 0);
    const repeats = numbersOf('Tile: repeats', inputs[1]);
    return [
      repeats.reduce((adjoint, times, axis) => sumCopies(adjoint, x, axis, times), adjoints[0]!),
      undefined,
    ];
  },
};

/** The sum of the copies of x along an axis. */
function sumCopies(adjoint: Value, x: Value, axis: number, times: number): Value {
  if (times === 1) return adjoint;
  const unknown = adjoint.shape.filter((dim, i) => i !== axis && typeof dim !== 'number').length;
  const size = x.shape[axis]!;
  if (unknown + (typeof size === 'number' ? 0 : 1) <= 1 && !adjoint.shape.includes(0)) {
    const sizes = adjoint.shape.map((dim) => (typeof dim === 'number' ? dim : -1));
    const copies = reshape(adjoint, [
      ...sizes.slice(0, axis),
      times,
      typeof size === 'number' ? size : -1,
      ...sizes.slice(axis + 1),
    ]);
    return reduceSum(copies, [axis]);
  }
  if (times === 0) throw new ShapeError({ what: 'Tile', expected: 'copies', got: 'none' });
  const pieces = adjoint.builder.apply(
    'Split',
    [adjoint],
    { axis: int(axis), num_outputs: int(times) },
    { outputs: times },
  );
  return adjoint.builder.apply('Sum', pieces)[0]!;
}

function repeatsOf(x: TensorType, repeats: TensorType): number[] | undefined {
  const known = knownNumbers(repeats);
  if (known === undefined || known.length === x.shape.length) return known;
  throw new ShapeError({
    what: 'Tile: repeats',
    expected: `one for each axis of ${formatShape(x.shape)}`,
    got: `[${known.join(', ')}]`,
  });
}

export const repetitionOperations: readonly Operation[] = [expandOperation, tileOperation];
