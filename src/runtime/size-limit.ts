import { RuntimeError } from '../errors/index.js';
import { formatType } from '../graph/index.js';
import type { Graph, TensorType } from '../graph/index.js';
import type { DType } from '../tensor/index.js';

/** 4 GiB: no classifier needs as much for one value, and a damaged or hostile file may ask for any. */
const MOST_BYTES = 2 ** 32;

const BYTES: Readonly<Record<DType, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

/** @throws RuntimeError when a value of the graph is known to be larger than any memory that should be given to it. */
export function checkSizes(graph: Graph): void {
  for (const { outputs, op } of graph.nodes) {
    for (const name of outputs) {
      const type = graph.types.get(name);
      if (type === undefined) continue;
      const bytes = bytesOf(type);
      if (bytes <= MOST_BYTES) continue;
      throw new RuntimeError({
        what: `value '${name}' of ${op}`,
        expected: `at most ${MOST_BYTES / 2 ** 30} GiB`,
        got: formatType(type),
        where: `graph '${graph.name}'`,
      });
    }
  }
}

/** Bytes of a value; of one example, where their number is open. */
export function bytesOf({ dtype, shape }: TensorType): number {
  return shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), BYTES[dtype]);
}
