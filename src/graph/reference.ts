import { GraphError } from '../errors/index.js';
import type { DType, Tensor } from '../tensor/index.js';
import { numbersIn, tensorOfNumbers } from './elements.js';
import type { ReferenceArray } from './operation.js';
import { operationOf } from './ops/registry.js';
import type { Graph } from './types.js';

/**
 * Runs a graph in float64, one plain loop an operation: the yardstick of derivatives and kernels, not an engine.
 * Returns every value of the graph, by name. @throws GraphError on an operation without a reference, and on an input that
 * is not fed.
 */
export function evaluateReference(
  graph: Graph,
  feeds: Readonly<Record<string, ReferenceArray>>,
): Map<string, ReferenceArray> {
  const values = new Map<string, ReferenceArray>(Object.entries(feeds));
  for (const [name, value] of graph.constants) if (!values.has(name)) values.set(name, toReference(value));
  for (const node of graph.nodes) {
    const operation = operationOf(node);
    if (operation?.evaluate === undefined) {
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
    const outputs = operation.evaluate({ inputs, attributes: node.attributes, outputs: node.outputs.length });
    node.outputs.forEach((name, i) => name !== '' && values.set(name, outputs[i]!));
  }
  return values;
}

/** A tensor's numbers in float64. */
export function toReference(value: Tensor): ReferenceArray {
  return { dtype: value.dtype, shape: value.shape, data: numbersIn(value) };
}

/** The array rounded to its element type. @throws GraphError when a number that should be an integer is NaN. */
export function fromReference({ dtype, shape, data }: ReferenceArray): Tensor {
  return tensorOfNumbers(dtype, shape, data);
}

/** An array of the reference from plain numbers. */
export function referenceArray(
  dtype: DType,
  shape: readonly number[],
  data: ArrayLike<number>,
): ReferenceArray {
  return { dtype, shape, data: Float64Array.from(data) };
}
