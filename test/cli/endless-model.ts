import { cast, gemm, GraphBuilder, reduceMax, relu } from '#credence/graph/index';
import type { Graph, Node } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';

/** A field of a protobuf message: bytes, text or a small number. */
type Field = readonly [number: number, value: Uint8Array | string | number];

function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number << 3), ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint((number << 3) | 2), ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

/** A ValueInfoProto. */
function typed(name: string, element: number, dims: readonly string[]): Uint8Array {
  const shape = message(...dims.map((dim): Field => [1, message([2, dim])]));
  return message([1, name], [2, message([1, message([1, element], [2, shape])])]);
}

function node(op: string, input: string, output: string): Uint8Array {
  return message([1, input], [2, output], [4, op]);
}

/** The body of a loop that squashes a matrix once more, as an AttributeProto. */
const BODY = message(
  [1, 'body'],
  [
    6,
    message(
      [1, node('Identity', 'go', 'goes')],
      [1, node('Tanh', 'h', 'squashed')],
      [2, 'body'],
      [11, typed('i', INT64, [])],
      [11, typed('go', BOOL, [])],
      [11, typed('h', FLOAT, ['N', 'D'])],
      [12, typed('goes', BOOL, [])],
      [12, typed('squashed', FLOAT, ['N', 'D'])],
    ),
  ],
  [20, 5],
);

/**
 * A classifier (N, 2) → (N, 3) whose Loop goes round as often as its largest input says, or 10^18 times. A runtime is in one
 * run of it for as long.
 */
export function endlessClassifier(trips: 'input' | 'constant'): Graph {
  const b = new GraphBuilder('endless');
  const x = b.input('x', 'float32', ['N', 2]);
  const count =
    trips === 'constant'
      ? b.constant(tensor('int64', [], BigInt64Array.of(10n ** 18n)))
      : cast(reduceMax(x), 'int64');
  const weights = tensor('float32', [2, 4], Float32Array.of(1, -1, 0, 0.5, 0, 0.5, 1, -1));
  const h = relu(gemm(x, b.constant(weights)));
  const last = tensor('float32', [4, 3], Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 1));
  const graph = b.build({ logits: gemm(h, b.constant(last)) });
  const loop: Node = {
    op: 'Loop',
    domain: '',
    name: 'loop',
    inputs: [count.name, '', h.name],
    outputs: ['looped'],
    attributes: { body: { type: 'opaque', value: BODY } },
  };
  const nodes = graph.nodes.flatMap((each) => {
    if (each.outputs.includes(h.name)) return [each, loop];
    return [{ ...each, inputs: each.inputs.map((name) => (name === h.name ? 'looped' : name)) }];
  });
  return { ...graph, nodes, types: new Map([...graph.types, ['looped', graph.types.get(h.name)!]]) };
}
