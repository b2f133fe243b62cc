import { GraphError } from '../errors/index.js';
import { tensor } from '../tensor/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import type { ReferenceArray } from './operation.js';
import { operationOf } from './ops/registry.js';
import type { Graph } from './types.js';

/**
 * Runs a graph in float64, one plain loop an operation: the yardstick of derivatives and kernels, not an engine.
 * Returns every value of the graph, by name. @throws GraphError on an operation without a reference.
 */
export function evaluateReference(
  graph: Graph,
  feeds: Readonly<Record<string, ReferenceArray>>,
): Map<string, ReferenceArray> {
  const values = new Map<string, ReferenceArray>(Object.entries(feeds));
  for (const [name, value] of graph.constants) if (!values.has(name)) values.set(name, toReference(value));
  for (const node of graph.nodes) {
    const evaluate = operationOf(node.op)?.evaluate;
    if (evaluate === undefined) {
      throw new GraphError({ what: `reference of ${node.op}`, expected: 'an evaluation', where: node.name });
    }
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (value === undefined && name !== '') {
        throw new GraphError({
          what: `value '${name}'`,
          expected: 'fed or computed',
          got: 'nothing',
          where: node.name,
        });
      }
      return value;
    });
    const outputs = evaluate({ inputs, attributes: node.attributes, outputs: node.outputs.length });
    node.outputs.forEach((name, i) => name !== '' && values.set(name, outputs[i]!));
  }
  return values;
}

/** A tensor's numbers in float64. float16 is not decoded: cast it in the graph. */
export function toReference(value: Tensor): ReferenceArray {
  if (value.dtype === 'float16') {
    throw new GraphError({ what: 'reference', expected: 'a type other than float16', got: 'float16' });
  }
  return {
    dtype: value.dtype,
    shape: value.shape,
    data: Float64Array.from(value.data as ArrayLike<number | bigint>, Number),
  };
}

/** The array rounded to its element type. */
export function fromReference({ dtype, shape, data }: ReferenceArray): Tensor {
  switch (dtype) {
    case 'float64':
      return tensor(dtype, shape, data);
    case 'float32':
      return tensor(dtype, shape, Float32Array.from(data));
    case 'int64':
      return tensor(
        dtype,
        shape,
        BigInt64Array.from(data, (x) => BigInt(x)),
      );
    case 'int32':
      return tensor(dtype, shape, Int32Array.from(data));
    case 'uint8':
    case 'bool':
      return tensor(dtype, shape, Uint8Array.from(data));
    default:
      throw new GraphError({ what: 'reference', expected: 'float, int64, int32, uint8 or bool', got: dtype });
  }
}

/** An array of the reference from plain numbers. */
export function referenceArray(
  dtype: DType,
  shape: readonly number[],
  data: ArrayLike<number>,
): ReferenceArray {
  return { dtype, shape, data: Float64Array.from(data) };
}
