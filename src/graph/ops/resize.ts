import { GraphError, ShapeError } from '../../errors/index.js';
import { constantLike, mul } from '../functions/arithmetic.js';
import { averagePool } from '../functions/network.js';
import { flagAttribute, floatAttribute, intsAttribute, required, textAttribute } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { normalAxis, staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape, TensorType } from '../types.js';
import { knownNumbers } from './inference.js';
import { axisMap, mapAxis, mapAxisBack } from './resampling.js';
import type { AxisMap } from './resampling.js';

/** How an axis changes: its new size, and the factor that positions are divided by. */
interface Rescaling {
  readonly axis: number;
  readonly size: Dim | undefined;
  readonly factor: number | undefined;
}

/**
 * Resize(x, roi?, scales?, sizes?): nearest, linear and cubic interpolation. Each is a linear map along every axis, so
 * its adjoint is the product with the transposed matrices.
 */
export const resizeOperation: Operation = {
  op: 'Resize',
  infer: ({ inputs, attributes, fresh }) => {
    const x = required(inputs, 0);
    const changes = rescalings(x, inputs[2], inputs[3], attributes);
    if (changes === undefined) return [{ dtype: x.dtype, shape: x.shape.map(fresh) }];
    const shape: Dim[] = [...x.shape];
    for (const { axis, size } of changes) shape[axis] = size ?? fresh();
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const changes = rescalings(x, asType(inputs[2]), asType(inputs[3]), attributes)!;
    return [
      changes.reduce((result, change) => {
        const map = interpolation(x.shape[change.axis]!, change, attributes);
        return map === undefined ? result : mapAxis(result, map, change.axis);
      }, x),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const x = required(inputs, 0);
    const changes = rescalings(x, inputs[2], inputs[3], attributes);
    if (changes === undefined) {
      throw new ShapeError({
        what: 'Resize',
        expected: 'scales or sizes known when the graph is built',
        got: 'computed ones',
      });
    }
    const block = blockOf(x.shape, changes, attributes);
    if (block !== undefined) {
      const size = block.reduce((product, factor) => product * factor, 1);
      return [mul(averagePool(adjoints[0]!, block), constantLike(adjoints[0]!, size))];
    }
    return [
      changes.reduce((adjoint, change) => {
        if (change.factor === 1 || change.size === x.shape[change.axis]) return adjoint;
        const size = staticShape('derivative of Resize', [x.shape[change.axis]!])[0]!;
        const map = interpolation(size, change, attributes);
        return map === undefined ? adjoint : mapAxisBack(adjoint, map, change.axis);
      }, adjoints[0]!),
    ];
  },
};

function asType(array: ReferenceArray | undefined): TensorType | undefined {
  return array && { dtype: array.dtype, shape: array.shape, content: [...array.data] };
}

/** Undefined where neither scales nor sizes are known. An empty list of scales is as good as none. */
function rescalings(
  { shape }: { shape: Shape },
  scales: TensorType | undefined,
  sizes: TensorType | undefined,
  attributes: Attributes,
): Rescaling[] | undefined {
  const axes =
    intsAttribute(attributes, 'axes')?.map((axis) => normalAxis(axis, shape.length)) ??
    shape.map((_, i) => i);
  const given = scales !== undefined && scales.shape[0] !== 0 ? knownNumbers(scales) : sizes?.content;
  if (given === undefined) return undefined;
  if (given.length !== axes.length) {
    throw new ShapeError({
      what: 'Resize',
      expected: `scales or sizes of ${axes.length} axes of ${formatShape(shape)}`,
      got: `${given.length}`,
    });
  }
  if (scales !== undefined && scales.shape[0] !== 0) {
    return axes.map((axis, i) => {
      const [dim, factor] = [shape[axis]!, Number(given[i])];
      // The runtime multiplies in float32.
      const size =
        factor === 1 ? dim : typeof dim === 'number' ? Math.floor(Math.fround(dim * factor)) : undefined;
      return { axis, size, factor };
    });
  }
  return stretched(shape, axes, given, textAttribute(attributes, 'keep_aspect_ratio_policy', 'stretch'));
}

function stretched(
  shape: Shape,
  axes: readonly number[],
  sizes: readonly Dim[],
  policy: string,
): Rescaling[] {
  const ratios = axes.map((axis, i) => {
    const [dim, size] = [shape[axis]!, sizes[i]!];
    if (dim === size) return 1;
    return typeof dim === 'number' && typeof size === 'number' ? size / dim : undefined;
  });
  if (policy === 'stretch') return axes.map((axis, i) => ({ axis, size: sizes[i]!, factor: ratios[i] }));
  const known = ratios.filter((ratio) => ratio !== undefined);
  if (known.length < ratios.length) return axes.map((axis) => ({ axis, size: undefined, factor: undefined }));
  const factor = policy === 'not_larger' ? Math.min(...known) : Math.max(...known);
  return axes.map((axis) => ({ axis, size: Math.round(Number(shape[axis]) * factor), factor }));
}

/** The factors of an image (N, C, ...) whose pixels are repeated a whole number of times: a quicker adjoint. */
function blockOf(shape: Shape, changes: readonly Rescaling[], attributes: Attributes): number[] | undefined {
  const mode = textAttribute(attributes, 'mode', 'nearest');
  const coordinates = textAttribute(attributes, 'coordinate_transformation_mode', 'half_pixel');
  const rounding = textAttribute(attributes, 'nearest_mode', 'round_prefer_floor');
  // Half-pixel centres of a repeated pixel all lie nearest to it, as do the positions divided without a shift, rounded down.
  const repeats = coordinates.startsWith('half_pixel')
    ? rounding.startsWith('round')
    : coordinates === 'asymmetric' && rounding === 'floor';
  const factors = shape.map((_, axis) => changes.find((change) => change.axis === axis)?.factor ?? 1);
  const known = changes.every(
    ({ factor }) => factor !== undefined && Number.isInteger(factor) && factor >= 1,
  );
  const isImage = shape.length >= 3 && factors[0] === 1 && factors[1] === 1;
  return mode === 'nearest' && repeats && known && isImage ? factors.slice(2) : undefined;
}

/** The map along one axis; undefined where it is the identity. */
function interpolation(
  inputs: number,
  { size, factor }: Rescaling,
  attributes: Attributes,
): AxisMap | undefined {
  if (size === inputs && factor === 1) return undefined;
  if (typeof size !== 'number' || factor === undefined) {
    throw new ShapeError({ what: 'Resize', expected: 'sizes known when the graph is built', got: `${size}` });
  }
  const position = positions(inputs, size, factor, attributes);
  const taps = tapsOf(inputs, factor, attributes);
  return axisMap(size, inputs, (output) => taps(position(output)));
}

/** Where an output lies on the input's axis. */
function positions(
  inputs: number,
  outputs: number,
  factor: number,
  attributes: Attributes,
): (output: number) => number {
  const mode = textAttribute(attributes, 'coordinate_transformation_mode', 'half_pixel');
  const centred = (output: number): number => (output + 0.5) / factor - 0.5;
  switch (mode) {
    case 'half_pixel':
      return centred;
    case 'half_pixel_symmetric': {
      const offset = (inputs / 2) * (1 - outputs / (factor * inputs));
      return (output) => offset + centred(output);
    }
    case 'pytorch_half_pixel':
      return outputs > 1 ? centred : () => 0;
    case 'align_corners':
      return (output) => (outputs === 1 ? 0 : (output * (inputs - 1)) / (outputs - 1));
    case 'asymmetric':
      return (output) => output / factor;
    default:
      throw unsupported('coordinate_transformation_mode', mode);
  }
}

type Taps = (position: number) => Iterable<readonly [input: number, weight: number]>;

function tapsOf(inputs: number, factor: number, attributes: Attributes): Taps {
  const mode = textAttribute(attributes, 'mode', 'nearest');
  if (flagAttribute(attributes, 'antialias') && factor < 1) throw unsupported('antialias', '1');
  const inside = (i: number): number => Math.min(Math.max(i, 0), inputs - 1);
  switch (mode) {
    case 'nearest': {
      const nearest = roundings(textAttribute(attributes, 'nearest_mode', 'round_prefer_floor'));
      return (position) => [[inside(nearest(position)), 1]];
    }
    case 'linear':
      return (position) => {
        const [floor, rest] = [Math.floor(position), position - Math.floor(position)];
        return [
          [inside(floor), 1 - rest],
          [inside(floor + 1), rest],
        ];
      };
    case 'cubic':
      return cubicTaps(inputs, inside, attributes);
    default:
      throw unsupported('mode', mode);
  }
}

function roundings(mode: string): (position: number) => number {
  switch (mode) {
    case 'round_prefer_floor':
      return (position) => Math.ceil(position - 0.5);
    case 'round_prefer_ceil':
      return (position) => Math.floor(position + 0.5);
    case 'floor':
      return Math.floor;
    case 'ceil':
      return Math.ceil;
    default:
      throw unsupported('nearest_mode', mode);
  }
}

/** Keys, "Cubic convolution interpolation for digital image processing", 1981. */
function cubicTaps(inputs: number, inside: (i: number) => number, attributes: Attributes): Taps {
  const a = floatAttribute(attributes, 'cubic_coeff_a', -0.75);
  const excludes = flagAttribute(attributes, 'exclude_outside');
  const kernel = (distance: number): number => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  };
  return (position) => {
    const floor = Math.floor(position);
    const taps = [-1, 0, 1, 2].map((offset) => [floor + offset, kernel(position - floor - offset)] as const);
    if (!excludes) return taps.map(([input, weight]) => [inside(input), weight] as const);
    const kept = taps.filter(([input]) => input >= 0 && input < inputs);
    const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
    return kept.map(([input, weight]) => [input, weight / total] as const);
  };
}

function unsupported(attribute: string, value: string): GraphError {
  return new GraphError({
    what: `derivative or reference of Resize: ${attribute}`,
    expected: 'one that is known',
    got: `'${value}'`,
  });
}
