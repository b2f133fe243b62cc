import { DataError, GraphError } from '../errors/index.js';
import { evaluateReference, prune, toReference } from '../graph/index.js';
import type { Attribute, Graph, Node, ReferenceArray } from '../graph/index.js';
import { matrix, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import type { Classifier, FitCall } from './score.js';

/** logits = weight features + bias. */
export interface LastLayer {
  /** W (K, d). */
  readonly weight: Matrix;
  /** b (K); undefined where the layer has none. */
  readonly bias: Float64Array | undefined;
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
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const makerOf = (name: string): Node | undefined => makers.get(origin(name, makers, features));
  const constant = (name = ''): ReferenceArray | undefined => constantOf(graph, name);

  let node = makerOf(logits);
  let bias: ReferenceArray | undefined;
  if (node?.op === 'Add') {
    const own = node.inputs.findIndex((name) => constant(name) !== undefined);
    bias = constant(node.inputs[own]);
    node = own < 0 ? undefined : makerOf(node.inputs[1 - own]!);
  }
  const weight = constant(node?.inputs[1]);
  const reads = node && origin(node.inputs[0]!, makers, features);
  if (node === undefined || !isLinear(node) || weight === undefined || reads !== features) {
    throw fail(node === undefined ? 'no such layer' : `${node.op}(${node.inputs.join(', ')})`);
  }
  if (node.inputs[2] !== undefined && node.inputs[2] !== '') {
    const own = constant(node.inputs[2]);
    if (own === undefined || bias !== undefined) throw fail('a bias that is computed');
    bias = own;
  }
  return affine(node, weight, bias, fail);
}

/**
 * That the examples' logits are what the layer makes of their features, on the first of them.
 * @throws DataError where they are not: arrays of another model, or of other values of it.
 */
export function checkLastLayer(
  { weight, bias }: LastLayer,
  { features, logits }: Pick<FitCall, 'features' | 'logits'>,
): void {
  const [n, d] = features.shape as [number, number];
  const classes = weight.rows;
  if (weight.cols !== d || weight.rows !== logits.shape[1]) {
    throw new DataError({
      what: 'examples',
      expected: `features (n, ${weight.cols}) and logits (n, ${weight.rows}), as the last layer has`,
      got: `(n, ${d}) and (n, ${logits.shape[1]})`,
    });
  }
  for (let i = 0; i < Math.min(n, 100); i++) {
    for (let k = 0; k < classes; k++) {
      const offset = bias?.[k] ?? 0;
      let [sum, magnitude] = [offset, Math.abs(offset)];
      for (let j = 0; j < d; j++) {
        const product = weight.data[k * d + j]! * features.data[i * d + j]!;
        sum += product;
        magnitude += Math.abs(product);
      }
      // A float32 dot product of d + 1 terms; twice, for kernels that round the products too.
      const rounding = 2 * (d + 2) * 2 ** -24 * magnitude;
      if (Math.abs(sum - logits.data[i * classes + k]!) <= rounding) continue;
      throw new DataError({
        what: 'examples: logits',
        expected: `${sum}, what the last layer makes of the features`,
        got: `${logits.data[i * classes + k]}`,
        where: `example ${i}, class ${k}`,
        hint: "are the arrays this model's, with its dropout inactive?",
      });
    }
  }
}

/** What copies its first input, or changes no more than its type or the names of its axes. */
const COPIES: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze']);

/** The value that a chain of copies begins with, at most back to `stop`. */
function origin(name: string, makers: ReadonlyMap<string, Node>, stop: string): string {
  const maker = makers.get(name);
  if (name === stop || maker === undefined || !COPIES.has(maker.op)) return name;
  return origin(maker.inputs[0]!, makers, stop);
}

/** A value that depends on no input, in float64. */
function constantOf(graph: Graph, name: string): ReferenceArray | undefined {
  const own = graph.constants.get(name);
  if (own !== undefined) return toReference(own);
  if (name === '') return undefined;
  const made = prune({ ...graph, outputs: [name] }, { inputs: 'drop' });
  if (made.nodes.length === 0 || made.inputs.length > 0) return undefined;
  return evaluateReference(made, {}).get(name);
}

function isLinear({ op, domain, attributes }: Node): boolean {
  return domain === '' && (op === 'MatMul' || (op === 'Gemm' && !isSet(attributes['transA'])));
}

function affine(
  { op, attributes }: Node,
  weight: ReferenceArray,
  bias: ReferenceArray | undefined,
  fail: (got: string) => GraphError,
): LastLayer {
  const [rows, cols] = weight.shape;
  if (rows === undefined || cols === undefined || weight.shape.length !== 2) {
    throw fail('weights that are no matrix');
  }
  const own = matrix(rows, cols, scaled(weight, attributes['alpha']));
  const result = op === 'Gemm' && isSet(attributes['transB']) ? own : transpose(own);
  if (bias === undefined) return { weight: result, bias };
  const values = scaled(bias, attributes['beta']);
  const classes = result.rows;
  if (values.length !== classes && values.length !== 1) throw fail(`a bias of ${values.length} elements`);
  return {
    weight: result,
    bias: Float64Array.from({ length: classes }, (_, k) => values[k % values.length]!),
  };
}

function isSet(attribute: Attribute | undefined): boolean {
  return attribute?.type === 'int' && attribute.value === 1;
}

function scaled({ data }: ReferenceArray, factor: Attribute | undefined): Float64Array {
  return factor?.type === 'float' ? data.map((value) => value * factor.value) : data;
}
