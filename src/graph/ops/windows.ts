import { ShapeError } from '../../errors/index.js';
import { flagAttribute, intsAttribute, textAttribute } from '../operation.js';
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
  const rank = spatial.length;
  const strides = listOf(attributes, 'strides', rank);
  const dilations = listOf(attributes, 'dilations', rank);
  checkList('kernel', kernel, rank, 1);
  const autoPad = textAttribute(attributes, 'auto_pad', 'NOTSET');
  const ceil = flagAttribute(attributes, 'ceil_mode');
  if (autoPad.startsWith('SAME')) {
    const totals = spatial.map((dim, i) => {
      const extent = extentOf({ kernel, dilations }, i);
      if (strides[i] === 1) return extent - 1;
      if (typeof dim !== 'number') {
        throw new ShapeError({
          what: `auto_pad ${autoPad}`,
          expected: 'known image sizes',
          got: formatShape(spatial),
        });
      }
      return Math.max(0, (Math.ceil(dim / strides[i]!) - 1) * strides[i]! + extent - dim);
    });
    return { kernel, strides, dilations, ...halves(totals, autoPad), ceil };
  }
  const pads = autoPad === 'VALID' ? undefined : intsAttribute(attributes, 'pads');
  const margins = pads ?? Array.from({ length: 2 * rank }, () => 0);
  checkList('pads', margins, 2 * rank, 0);
  return { kernel, strides, dilations, before: margins.slice(0, rank), after: margins.slice(rank), ceil };
}

/** Padding in halves; an odd rest goes behind for SAME_UPPER, in front otherwise. */
export function halves(totals: readonly number[], autoPad: string): Pick<Window, 'before' | 'after'> {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return autoPad === 'SAME_UPPER' ? { before: less, after: more } : { before: more, after: less };
}

function listOf(attributes: Attributes, name: string, rank: number): readonly number[] {
  const list = intsAttribute(attributes, name) ?? Array.from({ length: rank }, () => 1);
  checkList(name, list, rank, 1);
  return list;
}

function checkList(what: string, list: readonly number[], length: number, least: number): void {
  if (list.length === length && list.every((size) => Number.isSafeInteger(size) && size >= least)) return;
  throw new ShapeError({
    what,
    expected: `${length} integers of at least ${least}`,
    got: `[${list.join(', ')}]`,
  });
}

/** How far a window reaches along axis i. */
export function extentOf({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>, i: number): number {
  return (kernel[i]! - 1) * dilations[i]! + 1;
}

/** How many positions a node's window takes; with auto_pad SAME that is told without knowing the padding. */
export function inferPositions(
  attributes: Attributes,
  kernel: readonly number[],
  spatial: Shape,
  fresh: () => string,
): Dim[] {
  if (!textAttribute(attributes, 'auto_pad', 'NOTSET').startsWith('SAME')) {
    return windowPositions(windowOf(attributes, kernel, spatial), spatial, fresh);
  }
  const strides = listOf(attributes, 'strides', spatial.length);
  checkList('kernel', kernel, spatial.length, 1);
  return spatial.map((dim, i) => {
    if (typeof dim === 'number') return Math.ceil(dim / strides[i]!);
    return strides[i] === 1 ? dim : fresh();
  });
}

/** How many positions the window takes on each axis; a symbolic size stays unknown under a new name. */
export function windowPositions(window: Window, spatial: Shape, fresh: () => string): Dim[] {
  const { strides, before, after, ceil } = window;
  return spatial.map((dim, i) => {
    const [stride, extent] = [strides[i]!, extentOf(window, i)];
    const margin = before[i]! + after[i]!;
    if (typeof dim !== 'number') return stride === 1 && margin === extent - 1 ? dim : fresh();
    const span = dim + margin - extent;
    if (span < 0) {
      throw new ShapeError({
        what: 'window',
        expected: `an image of at least ${extent - margin} along axis ${i + 2}`,
        got: formatShape(spatial),
      });
    }
    if (!ceil) return Math.floor(span / stride) + 1;
    const positions = Math.ceil(span / stride) + 1;
    // A window may not begin in the padding after the image.
    return (positions - 1) * stride >= dim + before[i]! ? positions - 1 : positions;
  });
}

/** The pixel that element `tap` of the window meets at a position; outside the image it is padding. */
export function pixelOf(
  { strides, dilations, before }: Window,
  position: readonly number[],
  tap: readonly number[],
): number[] {
  return position.map((p, i) => p * strides[i]! + tap[i]! * dilations[i]! - before[i]!);
}
