import { ShapeError } from '../../errors/index.js';
import { intAttribute, intsAttribute, textAttribute } from '../operation.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape } from '../types.js';

/** The sliding window of a convolution or pooling, every list by spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly ceil: boolean;
}

/** The window that a node's attributes describe. `spatial`: the input's sizes, which auto_pad needs. */
export function windowOf(attributes: Attributes, kernel: readonly number[], spatial: Shape): Window {
  const rank = kernel.length;
  const ones = Array.from({ length: rank }, () => 1);
  const strides = intsAttribute(attributes, 'strides') ?? ones;
  const dilations = intsAttribute(attributes, 'dilations') ?? ones;
  const autoPad = textAttribute(attributes, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(attributes, 'ceil_mode', 0) === 1;
  if (autoPad.startsWith('SAME')) {
    const totals = spatial.map((dim, i) => {
      if (typeof dim !== 'number') {
        throw new ShapeError({
          what: `auto_pad ${autoPad}`,
          expected: 'known image sizes',
          got: formatShape(spatial),
        });
      }
      const extent = (kernel[i]! - 1) * dilations[i]! + 1;
      return Math.max(0, (Math.ceil(dim / strides[i]!) - 1) * strides[i]! + extent - dim);
    });
    const less = totals.map((total) => Math.floor(total / 2));
    const more = totals.map((total) => Math.ceil(total / 2));
    const upper = autoPad === 'SAME_UPPER';
    return { kernel, strides, dilations, before: upper ? less : more, after: upper ? more : less, ceil };
  }
  const pads = intsAttribute(attributes, 'pads') ?? [...ones, ...ones].map(() => 0);
  return { kernel, strides, dilations, before: pads.slice(0, rank), after: pads.slice(rank), ceil };
}

/** How many positions the window takes on each axis; a symbolic size stays unknown under a new name. */
export function windowPositions(window: Window, spatial: Shape, fresh: () => string): Dim[] {
  const { kernel, strides, dilations, before, after, ceil } = window;
  return spatial.map((dim, i) => {
    const [k, s, d] = [kernel[i]!, strides[i]!, dilations[i]!];
    const margin = before[i]! + after[i]!;
    if (typeof dim !== 'number') return s === 1 && margin === (k - 1) * d ? dim : fresh();
    const span = dim + margin - ((k - 1) * d + 1);
    if (span < 0) {
      throw new ShapeError({
        what: 'window',
        expected: `an image of at least ${(k - 1) * d + 1 - margin} along axis ${i + 2}`,
        got: formatShape(spatial),
      });
    }
    if (!ceil) return Math.floor(span / s) + 1;
    const positions = Math.ceil(span / s) + 1;
    // A window may not begin in the padding after the image.
    return (positions - 1) * s >= dim + before[i]! ? positions - 1 : positions;
  });
}
