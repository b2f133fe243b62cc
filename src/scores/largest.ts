import { int } from '../graph/index.js';
import type { Graph, GraphBuilder, Value } from '../graph/index.js';
import { tensor } from '../tensor/index.js';

/** Where the k largest of each row are, the largest first: x (N, m) → indices (N, k), int64. */
export function indicesOfLargest(builder: GraphBuilder, x: Value, k: number): Value {
  const type = { dtype: x.dtype, shape: [x.shape[0]!, k] } as const;
  // TopK is not among the operations whose types the builder works out: it is appended with them.
  const graph: Graph = {
    name: 'largest',
    opset: 18,
    domains: {},
    inputs: [],
    outputs: ['TopK'],
    nodes: [
      {
        op: 'TopK',
        domain: '',
        name: 'TopK',
        inputs: ['x', 'k'],
        outputs: ['TopK', 'TopK.1'],
        attributes: { axis: int(-1), largest: int(1), sorted: int(1) },
      },
    ],
    constants: new Map([['k', tensor('int64', [1], BigInt64Array.of(BigInt(k)))]]),
    parameters: [],
    types: new Map([
      ['TopK', type],
      ['TopK.1', { ...type, dtype: 'int64' }],
    ]),
    metadata: {},
  };
  return builder.value(builder.append(graph, new Map([['x', x]])).get('TopK.1')!);
}
