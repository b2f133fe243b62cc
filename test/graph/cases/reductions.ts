import { int } from '#credence/graph/index';
import type { Case, Draw } from '../harness.js';

const reduction = (
  op: string,
  name: string,
  draw: Draw,
  axes: readonly number[] | undefined,
  keep: boolean,
): Case => ({
  op,
  name: `${name}, axes ${axes?.join() ?? 'all'}${keep ? ', kept' : ''}`,
  build: (c) =>
    c.apply(op, [c.floats('x', ['N', 2, 4], { draw }), axes && c.list(...axes)], {
      keepdims: int(keep ? 1 : 0),
    }),
});

const draws: Readonly<Record<string, Draw>> = {
  ReduceSum: { from: -2, to: 2 },
  ReduceMean: { from: -2, to: 2 },
  ReduceMax: 'apart',
  ReduceMin: 'apart',
  ReduceProd: { from: 0.7, to: 1.5 },
  ReduceL1: 'apart',
  ReduceL2: { from: -2, to: 2 },
  ReduceSumSquare: { from: -2, to: 2 },
  ReduceLogSum: { from: 0.5, to: 2 },
  ReduceLogSumExp: { from: -2, to: 2 },
};

export const reductionCases: readonly Case[] = [
  ...Object.entries(draws).flatMap(([op, draw]) => [
    reduction(op, 'values', draw, [1], true),
    reduction(op, 'values', draw, [-1, 0], false),
    reduction(op, 'values', draw, undefined, true),
    reduction(op, 'values', draw, undefined, false),
  ]),
  reduction('ReduceMax', 'ties', 'tied', [1], false),
  reduction('ReduceMin', 'ties', 'tied', [1], true),
].map((use) => (use.name.startsWith('ties') ? { ...use, derivative: false } : use));

const withZeros = (name: string, data: readonly number[]): Case => ({
  op: 'ReduceProd',
  name,
  build: (c) => c.apply('ReduceProd', [c.given('x', 'float32', [2, 3], data), c.list(1)]),
});

export const moreReductionCases: readonly Case[] = [
  withZeros('one zero in a product', [0, 2, 3, 1, -2, 0.5]),
  withZeros('two zeros in a product', [0, 2, 0, 1, 0, 0.5]),
  {
    op: 'ReduceSum',
    name: 'no axes and no operation',
    build: (c) => c.apply('ReduceSum', [c.floats('x', [2, 3]), c.list()], { noop_with_empty_axes: int(1) }),
  },
  {
    op: 'ReduceSum',
    name: 'an empty list of axes',
    build: (c) => c.apply('ReduceSum', [c.floats('x', [2, 3]), c.list()]),
  },
  {
    op: 'ReduceSum',
    name: 'an axis of size 1',
    build: (c) => c.apply('ReduceSum', [c.floats('x', [2, 1, 3]), c.list(1)]),
  },
  {
    op: 'ReduceMean',
    name: 'several names',
    build: (c) => c.apply('ReduceMean', [c.floats('x', ['N', 2, 'M']), c.list(0, 2)], { keepdims: int(0) }),
  },
  ...['ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd'].map((op): Case => ({
    op,
    name: 'integers',
    build: (c) => c.apply(op, [c.integers('x', [2, 3], -4, 4), c.list(1)]),
  })),
  ...['ArgMax', 'ArgMin'].flatMap((op) =>
    [{ axis: int(1) }, { axis: int(-1), keepdims: int(0) }, { select_last_index: int(1) }].map(
      (attributes, i): Case => ({
        op,
        name: `ties ${i}`,
        build: (c) => c.apply(op, [c.floats('x', ['N', 4, 3], { draw: 'tied' })], attributes),
        derivative: false,
      }),
    ),
  ),
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) =>
    [{}, { axis: int(1) }, { axis: int(0) }].map((attributes, i): Case => ({
      op,
      name: `axis ${i}`,
      build: (c) => c.apply(op, [c.floats('x', ['N', 3, 2], { draw: 'apart' })], attributes),
    })),
  ),
  {
    op: 'LogSoftmax',
    name: 'large logits',
    build: (c) => c.apply('LogSoftmax', [c.floats('x', [2, 4], { draw: { from: -90, to: 90 } })]),
    derivative: false,
  },
  ...([{}, { largest: int(0) }, { axis: int(0) }] as const).map((attributes, i): Case => ({
    op: 'TopK',
    name: `two ${i}`,
    build: (c) => c.apply('TopK', [c.floats('x', [3, 4, 2], { draw: 'apart' }), c.list(2)], attributes, 2),
  })),
  {
    op: 'TopK',
    name: 'ties keep their order',
    build: (c) => c.apply('TopK', [c.floats('x', [2, 8], { draw: 'tied' }), c.list(5)], {}, 2),
    derivative: false,
  },
  ...[{}, { reverse: int(1) }, { exclusive: int(1) }, { reverse: int(1), exclusive: int(1) }].map(
    (attributes, i): Case => ({
      op: 'CumSum',
      name: `way ${i}`,
      build: (c) =>
        c.apply('CumSum', [c.floats('x', ['N', 4]), c.constant(i % 2 === 0 ? 1 : -2, 'int64')], attributes),
    }),
  ),
  ...[undefined, 1, -1].flatMap((k) =>
    [0, 1].map((upper): Case => ({
      op: 'Trilu',
      name: `${upper === 1 ? 'upper' : 'lower'} from diagonal ${k ?? 'none'}`,
      build: (c) =>
        c.apply('Trilu', [c.floats('x', [2, 3, 4]), k === undefined ? undefined : c.constant(k, 'int64')], {
          upper: int(upper),
        }),
    })),
  ),
];
