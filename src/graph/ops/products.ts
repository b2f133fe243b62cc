import { ShapeError } from '../../errors/index.js';
import { constantLike, mul } from '../functions/arithmetic.js';
import { gemm, matmul } from '../functions/network.js';
import { reshape, squeeze, transpose, unsqueeze } from '../functions/shaping.js';
import { flagAttribute, floatAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, Dim, Shape, Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { checkTypes } from './inference.js';
import { at, buildArray } from './reference-arrays.js';

/** MatMul of the last two axes with the leading ones broadcast; a vector stands for a row (left) or a column (right). */
const matmulOperation: Operation = {
  op: 'MatMul',
  infer: ({ inputs }) => {
    const [a, b] = [required(inputs, 0), required(inputs, 1)];
    checkTypes('MatMul', [a, b]);
    return [{ dtype: a.dtype, shape: productShape(a.shape, b.shape) }];
  },
  evaluate: ({ inputs }) => {
    const [a, b] = [asMatrices(required(inputs, 0), 'row'), asMatrices(required(inputs, 1), 'column')];
    const inner = a.shape.at(-1)!;
    const full = productShape(a.shape, b.shape).map(Number);
    const product = buildArray(a.dtype, full, (index) => {
      const [row, column] = [index.at(-2)!, index.at(-1)!];
      const batch = index.slice(0, -2);
      let total = 0;
      for (let k = 0; k < inner; k++) total += at(a, [...batch, row, k]) * at(b, [...batch, k, column]);
      return total;
    });
    return [{ ...product, shape: productShape(inputs[0]!.shape, inputs[1]!.shape).map(Number) }];
  },
  gradient: ({ inputs, adjoints, wanted }) => {
    const [a, b] = [required(inputs, 0), required(inputs, 1)];
    const adjoint = adjoints[0]!;
    if (a.shape.length === 1 || b.shape.length === 1) return vectorGradient(a, b, adjoint);
    const byB = (): Value => {
      // One large product instead of a product a batch entry and their sum.
      const [inner, columns] = [a.shape.at(-1)!, b.shape.at(-1)!];
      const known = typeof inner === 'number' && typeof columns === 'number';
      if (b.shape.length > 2 || a.shape.length === 2 || !known) return sumTo(matmul(swap(a), adjoint), b);
      const rows = (value: Value): Value => reshape(value, [-1, Number(value.shape.at(-1))]);
      return gemm(rows(a), rows(adjoint), undefined, { transA: true });
    };
    return [wanted[0] ? sumTo(matmul(adjoint, swap(b)), a) : undefined, wanted[1] ? byB() : undefined];
  },
};

function vectorGradient(a: Value, b: Value, adjoint: Value): Value[] {
  const matrixA = a.shape.length === 1 ? unsqueeze(a, [0]) : a;
  const matrixB = b.shape.length === 1 ? unsqueeze(b, [-1]) : b;
  let full = adjoint;
  if (b.shape.length === 1) full = unsqueeze(full, [-1]);
  if (a.shape.length === 1) full = unsqueeze(full, [-2]);
  const drop = (x: Value, like: Value, axis: number): Value =>
    sumTo(like.shape.length === 1 ? squeeze(x, [axis]) : x, like);
  return [drop(matmul(full, swap(matrixB)), a, -2), drop(matmul(swap(matrixA), full), b, -1)];
}

function swap(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

function asMatrices(x: ReferenceArray, vector: 'row' | 'column'): ReferenceArray {
  if (x.shape.length > 1) return x;
  return { ...x, shape: vector === 'row' ? [1, x.shape[0]!] : [x.shape[0]!, 1] };
}

function productShape(a: Shape, b: Shape): Dim[] {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError({ what: 'matrix product', expected: 'vectors or matrices', got: 'a scalar' });
  }
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  checkInner(left.at(-1)!, right.at(-2)!, a, b);
  const shape = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (a.length > 1) shape.push(left.at(-2)!);
  if (b.length > 1) shape.push(right.at(-1)!);
  return shape;
}

function checkInner(left: Dim, right: Dim, a: Shape, b: Shape): void {
  if (typeof left === 'number' && typeof right === 'number' && left !== right) {
    throw new ShapeError({
      what: 'matrix product',
      expected: 'equal inner sizes',
      got: `${formatShape(a)} x ${formatShape(b)}`,
    });
  }
}

/** Gemm: alpha op(a) op(b) + beta c. */
const gemmOperation: Operation = {
  op: 'Gemm',
  infer: ({ inputs, attributes }) => {
    const [a, b, c] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    checkTypes('Gemm', inputs);
    if (a.shape.length !== 2 || b.shape.length !== 2) {
      throw new ShapeError({
        what: 'Gemm',
        expected: 'two matrices',
        got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      });
    }
    const [n, inner] = oriented(a.shape, attributes, 'transA');
    const [inner2, m] = oriented(b.shape, attributes, 'transB');
    checkInner(inner, inner2, a.shape, b.shape);
    if (c !== undefined && !sameShape(broadcastShapes([n, m], c.shape), [n, m])) {
      throw new ShapeError({ what: 'Gemm: c', expected: formatShape([n, m]), got: formatShape(c.shape) });
    }
    return [{ dtype: a.dtype, shape: [n, m] }];
  },
  evaluate: ({ inputs, attributes }) => {
    const [a, b, c] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const [n, inner] = oriented(a.shape, attributes, 'transA').map(Number) as [number, number];
    const m = Number(oriented(b.shape, attributes, 'transB')[1]);
    const [transA, transB] = [flagAttribute(attributes, 'transA'), flagAttribute(attributes, 'transB')];
    const [alpha, beta] = [floatAttribute(attributes, 'alpha', 1), floatAttribute(attributes, 'beta', 1)];
    const product = buildArray(a.dtype, [n, m], (index) => {
      const [i, j] = [index[0]!, index[1]!];
      let total = 0;
      for (let k = 0; k < inner; k++)
        total += at(a, transA ? [k, i] : [i, k]) * at(b, transB ? [j, k] : [k, j]);
      return alpha * total + (c ? beta * at(c, index) : 0);
    });
    return [product];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [a, b, c] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const adjoint = adjoints[0]!;
    const [transA, transB] = [flagAttribute(attributes, 'transA'), flagAttribute(attributes, 'transB')];
    const scaled = (x: Value, name: string): Value => {
      const factor = floatAttribute(attributes, name, 1);
      return factor === 1 ? x : mul(x, constantLike(x, factor));
    };
    const weighted = scaled(adjoint, 'alpha');
    const byA = (): Value =>
      transA
        ? gemm(b, weighted, undefined, { transA: transB, transB: true })
        : gemm(weighted, b, undefined, { transB: !transB });
    const byB = (): Value =>
      transB
        ? gemm(weighted, a, undefined, { transA: true, transB: transA })
        : gemm(a, weighted, undefined, { transA: !transA });
    return [
      wanted[0] ? byA() : undefined,
      wanted[1] ? byB() : undefined,
      c !== undefined && wanted[2] ? sumTo(scaled(adjoint, 'beta'), c) : undefined,
    ];
  },
};

function oriented(shape: Shape, attributes: Attributes, name: string): [Dim, Dim] {
  return flagAttribute(attributes, name) ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
}

export const productOperations: readonly Operation[] = [matmulOperation, gemmOperation];
