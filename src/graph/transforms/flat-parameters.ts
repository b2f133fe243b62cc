import { GraphError, ShapeError } from '../../errors/index.js';
import { elementCount, tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import { GraphBuilder } from '../builder.js';
import { reshape, split } from '../functions/shaping.js';
import { sameShape } from '../shapes.js';
import { formatType } from '../types.js';
import type { Graph, Value } from '../types.js';
import type { Parameters } from './bind.js';

/** The input that holds all parameters, one after the other. */
export const PARAMETERS = 'parameters';

/** Where each parameter lies in the flat vector (P), in order. */
export interface FlatLayout {
  /** P, the number of elements of all parameters. */
  readonly size: number;
  readonly pieces: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
  }[];
}

/** The layout of a graph's parameters. @throws GraphError when one is not float32. */
export function flatLayout(graph: Graph): FlatLayout {
  let size = 0;
  const pieces = graph.parameters.map((name) => {
    const { shape, dtype } = graph.constants.get(name)!;
    if (dtype !== 'float32')
      throw new GraphError({ what: `parameter '${name}'`, expected: 'float32', got: dtype });
    const offset = size;
    size += elementCount(shape);
    return { name, shape, offset };
  });
  return { size, pieces };
}

/**
 * The graph with its parameters as one input, `parameters` (P,), in the order of `graph.parameters`: a step then moves few
 * large arrays in and out instead of many small ones.
 * @throws GraphError when a parameter is not float32, or an input is called so already.
 */
export function flattenParameters(graph: Graph): Graph {
  const { size, pieces } = flatLayout(graph);
  const builder = new GraphBuilder(graph.name, graph);
  const given = new Map<string, Value>();
  const flat = builder.input(PARAMETERS, 'float32', [size]);
  // In a scope of their own, so that the graph's values keep their names.
  builder.scope(PARAMETERS, () => {
    if (pieces.length === 0) return;
    const parts = split(
      flat,
      pieces.map(({ shape }) => elementCount(shape)),
    );
    pieces.forEach(({ name, shape }, i) => given.set(name, reshape(parts[i]!, shape)));
  });
  const names = builder.append(graph, given);
  return builder.build(graph.outputs.map((name) => names.get(name)!));
}

/** Parameters by name → the flat vector (P). @throws ShapeError when one is missing or misshapen; others are left out. */
export function packParameters(layout: FlatLayout, parameters: Parameters): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.pieces) {
    const value = parameters.get(name);
    if (value?.dtype !== 'float32' || !sameShape(value.shape, shape)) {
      const expected = formatType({ dtype: 'float32', shape });
      throw new ShapeError({ what: `parameter '${name}'`, expected, got: formatType(value) });
    }
    flat.set((value as Tensor<'float32'>).data, offset);
  }
  return flat;
}

/** The flat vector (P) → parameters by name, copied. @throws ShapeError when it has another length. */
export function unpackParameters(layout: FlatLayout, flat: Float32Array): Map<string, Tensor<'float32'>> {
  if (flat.length !== layout.size) {
    throw new ShapeError({ what: 'flat parameters', expected: `${layout.size}`, got: `${flat.length}` });
  }
  return new Map(
    layout.pieces.map(({ name, shape, offset }) => {
      return [name, tensor('float32', shape, flat.slice(offset, offset + elementCount(shape)))];
    }),
  );
}
