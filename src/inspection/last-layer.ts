import type { Graph, Node } from '../graph/index.js';
import { isOp } from './producers.js';
import type { Producers } from './producers.js';

/** The linear layer that makes the logits. */
export interface LastLayer {
  /** What it reads: the features. */
  readonly input: string;
  /** The constant (d, K), or (K, d) if `transposed`; undefined where the graph computes it. */
  readonly weight: string | undefined;
  /** The constant (K). */
  readonly bias: string | undefined;
  readonly transposed: boolean;
}

/** The last Gemm, or MatMul and Add, in front of a value, through nodes that only move or rename elements. */
export function lastLayerOf(name: string, producers: Producers): LastLayer | undefined {
  const { graph } = producers;
  let bias: string | undefined;
  let value = name;
  for (;;) {
    const node = producers.of(value);
    if (node === undefined) return undefined;
    const [a = '', b = '', c = ''] = node.inputs;
    if (isOp(node, 'Gemm')) {
      if (intOf(node, 'transA') !== 0 || !producers.isFixed(b) || producers.isFixed(a)) return undefined;
      const plain = [floatOf(node, 'alpha'), floatOf(node, 'beta')].every((factor) => factor === 1);
      return {
        input: a,
        weight: plain ? constant(graph, b) : undefined,
        bias: plain ? constant(graph, c) : undefined,
        transposed: intOf(node, 'transB') === 1,
      };
    }
    if (isOp(node, 'MatMul')) {
      if (!producers.isFixed(b) || producers.isFixed(a)) return undefined;
      return { input: a, weight: constant(graph, b), bias, transposed: false };
    }
    if (isOp(node, 'Add') && bias === undefined && producers.isFixed(a) !== producers.isFixed(b)) {
      bias = constant(graph, producers.isFixed(a) ? a : b);
      value = producers.isFixed(a) ? b : a;
    } else if (isOp(node, 'Identity', 'Cast', 'Dropout', 'Reshape', 'Squeeze', 'Flatten')) value = a;
    else return undefined;
  }
}

/**
 * The features (N, d): what the last layer reads, in front of a Dropout, whose output is gone once it is active or removed.
 * Undefined where they have more than two axes.
 */
export function featuresOf({ input }: LastLayer, producers: Producers): string | undefined {
  let name = input;
  for (let node = producers.of(name); isOp(node, 'Dropout'); node = producers.of(name))
    name = node?.inputs[0] ?? '';
  const type = producers.typeOf(name);
  return type === undefined || type.shape.length === 2 ? name : undefined;
}

function constant(graph: Graph, name: string): string | undefined {
  return graph.constants.has(name) ? name : undefined;
}

function intOf({ attributes }: Node, name: string): number {
  const attribute = attributes[name];
  return attribute?.type === 'int' ? attribute.value : 0;
}

function floatOf({ attributes }: Node, name: string): number {
  const attribute = attributes[name];
  return attribute?.type === 'float' ? attribute.value : 1;
}
