import { float, int, text } from '#credence/graph/index';
import type { Attributes } from '#credence/graph/index';
import type { Case, Draw } from '../harness.js';

/** An operation of one float input. */
function unary(
  op: string,
  name = 'values',
  draw: Draw = 'apart',
  attributes: Attributes = {},
  more: Partial<Case> = {},
): Case {
  return { op, name, build: (c) => c.apply(op, [c.floats('x', ['N', 5], { draw })], attributes), ...more };
}

const tanhGelu = { approximate: text('tanh') };

export const unaryCases: readonly Case[] = [
  ...['Identity', 'Neg', 'Abs', 'Exp', 'Sin', 'Cos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Erf'].map((op) =>
    unary(op),
  ),
  ...[
    'Relu',
    'LeakyRelu',
    'Elu',
    'Celu',
    'Selu',
    'Sigmoid',
    'HardSwish',
    'Tanh',
    'Softplus',
    'Softsign',
    'Mish',
  ].map((op) => unary(op)),
  ...['Sign', 'Floor', 'Ceil'].map((op) => unary(op, 'piecewise constant')),
  unary('Round', 'piecewise constant', 'apart'),
  unary('Round', 'halves to even', 'tied', {}, { derivative: false }),
  ...['Log', 'Sqrt', 'Reciprocal'].map((op) => unary(op, 'positive', { from: 0.5, to: 3 })),
  unary('Tan', 'within its branch', { from: -1, to: 1 }),
  ...['Asin', 'Acos', 'Atanh'].map((op) => unary(op, 'within its domain', { from: -0.7, to: 0.7 })),
  unary('Acosh', 'within its domain', { from: 1.5, to: 3 }),
  unary('Reciprocal', 'negative', { from: -3, to: -0.5 }),
  unary('LeakyRelu', 'slope', 'apart', { alpha: float(0.3) }),
  unary('Elu', 'alpha', 'apart', { alpha: float(0.7) }),
  unary('Celu', 'alpha', 'apart', { alpha: float(0.7) }),
  unary('Selu', 'alpha and gamma', 'apart', { alpha: float(1.5), gamma: float(0.9) }),
  unary('ThresholdedRelu', 'threshold between the values', 'apart', { alpha: float(0.1) }),
  unary('Shrink', 'threshold and bias', 'apart', { lambd: float(0.2), bias: float(0.1) }),
  unary('HardSigmoid', 'values', { from: -2, to: 2 }),
  unary('HardSigmoid', 'beyond its bends', { from: 4, to: 5 }, { alpha: float(0.3), beta: float(0.4) }),
  unary('HardSwish', 'beyond its bends', { from: 3.1, to: 5 }),
  unary('HardSwish', 'below its bends', { from: -5, to: -3.1 }),
  unary('Gelu', 'exact', { from: -3, to: 3 }, {}, { opset: 20 }),
  unary('Gelu', 'by tanh', { from: -3, to: 3 }, tanhGelu, { opset: 20 }),
  unary('Swish', 'plain', { from: -3, to: 3 }, {}, { opset: 24 }),
  unary('Swish', 'alpha', { from: -3, to: 3 }, { alpha: float(1.5) }, { opset: 24 }),
  unary('Erf', 'tails', { from: -4, to: 4 }),
  unary('Softplus', 'far out', { from: -60, to: 60 }, {}, { derivative: false }),
  unary('Sigmoid', 'far out', { from: -60, to: 60 }, {}, { derivative: false }),
  {
    op: 'Dropout',
    name: 'inactive',
    build: (c) => c.apply('Dropout', [c.floats('x', ['N', 4]), c.constant(0.5)]),
  },
  {
    op: 'Dropout',
    name: 'with its mask',
    build: (c) => c.apply('Dropout', [c.floats('x', ['N', 4]), c.constant(0.5)], {}, 2),
  },
  { op: 'Not', name: 'booleans', build: (c) => c.apply('Not', [c.booleans('x', [2, 3])]) },
  { op: 'Neg', name: 'integers', build: (c) => c.apply('Neg', [c.integers('x', [7], -5, 5)]) },
  { op: 'Abs', name: 'integers', build: (c) => c.apply('Abs', [c.integers('x', [7], -5, 5, 'int32')]) },
  {
    op: 'IsNaN',
    name: 'special values',
    build: (c) => c.apply('IsNaN', [c.given('x', 'float32', [4], [1, NaN, Infinity, -Infinity])]),
    derivative: false,
  },
  ...[{}, { detect_negative: int(0) }, { detect_positive: int(0) }].map((attributes, i): Case => ({
    op: 'IsInf',
    name: `special values ${i}`,
    build: (c) => c.apply('IsInf', [c.given('x', 'float32', [4], [1, NaN, Infinity, -Infinity])], attributes),
    derivative: false,
  })),
];

const cast = (to: number, name: string, build: Case['build'], derivative = true): Case => ({
  op: 'Cast',
  name,
  derivative,
  build: (c) => c.apply('Cast', [...build(c)], { to: int(to) }),
});

export const castCases: readonly Case[] = [
  cast(1, 'to float32', (c) => [c.floats('x', [2, 3])]),
  cast(11, 'to float64 and back', (c) => [c.floats('x', [2, 3])]),
  cast(7, 'towards zero', (c) => [c.floats('x', [2, 9], { draw: { from: -3, to: 3 } })], false),
  cast(1, 'from booleans', (c) => [c.booleans('x', [5])]),
  cast(9, 'to booleans', (c) => [c.integers('x', [9], -1, 1)]),
  cast(6, 'from int64', (c) => [c.integers('x', [9], -100, 100)]),
  {
    op: 'CastLike',
    name: 'integers to float32',
    build: (c) => c.apply('CastLike', [c.integers('x', [4], -3, 3), c.floats('like', [1], { fixed: true })]),
  },
  {
    op: 'CastLike',
    name: 'of a float',
    build: (c) => c.apply('CastLike', [c.floats('x', [4]), c.floats('like', [1], { fixed: true })]),
  },
];

/** An operation of two floats. */
function binary(op: string, a: Draw, b: Draw, more: Partial<Case> & { attributes?: Attributes } = {}): Case {
  const { attributes, ...rest } = more;
  return {
    op,
    name: 'values',
    build: (c) =>
      c.apply(op, [c.floats('a', ['N', 4], { draw: a }), c.floats('b', [4], { draw: b })], attributes),
    ...rest,
  };
}

const wide: Draw = { from: -2, to: 2 };
const positive: Draw = { from: 0.5, to: 2 };

const onIntegers = (op: string, low: number, high: number, attributes: Attributes = {}): Case => ({
  op,
  name: `integers ${Object.keys(attributes).join(' ')}`,
  build: (c) => {
    const divisor = c.integers('b', [12], 1, 4);
    const sign = c.constant([1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1], 'int64');
    return c.apply(op, [c.integers('a', [12], low, high), c.apply('Mul', [divisor, sign])[0]], attributes);
  },
});

export const binaryCases: readonly Case[] = [
  ...['Add', 'Sub', 'Mul'].flatMap((op) => [binary(op, wide, wide), onIntegers(op, -9, 9)]),
  binary('Div', wide, positive),
  onIntegers('Div', -9, 9),
  binary('Pow', positive, wide),
  {
    op: 'Pow',
    name: 'whole exponents of negative numbers, their derivative at 0',
    build: (c) => [
      ...c.apply('Pow', [c.given('x', 'float32', [4], [-1.5, 0, 0.5, 2]), c.constant(2)]),
      ...c.apply('Pow', [c.given('y', 'float32', [2], [-1.5, 2]), c.constant(3)]),
      ...c.apply('Pow', [c.given('z', 'float32', [2], [-1.5, 0.5]), c.constant(1)]),
      ...c.apply('Pow', [c.given('w', 'float32', [2], [-1.5, 0]), c.constant(0)]),
    ],
  },
  {
    op: 'Pow',
    name: 'an exponent each',
    build: (c) =>
      c.apply('Pow', [c.given('x', 'float32', [4], [-1.5, 0.7, 0, 2]), c.constant([2, 1, 0, 3], 'int64')]),
  },
  binary('Mod', { from: 1, to: 9 }, { from: 10, to: 12 }, { attributes: { fmod: int(1) } }),
  {
    op: 'Mod',
    name: 'floats within a period',
    build: (c) =>
      c.apply(
        'Mod',
        [c.given('a', 'float32', [4], [5.3, -5.3, 5.3, -5.3]), c.given('b', 'float32', [4], [2, 2, -2, -2])],
        {
          fmod: int(1),
        },
      ),
  },
  onIntegers('Mod', -9, 9),
  onIntegers('Mod', -9, 9, { fmod: int(1) }),
  ...['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual'].flatMap((op): Case[] => [
    binary(op, 'tied', 'tied', { derivative: false }),
    onIntegers(op, -4, 4),
  ]),
  ...['And', 'Or', 'Xor'].map((op): Case => ({
    op,
    name: 'booleans',
    build: (c) => c.apply(op, [c.booleans('a', [3, 5]), c.booleans('b', [5])]),
  })),
  {
    op: 'PRelu',
    name: 'a slope for each channel',
    build: (c) =>
      c.apply('PRelu', [c.floats('x', ['N', 3, 2], { draw: 'apart' }), c.floats('slope', [3, 1])]),
  },
  {
    op: 'PRelu',
    name: 'one slope',
    build: (c) => c.apply('PRelu', [c.floats('x', ['N', 4], { draw: 'apart' }), c.floats('slope', [1])]),
  },
];

export const variadicCases: readonly Case[] = [
  ...['Max', 'Min', 'Sum', 'Mean'].flatMap((op): Case[] => [
    {
      op,
      name: 'three values that broadcast',
      build: (c) => {
        const shift = c.constant([0.01, 0.02, 0.03, 0.04]);
        const x = c.floats('x', ['N', 4], { draw: 'apart' });
        const y = c.apply('Add', [c.floats('y', [4], { draw: 'apart' }), shift])[0];
        return c.apply(op, [x, y, c.floats('z', [1, 1], { draw: { from: 0.01, to: 0.015 } })]);
      },
    },
    { op, name: 'a single value', build: (c) => c.apply(op, [c.floats('x', [2, 3])]) },
  ]),
  {
    op: 'Max',
    name: 'integers',
    build: (c) => c.apply('Max', [c.integers('a', [9], -4, 4), c.integers('b', [1], -4, 4)]),
  },
];

export const choiceCases: readonly Case[] = [
  {
    op: 'Where',
    name: 'branches that broadcast',
    build: (c) =>
      c.apply('Where', [c.booleans('which', ['N', 4]), c.floats('a', [4]), c.floats('b', ['N', 1])]),
  },
  {
    op: 'Where',
    name: 'a condition that broadcasts',
    build: (c) => c.apply('Where', [c.booleans('which', [2, 1]), c.floats('a', [4]), c.floats('b', [1])]),
  },
  {
    op: 'Where',
    name: 'integers',
    build: (c) =>
      c.apply('Where', [c.booleans('which', [6]), c.integers('a', [6], 0, 9), c.integers('b', [1], 0, 9)]),
  },
  ...(
    [
      [-0.11, 0.12],
      [undefined, 0.12],
      [-0.11, undefined],
      [undefined, undefined],
    ] as const
  ).map(([low, high]): Case => ({
    op: 'Clip',
    name: `${low} to ${high}`,
    build: (c) =>
      c.apply('Clip', [
        c.floats('x', ['N', 4], { draw: 'apart' }),
        low === undefined ? undefined : c.constant(low),
        high === undefined ? undefined : c.constant(high),
      ]),
  })),
  {
    op: 'Clip',
    name: 'bounds that vary',
    build: (c) =>
      c.apply('Clip', [
        c.floats('x', ['N', 4], { draw: 'apart' }),
        c.given('low', 'float32', [], [-0.11]),
        c.given('high', 'float32', [], [0.12]),
      ]),
  },
  {
    op: 'Clip',
    name: 'integers',
    build: (c) =>
      c.apply('Clip', [c.integers('x', [12], -9, 9), c.constant(-3, 'int64'), c.constant(4, 'int64')]),
  },
];
