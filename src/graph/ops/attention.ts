import { GraphError, ShapeError } from '../../errors/index.js';
import { add, cast, constantLike, equal, mul, sub, where } from '../functions/arithmetic.js';
import { matmul, softmax } from '../functions/network.js';
import { expand, reduceSum, reshape, transpose, unsqueeze } from '../functions/shaping.js';
import { flagAttribute, floatAttribute, intAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, TensorType, Value } from '../types.js';
import { expandLike, onlyAdjoint, reshapeLike, sumTo } from './adjoints.js';
import { checkRank, checkTypes } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** How an Attention node is to be read. */
interface Heads {
  /** Of the queries. */
  readonly queries: number;
  /** Of the keys and values: as many, or a divisor of it, each of which serves several of the queries'. */
  readonly keys: number;
  /** Of the products of queries and keys. */
  readonly scale: number;
}

/**
 * Attention (opset 23), by head: softmax(scale Q K' + mask) V. Values are (N, heads, length, size), or (N, length, heads x
 * size). With a cache of past keys, or a cap on the products, its types are not told: such a graph runs, and is not derived.
 *
 * Source: Vaswani et al., "Attention is all you need", NeurIPS 2017.
 */
const attention: Operation = {
  op: 'Attention',
  infer: ({ inputs, attributes, outputs }) => {
    const others = Array.from({ length: outputs - 1 }, () => undefined);
    if (isCached(inputs, attributes)) return [undefined, ...others];
    const [q, k, v, mask] = [required(inputs, 0), required(inputs, 1), required(inputs, 2), inputs[3]];
    for (const value of [q, k, v]) checkRank('Attention', value, q.shape.length === 3 ? 3 : 4);
    checkTypes('Attention', [q, k, v, mask?.dtype === 'bool' ? undefined : mask]);
    const heads = headsOf(q, k, attributes);
    if (q.shape.length === 4) {
      return [{ dtype: q.dtype, shape: [...q.shape.slice(0, 3), v.shape[3]!] }, ...others];
    }
    const size = multiplied(sizeOfHead(v.shape[2]!, heads.keys), heads.queries);
    if (size === undefined) return [undefined, ...others];
    return [{ dtype: q.dtype, shape: [q.shape[0]!, q.shape[1]!, size] }, ...others];
  },
  evaluate: ({ inputs, attributes }) => {
    refuseCached(inputs, attributes);
    const [q, k, v, mask] = [required(inputs, 0), required(inputs, 1), required(inputs, 2), inputs[3]];
    const heads = headsOf(q, k, attributes);
    const isCausal = flagAttribute(attributes, 'is_causal');
    const [queries, keys, values] = [
      headed(q, heads.queries),
      headed(k, heads.keys),
      headed(v, heads.keys),
    ] as const;
    const [n, , rows, size] = queries.shape as [number, number, number, number];
    const [, , columns, width] = values.shape as [number, number, number, number];
    const share = heads.queries / heads.keys;
    const result = buildArray(q.dtype, [n, heads.queries, rows, width], ([image, head, row, j]) => {
      const shared = Math.floor(head! / share);
      const products = Array.from({ length: columns }, (_, column) => {
        if (isCausal && column > row!) return -Infinity;
        let sum = 0;
        for (let i = 0; i < size; i++)
          sum += at(queries, [image!, head!, row!, i]) * at(keys, [image!, shared, column, i]);
        return heads.scale * sum + maskAt(mask, [image!, head!, row!, column]);
      });
      const largest = Math.max(...products);
      const weights = products.map((product) => Math.exp(product - largest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.reduce(
        (sum, weight, column) => sum + (weight / total) * at(values, [image!, shared, column, j!]),
        0,
      );
    });
    if (q.shape.length === 4) return [result];
    const flat = [n, rows, heads.queries * width];
    return [
      buildArray(q.dtype, flat, ([image, row, j]) =>
        at(result, [image!, Math.floor(j! / width), row!, j! % width]),
      ),
    ];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    refuseCached(inputs, attributes);
    const [q, k, v, mask] = [required(inputs, 0), required(inputs, 1), required(inputs, 2), inputs[3]];
    const heads = headsOf(q, k, attributes);
    const share = heads.queries / heads.keys;
    const queries = withHeads(q, heads.queries);
    const keys = repeated(withHeads(k, heads.keys), heads);
    const values = repeated(withHeads(v, heads.keys), heads);
    const scale = constantLike(q, heads.scale);
    const products = masked(
      mul(matmul(queries, swapped(keys)), scale),
      mask,
      flagAttribute(attributes, 'is_causal'),
    );
    const weights = softmax(products);
    const adjoint = withHeads(onlyAdjoint(adjoints), heads.queries);
    const byWeights = mul(weights, matmul(adjoint, swapped(values)));
    const byProducts = sub(byWeights, mul(weights, reduceSum(byWeights, [3], { keepDimensions: true })));
    const scaled = mul(byProducts, scale);
    return [
      wanted[0] ? withoutHeads(matmul(scaled, keys), q) : undefined,
      wanted[1] ? withoutHeads(summed(matmul(swapped(scaled), queries), heads, share), k) : undefined,
      wanted[2] ? withoutHeads(summed(matmul(swapped(weights), adjoint), heads, share), v) : undefined,
      mask !== undefined && wanted[3] ? sumTo(byProducts, mask) : undefined,
    ];
  },
};

function headsOf(q: TensorType, k: TensorType, attributes: Attributes): Heads {
  const isSplit = q.shape.length === 4;
  const [queries, keys] = [
    isSplit ? q.shape[1] : intAttribute(attributes, 'q_num_heads', 0),
    isSplit ? k.shape[1] : intAttribute(attributes, 'kv_num_heads', 0),
  ];
  const isFit =
    typeof queries === 'number' &&
    typeof keys === 'number' &&
    queries > 0 &&
    keys > 0 &&
    queries % keys === 0;
  const size = isSplit ? q.shape[3] : isFit && sizeOfHead(q.shape[2]!, queries);
  const scale = attributes['scale'];
  if (!isFit || (typeof size !== 'number' && scale === undefined)) {
    throw new ShapeError({
      what: 'Attention',
      expected: 'heads of known number and size, those of the queries a multiple of those of the keys',
      got: `${queries} and ${keys}, of ${formatShape(q.shape)} and ${formatShape(k.shape)}`,
    });
  }
  return { queries, keys, scale: floatAttribute(attributes, 'scale', 1 / Math.sqrt(Number(size))) };
}

function sizeOfHead(size: Dim, heads: number): number | undefined {
  return typeof size === 'number' && size % heads === 0 ? size / heads : undefined;
}

function multiplied(size: number | undefined, factor: number): number | undefined {
  return size === undefined ? undefined : size * factor;
}

/** Whether past keys are read, keys are left out by number, or products are capped. */
function isCached(inputs: readonly unknown[], attributes: Attributes): boolean {
  return (
    inputs.slice(4).some((input) => input !== undefined) || floatAttribute(attributes, 'softcap', 0) !== 0
  );
}

function refuseCached(inputs: readonly unknown[], attributes: Attributes): void {
  if (!isCached(inputs, attributes)) return;
  throw new GraphError({
    what: 'Attention',
    expected: 'no past keys and no cap',
    got: 'one with them',
  });
}

/** (N, L, heads x size) → (N, heads, L, size). */
function headed(x: ReferenceArray, heads: number): ReferenceArray {
  if (x.shape.length === 4) return x;
  const [n, length, width] = x.shape as [number, number, number];
  const size = width / heads;
  return buildArray(x.dtype, [n, heads, length, size], ([image, head, row, j]) =>
    at(x, [image!, row!, head! * size + j!]),
  );
}

function maskAt(mask: ReferenceArray | undefined, index: readonly number[]): number {
  if (mask === undefined) return 0;
  const value = at(mask, index);
  if (mask.dtype !== 'bool') return value;
  return value === 0 ? -Infinity : 0;
}

function withHeads(x: Value, heads: number): Value {
  if (x.shape.length === 4) return x;
  return transpose(reshape(x, [0, 0, heads, -1]), [0, 2, 1, 3]);
}

function withoutHeads(x: Value, like: Value): Value {
  return like.shape.length === 4 ? x : reshapeLike(transpose(x, [0, 2, 1, 3]), like);
}

/** (N, heads of keys, L, size) → (N, heads of queries, L, size): neighbours share one. */
function repeated(x: Value, { queries, keys }: Heads): Value {
  if (queries === keys) return x;
  const copies = expand(unsqueeze(x, [2]), [1, 1, queries / keys, 1, 1]);
  return reshape(copies, [0, queries, -1, sizeOf(x)]);
}

/** The adjoint of `repeated`. */
function summed(x: Value, { queries, keys }: Heads, share: number): Value {
  if (queries === keys) return x;
  return reduceSum(reshape(x, [0, keys, share, -1, sizeOf(x)]), [2]);
}

function sizeOf(x: Value): number {
  const size = x.shape[3];
  if (typeof size === 'number') return size;
  throw new ShapeError({
    what: 'derivative of Attention',
    expected: 'heads of known size',
    got: formatShape(x.shape),
  });
}

function swapped(x: Value): Value {
  return transpose(x, [0, 1, 3, 2]);
}

function masked(products: Value, mask: Value | undefined, isCausal: boolean): Value {
  const never = constantLike(products, -Infinity);
  let result = products;
  if (mask?.dtype === 'bool') result = where(mask, result, never);
  else if (mask !== undefined) result = add(result, cast(mask, result.dtype));
  if (!isCausal) return result;
  const ones = expandLike(constantLike(products, 1), products);
  const lower = products.builder.apply('Trilu', [ones], { upper: { type: 'int', value: 0 } })[0]!;
  return where(equal(lower, ones), result, never);
}

export const attentionOperations: readonly Operation[] = [attention];
