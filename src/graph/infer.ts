import { CredenceError, GraphError } from '../errors/index.js';
import { withContents } from './contents.js';
import { operationOf } from './ops/registry.js';
import { checkShape } from './shapes.js';
import { formatType } from './types.js';
import type { Node, TensorType } from './types.js';

/** What the type of a node is inferred from, in a graph. */
export interface InferenceContext {
  /** The graph's name, for messages. */
  readonly graph: string;
  readonly typeOf: (name: string) => TensorType | undefined;
  /** A dimension that nothing is known of. */
  readonly fresh: () => string;
}

/**
 * The types of a node's outputs, or undefined where the operation, or the type of one of its inputs, is not known.
 * @throws GraphError naming the node, when its inputs do not fit.
 */
export function inferTypes(
  node: Node,
  { graph, typeOf, fresh }: InferenceContext,
): readonly (TensorType | undefined)[] | undefined {
  const operation = operationOf(node);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : typeOf(name)));
  if (operation === undefined || node.inputs.some((name, i) => name !== '' && inputs[i] === undefined)) {
    return undefined;
  }
  const call = { inputs, attributes: node.attributes, outputs: node.outputs.length, fresh };
  try {
    const types = operation.infer(call);
    for (const type of types) if (type !== undefined) checkShape('result', type.shape);
    return withContents(operation, call, types);
  } catch (error) {
    if (!(error instanceof CredenceError)) throw error;
    throw new GraphError({
      what: `${node.op}(${inputs.map(formatType).join(', ')})`,
      got: error.message,
      where: `node '${node.name}' of graph '${graph}'`,
      cause: error,
    });
  }
}
