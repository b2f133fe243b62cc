import type { Tensor } from '../../tensor/index.js';
import { readsOf } from '../types.js';
import type { Attribute, Graph, Node } from '../types.js';
import { prune } from './prune.js';

/** Larger constants are compared by identity: to read them all would take longer than to keep some twice. */
const MOST_BYTES = 1 << 20;
/** What gives another value each time. */
const RANDOM = /^(Random|Multinomial|Bernoulli|Dropout)/;

/**
 * Computes what is computed twice once: of constants with equal elements, and of nodes with equal operations, attributes and
 * inputs, only the first stays. Parameters, inputs and outputs keep their names. (ONNX Runtime does this too, but not for
 * nodes that read constants of their own.)
 */
export function shareCommon(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  const own = (name: string): string => renamed.get(name) ?? name;
  const outputs = new Set(graph.outputs);

  const constants = new Map<string, string>();
  const identities = new Map<Tensor, number>();
  const parameters = new Set(graph.parameters);
  for (const [name, value] of graph.constants) {
    if (parameters.has(name) || outputs.has(name)) continue;
    const key = keyOf(value, identities);
    const first = constants.get(key);
    if (first === undefined) constants.set(key, name);
    else renamed.set(name, first);
  }

  const seen = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map(own) };
    const key = isShareable(node) ? nodeKey(node) : undefined;
    const first = key === undefined ? undefined : seen.get(key);
    if (first === undefined) {
      if (key !== undefined) seen.set(key, node);
    } else {
      node.outputs.forEach((name, i) => renamed.set(name, first.outputs[i]!));
      // An output keeps its name, so it is computed once more, for nobody else.
      if (!node.outputs.some((name) => outputs.has(name))) continue;
    }
    nodes.push(node);
  }
  // A subgraph reads by name, so what it reads stays.
  const captured = nodes.some((node) =>
    readsOf(node)
      .slice(node.inputs.length)
      .some((name) => renamed.has(name)),
  );
  return captured ? graph : prune({ ...graph, nodes });
}

function isShareable(node: Node): boolean {
  if (node.domain !== '' || RANDOM.test(node.op)) return false;
  return !Object.values(node.attributes).some(({ type }) => type === 'opaque' || type === 'tensor');
}

function nodeKey({ op, inputs, outputs, attributes }: Node): string {
  const written = Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attribute]) => [name, attribute.type, valueOf(attribute)]);
  // Which of the outputs are there is part of what is computed.
  return JSON.stringify([op, inputs, outputs.map((name) => name !== ''), written]);
}

function valueOf({ value }: Attribute): unknown {
  // JSON has no NaN, infinities and -0.
  const exact = (number: unknown): unknown => (Object.is(number, -0) ? '-0' : String(number));
  return Array.isArray(value) ? value.map(exact) : exact(value);
}

function keyOf(value: Tensor, identities: Map<Tensor, number>): string {
  const { dtype, shape, data } = value;
  if (data.byteLength > MOST_BYTES) {
    if (!identities.has(value)) identities.set(value, identities.size);
    return `${identities.get(value)}`;
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${dtype} ${shape.join()} ${textOf(bytes)}`;
}

/** Bytes as a text that is equal for equal bytes alone. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 4096)
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  return text;
}
