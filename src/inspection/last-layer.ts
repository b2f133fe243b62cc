import { GraphError } from '../errors/index.js';
import { evaluateReference, prune, toReference } from '../graph/index.js';
import type { Graph, Node, ReferenceArray } from '../graph/index.js';
import { matrix, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import type { Classifier, LinearLayer } from './types.js';
import { isOp, Producers } from './producers.js';

/** logits = weight features + bias. */
export interface LastLayer {
  /** W (K, d). */
  readonly weight: Matrix;
  /** b (K); undefined where the layer has none. */
  readonly bias: Float64Array | undefined;
}

/** What copies its first input, or changes no more than its type or the names of its axes. */
const COPIES = ['Identity', 'Cast', 'Dropout', 'Reshape', 'Squeeze', 'Flatten'] as const;

/** The last Gemm, or MatMul and Add, in front of a value, through nodes that copy; undefined where it is something else. */
export function linearLayerOf(name: string, producers: Producers): LinearLayer | undefined {
  const found = locate(name, producers);
  return typeof found === 'string' ? undefined : found;
}

/**
 * The features (N, d): what the last layer reads, in front of a Dropout, whose output is gone once it is active or removed.
 * Undefined where they have more than two axes.
 */
export function featuresOf({ input }: LinearLayer, producers: Producers): string | undefined {
  let name = input;
  for (let node = producers.of(name); isOp(node, 'Dropout'); node = producers.of(name))
    name = node?.inputs[0] ?? '';
  const type = producers.typeOf(name);
  return type === undefined || type.shape.length === 2 ? name : undefined;
}

/**
 * The weights between a classifier's features and its logits: one Gemm, or a MatMul and an Add, with nothing else in
 * between but layers that copy (Identity, Dropout) or only rename axes and types.
 * @throws GraphError where it is something else.
 */
export function lastLayerOf({ graph, features, logits }: Classifier): LastLayer {
  const fail = (got: string): GraphError =>
    new GraphError({
      what: `last layer of '${graph.name}'`,
      expected: 'one Gemm, or a MatMul and an Add, from the features to the logits',
      got,
      hint: "name the last layer's input as the features",
    });
  if (features === undefined) throw fail('no features');
  const producers = new Producers(graph);
  const layer = locate(logits, producers);
  if (typeof layer === 'string') throw fail(layer);
  if (!comesFrom(layer.input, features, producers)) throw fail(`one that reads '${layer.input}'`);
  const { weight, bias, transposed, alpha, beta } = layer;
  const own = valueOf(graph, weight);
  const [rows, cols] = own?.shape ?? [];
  if (own === undefined || rows === undefined || cols === undefined || own.shape.length !== 2) {
    throw fail('weights that are no matrix');
  }
  const read = matrix(
    rows,
    cols,
    own.data.map((value) => alpha * value),
  );
  const result = transposed ? read : transpose(read);
  const offsets = bias === undefined ? undefined : valueOf(graph, bias);
  if (offsets === undefined) return { weight: result, bias: undefined };
  const { length } = offsets.data;
  if (length !== result.rows && length !== 1) throw fail(`a bias of ${length} elements`);
  const values = Float64Array.from({ length: result.rows }, (_, k) => beta * offsets.data[k % length]!);
  return { weight: result, bias: values };
}

/** The value behind the copies of another, at most back to `stop`, is `stop`. */
function comesFrom(name: string, stop: string, producers: Producers): boolean {
  if (name === stop) return true;
  const maker = producers.of(name);
  return isOp(maker, ...COPIES) && comesFrom(maker?.inputs[0] ?? '', stop, producers);
}

/** The layer, or what is there instead of it. */
function locate(name: string, producers: Producers): LinearLayer | string {
  let bias: string | undefined;
  let value = name;
  for (;;) {
    const node = producers.of(value);
    if (node === undefined) return 'no such layer';
    const [a = '', b = '', c = ''] = node.inputs;
    if (isOp(node, 'Gemm', 'MatMul')) {
      const isLinear = producers.isFixed(b) && !producers.isFixed(a) && intOf(node, 'transA') === 0;
      if (!isLinear) return describe(node);
      if (c !== '' && (bias !== undefined || !producers.isFixed(c))) return 'a bias that is computed';
      const [alpha, beta] = [floatOf(node, 'alpha'), c === '' ? 1 : floatOf(node, 'beta')];
      const transposed = intOf(node, 'transB') === 1;
      return { input: a, weight: b, bias: c === '' ? bias : c, transposed, alpha, beta };
    }
    if (isOp(node, 'Add') && bias === undefined && producers.isFixed(a) !== producers.isFixed(b)) {
      bias = producers.isFixed(a) ? a : b;
      value = producers.isFixed(a) ? b : a;
    } else if (isOp(node, ...COPIES)) value = a;
    else return describe(node);
  }
}

function describe({ op, inputs }: Node): string {
  return `${op}(${inputs.join(', ')})`;
}

/** A value that depends on no input, in float64. */
function valueOf(graph: Graph, name: string): ReferenceArray | undefined {
  const own = graph.constants.get(name);
  if (own !== undefined) return toReference(own);
  const made = prune({ ...graph, outputs: [name] }, { inputs: 'drop' });
  if (made.nodes.length === 0 || made.inputs.length > 0) return undefined;
  return evaluateReference(made, {}).get(name);
}

function intOf({ attributes }: Node, name: string): number {
  const attribute = attributes[name];
  return attribute?.type === 'int' ? attribute.value : 0;
}

function floatOf({ attributes }: Node, name: string): number {
  const attribute = attributes[name];
  return attribute?.type === 'float' ? attribute.value : 1;
}
