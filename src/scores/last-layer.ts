import { DataError, GraphError } from '../errors/index.js';
import { foldConstants, prune } from '../graph/index.js';
import type { Node } from '../graph/index.js';
import { matrix, transpose } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Classifier, FitCall } from './score.js';

/** logits = weight features + bias. */
export interface LastLayer {
  /** W (K, d). */
  readonly weight: Matrix;
  /** b (K); undefined where the layer has none. */
  readonly bias: Float64Array | undefined;
}

/**
 * The weights between a classifier's features and its logits: one Gemm, or a MatMul and an Add, with nothing
 * else in between but Identity and Dropout.
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
  const end = foldConstants(prune({ ...graph, outputs: [logits], parameters: [] }));
  const makers = new Map(end.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const isFeatures = (name: string): boolean => origin(name, makers, features) === features;
  const constant = (name: string | undefined): Tensor | undefined =>
    end.constants.get(origin(name ?? '', makers));

  let node = makers.get(origin(logits, makers, features));
  let added: Tensor | undefined;
  if (node?.op === 'Add') {
    const own = node.inputs.findIndex((name) => constant(name) !== undefined);
    added = constant(node.inputs[own]);
    node = own < 0 ? undefined : makers.get(origin(node.inputs[1 - own]!, makers, features));
  }
  const weight = constant(node?.inputs[1]);
  if (node === undefined || !isLinear(node) || weight === undefined || !isFeatures(node.inputs[0]!)) {
    throw fail(node === undefined ? 'no layer' : `${node.op}(${node.inputs.join(', ')})`);
  }
  if (node.inputs[2] !== undefined && node.inputs[2] !== '') {
    const own = constant(node.inputs[2]);
    if (own === undefined || added !== undefined) throw fail('a bias that is computed');
    added = own;
  }
  return affine(node, weight, added, fail);
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

/** The value that a chain of Identity and Dropout layers copies, at most back to `stop`. */
function origin(name: string, makers: ReadonlyMap<string, Node>, stop?: string): string {
  const maker = makers.get(name);
  if (name === stop || maker === undefined || (maker.op !== 'Identity' && maker.op !== 'Dropout'))
    return name;
  return origin(maker.inputs[0]!, makers, stop);
}

function isLinear({ op, domain, attributes }: Node): boolean {
  const { transA } = attributes;
  return (
    domain === '' && (op === 'MatMul' || (op === 'Gemm' && !(transA?.type === 'int' && transA.value === 1)))
  );
}

function affine(
  { op, attributes }: Node,
  weight: Tensor,
  bias: Tensor | undefined,
  fail: (got: string) => GraphError,
): LastLayer {
  const [rows, cols] = weight.shape;
  if (rows === undefined || cols === undefined || weight.shape.length !== 2)
    throw fail('weights that are no matrix');
  const own = matrix(rows, cols, numbers(weight, attributeOf(attributes['alpha']), fail));
  const transposed =
    op === 'Gemm' && attributes['transB']?.type === 'int' && attributes['transB'].value === 1;
  const result = transposed ? own : transpose(own);
  const classes = result.rows;
  if (bias === undefined) return { weight: result, bias };
  const values = numbers(bias, attributeOf(attributes['beta']), fail);
  if (values.length === classes) return { weight: result, bias: values };
  if (values.length === 1) return { weight: result, bias: new Float64Array(classes).fill(values[0]!) };
  throw fail(`a bias of ${values.length} elements`);
}

function attributeOf(attribute: Node['attributes'][string] | undefined): number {
  return attribute?.type === 'float' ? attribute.value : 1;
}

function numbers({ dtype, data }: Tensor, scale: number, fail: (got: string) => GraphError): Float64Array {
  if (dtype !== 'float32' && dtype !== 'float64') throw fail(`weights of ${dtype}`);
  return Float64Array.from(data as ArrayLike<number>, (value) => scale * value);
}
