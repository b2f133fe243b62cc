import { ShapeError } from '../../errors/index.js';
import { conv } from '../functions/network.js';
import { intAttribute, intsAttribute, required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import { staticShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape, Value } from '../types.js';
import {
  checkBias,
  checkImages,
  cropTo,
  gradientOfBias,
  gradientOfKernels,
  kernelOf,
} from './convolution.js';
import { buildArray, indices, offsetOf } from './reference-arrays.js';
import { extentOf, halves, pixelOf, windowOf } from './windows.js';
import type { Window } from './windows.js';

/** ConvTranspose: the adjoint of Conv in its first argument. */
export const convTransposeOperation: Operation = {
  op: 'ConvTranspose',
  infer: (call) => {
    const [x, weight] = [required(call.inputs, 0), required(call.inputs, 1)];
    checkImages('ConvTranspose', call);
    const group = intAttribute(call.attributes, 'group', 1);
    const [channels, maps, perGroup] = [x.shape[1]!, weight.shape[0]!, weight.shape[1]!];
    if (
      typeof channels === 'number' &&
      typeof maps === 'number' &&
      (channels !== maps || maps % group !== 0)
    ) {
      throw new ShapeError({
        what: 'ConvTranspose: channels',
        expected: `${maps} in ${group} groups`,
        got: `${channels} (image ${formatShape(x.shape)}, kernels ${formatShape(weight.shape)})`,
      });
    }
    const outputs = typeof perGroup === 'number' ? perGroup * group : call.fresh();
    checkBias('ConvTranspose', call.inputs[2], outputs);
    const spatial = x.shape.slice(2);
    const target = intsAttribute(call.attributes, 'output_shape');
    if (target?.length === spatial.length)
      return [{ dtype: x.dtype, shape: [x.shape[0]!, outputs, ...target] }];
    const { window, added } = transposedWindow(call.attributes, kernelOf(call), spatial);
    return [
      { dtype: x.dtype, shape: [x.shape[0]!, outputs, ...imageSizes(window, added, spatial, call.fresh)] },
    ];
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const group = intAttribute(attributes, 'group', 1);
    const [maps, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
    const { window, added } = transposedWindow(attributes, kernel, x.shape.slice(2));
    const spatial = imageSizes(window, added, x.shape.slice(2), String).map(Number);
    const shape = [x.shape[0]!, perGroup * group, ...spatial];
    const result = buildArray(x.dtype, shape, (index) => bias?.data[index[1]!] ?? 0);
    for (const [n, map, ...position] of indices(x.shape)) {
      const value = x.data[offsetOf(x.shape, [n!, map!, ...position])]!;
      const first = Math.floor(map! / (maps / group)) * perGroup;
      for (const [channel, ...tap] of indices([perGroup, ...kernel])) {
        const pixel = pixelOf(window, position, tap);
        if (pixel.some((i, axis) => i < 0 || i >= spatial[axis]!)) continue;
        const target = offsetOf(shape, [n!, first + channel!, ...pixel]);
        result.data[target]! += value * weight.data[offsetOf(weight.shape, [map!, channel!, ...tap])]!;
      }
    }
    return [result];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, weight, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const adjoint = adjoints[0]!;
    const group = intAttribute(attributes, 'group', 1);
    const kernel = staticShape('kernels', weight.shape).slice(2);
    const { window } = transposedWindow(attributes, kernel, x.shape.slice(2));
    const { strides, dilations, before, after } = window;
    const byImage = (): Value => {
      const image = conv(adjoint, weight, undefined, {
        strides,
        dilations,
        pads: [...before, ...after],
        group,
      });
      const sizes = x.shape.slice(2).filter((dim) => typeof dim === 'number');
      return sizes.length === kernel.length ? cropTo(image, sizes) : image;
    };
    return [
      wanted[0] ? byImage() : undefined,
      // ConvTranspose is Conv's adjoint, so its kernels meet the two images with their roles exchanged.
      wanted[1] ? gradientOfKernels(adjoint, weight, x, window, group) : undefined,
      bias !== undefined && wanted[2] ? gradientOfBias(adjoint) : undefined,
    ];
  },
};

/**
 * The window of the convolution that this is the adjoint of, and what is added behind its image. `auto_pad` and
 * `output_shape` choose the padding so that the result is stride x the input, or has that shape.
 */
function transposedWindow(
  attributes: Attributes,
  kernel: readonly number[],
  spatial: Shape,
): { window: Window; added: readonly number[] } {
  const { auto_pad: _, ...rest } = attributes;
  const window = windowOf(rest, kernel, spatial);
  const added = intsAttribute(attributes, 'output_padding') ?? kernel.map(() => 0);
  const autoPad = textAttribute(attributes, 'auto_pad', 'NOTSET');
  const target = intsAttribute(attributes, 'output_shape')?.slice(-kernel.length);
  if (target === undefined && !autoPad.startsWith('SAME')) return { window, added };
  const sizes = target === undefined ? undefined : staticShape('ConvTranspose: output_shape', spatial);
  const totals = kernel.map((_size, i) => {
    const extent = extentOf(window, i);
    // Without a target it is stride x input, of whatever size the input is.
    const reach =
      sizes === undefined ? -window.strides[i]! : window.strides[i]! * (sizes[i]! - 1) - target![i]!;
    return Math.max(0, reach + added[i]! + extent);
  });
  return { window: { ...window, ...halves(totals, autoPad) }, added };
}

function imageSizes(window: Window, added: readonly number[], spatial: Shape, fresh: () => string): Dim[] {
  return spatial.map((dim, i) => {
    const grown = extentOf(window, i) - window.before[i]! - window.after[i]! + added[i]!;
    if (typeof dim !== 'number') return window.strides[i] === 1 && grown === 1 ? dim : fresh();
    return (dim - 1) * window.strides[i]! + grown;
  });
}
