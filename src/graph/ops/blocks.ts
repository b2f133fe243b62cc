import { ShapeError } from '../../errors/index.js';
import { reshape, transpose } from '../functions/shaping.js';
import { intAttribute, required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape, Value } from '../types.js';
import { checkRank } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** DepthToSpace: blocks of channels become blocks of pixels, (N, C b^2, H, W) → (N, C, H b, W b). */
const depthToSpace: Operation = {
  op: 'DepthToSpace',
  infer: ({ inputs, attributes, fresh }) => {
    const x = required(inputs, 0);
    checkRank('DepthToSpace', x, 4);
    const block = blockOf(attributes);
    const [n, c, h, w] = x.shape as [Dim, Dim, Dim, Dim];
    return [
      {
        dtype: x.dtype,
        shape: [
          n,
          divided(c, block * block, x.shape, fresh),
          scaled(h, block, fresh),
          scaled(w, block, fresh),
        ],
      },
    ];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const block = blockOf(attributes);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const channels = c / block ** 2;
    const columns = textAttribute(attributes, 'mode', 'DCR') === 'CRD';
    return [
      buildArray(x.dtype, [n, channels, h * block, w * block], ([image, channel, row, column]) => {
        const place = (row! % block) * block + (column! % block);
        const source = columns ? channel! * block ** 2 + place : place * channels + channel!;
        return at(x, [image!, source, Math.floor(row! / block), Math.floor(column! / block)]);
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes }) => {
    const block = blockOf(attributes);
    if (textAttribute(attributes, 'mode', 'DCR') === 'DCR') {
      return [
        adjoints[0]!.builder.apply('SpaceToDepth', [adjoints[0]!], {
          blocksize: attributes['blocksize']!,
        })[0],
      ];
    }
    return [gatherBlocks(adjoints[0]!, required(inputs, 0), block)];
  },
};

/** SpaceToDepth: the other way round, the place in the block being the slower index of the channels. */
const spaceToDepth: Operation = {
  op: 'SpaceToDepth',
  infer: ({ inputs, attributes, fresh }) => {
    const x = required(inputs, 0);
    checkRank('SpaceToDepth', x, 4);
    const block = blockOf(attributes);
    const [n, c, h, w] = x.shape as [Dim, Dim, Dim, Dim];
    const shape = [
      n,
      scaled(c, block * block, fresh),
      divided(h, block, x.shape, fresh),
      divided(w, block, x.shape, fresh),
    ];
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const block = blockOf(attributes);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return [
      buildArray(x.dtype, [n, c * block ** 2, h / block, w / block], ([image, channel, row, column]) => {
        const place = Math.floor(channel! / c);
        const [down, right] = [Math.floor(place / block), place % block];
        return at(x, [image!, channel! % c, row! * block + down, column! * block + right]);
      }),
    ];
  },
  gradient: ({ adjoints, attributes }) => [
    adjoints[0]!.builder.apply('DepthToSpace', [adjoints[0]!], { blocksize: attributes['blocksize']! })[0],
  ],
};

/** (N, C, H b, W b) → (N, C b^2, H, W), the channel being the slower index: the adjoint of DepthToSpace's mode CRD. */
function gatherBlocks(adjoint: Value, x: Value, block: number): Value {
  const [, c, h, w] = x.shape;
  if (typeof c !== 'number' || typeof h !== 'number' || typeof w !== 'number') {
    throw new ShapeError({
      what: 'derivative of DepthToSpace',
      expected: 'known sizes',
      got: formatShape(x.shape),
    });
  }
  const split = reshape(adjoint, [-1, c / block ** 2, h, block, w, block]);
  return reshape(transpose(split, [0, 1, 3, 5, 2, 4]), [-1, c, h, w]);
}

function blockOf(attributes: Attributes): number {
  const block = intAttribute(attributes, 'blocksize', 0);
  if (block < 1) throw new ShapeError({ what: 'blocksize', expected: 'at least 1', got: `${block}` });
  return block;
}

function scaled(dim: Dim, factor: number, fresh: () => string): Dim {
  return typeof dim === 'number' ? dim * factor : fresh();
}

function divided(dim: Dim, divisor: number, shape: Shape, fresh: () => string): Dim {
  if (typeof dim !== 'number') return fresh();
  if (dim % divisor === 0) return dim / divisor;
  throw new ShapeError({
    what: 'blocks',
    expected: `a size divisible by ${divisor}`,
    got: formatShape(shape),
  });
}

export const blockOperations: readonly Operation[] = [depthToSpace, spaceToDepth];
