import { GraphError } from '../errors/index.js';
import {
  constantLike,
  flatten,
  formatType,
  GraphBuilder,
  log,
  maximum,
  named,
  pad,
  reshape,
} from '../graph/index.js';
import type { Dim, Graph, TensorType, Value } from '../graph/index.js';
import type { Head } from './head.js';

/** The name of logits that were not in the graph. */
export const MADE_LOGITS = 'credence/logits';

/** The smallest normal float32 and float16, so that the logarithm of a probability of 0 is finite. */
const TINY = { float32: 2 ** -126, float16: 2 ** -14, float64: 2 ** -1022 };

/**
 * Logits (N, K), K >= 2, whose softmax is the model's prediction, where the graph has no such value: behind one sigmoid (0, z);
 * behind probabilities alone their logarithms; without axes of size 1 at the end. Returns the graph with the value
 * appended, or as it is where its own logits will do.
 * @throws GraphError when there is no type to go by, or only one class.
 */
export function withLogits(graph: Graph, head: Head, batch: Dim): { graph: Graph; logits: string } {
  const source = head.logits ?? head.probabilities ?? '';
  const typed = graph.types.has(source) ? graph : declare(graph, source, head, batch);
  const type = typed.types.get(source);
  if (type === undefined || !type.dtype.startsWith('float')) {
    throw new GraphError({
      what: `value '${source}'`,
      expected: 'logits or probabilities (N, K)',
      got: type === undefined ? 'a value of unknown type' : formatType(type),
      hint: 'name the value (logits, probabilities), and how many classes it has (classes)',
    });
  }
  const [, size = 1, ...rest] = type.shape;
  const isBinary = size === 1 && rest.length === 0;
  if (head.logits !== undefined && rest.length === 0 && size !== 1) return { graph: typed, logits: source };
  const isFlat = rest.every((dim) => dim === 1);
  if (!isFlat || (isBinary && head.link === 'softmax')) {
    throw new GraphError({
      what: `value '${source}'`,
      expected: 'logits or probabilities (N, K) of at least 2 classes',
      got: formatType(type),
      hint: isFlat
        ? "for one logit of two classes say so (link: 'sigmoid'); regression is not classification"
        : 'name the value (logits, probabilities)',
    });
  }
  const builder = GraphBuilder.from(typed);
  let value: Value = builder.value(source);
  if (rest.length > 0) value = flatten(value);
  if (head.logits === undefined) value = logOf(value);
  if (isBinary) value = pad(type.shape.length === 1 ? reshape(value, [-1, 1]) : value, [0, 1], [0, 0]);
  const logits = named(value, MADE_LOGITS).name;
  return { graph: builder.build(typed.outputs), logits };
}

function logOf(probabilities: Value): Value {
  const tiny = TINY[probabilities.dtype as keyof typeof TINY];
  return log(maximum(probabilities, constantLike(probabilities, tiny)));
}

/** The type where inference has none: that of what is made of the logits, or, for operations of ai.onnx.ml, float32 (N, K). */
function declare(graph: Graph, name: string, { like, classes }: Head, batch: Dim): Graph {
  const known = like === undefined ? undefined : graph.types.get(like);
  const type: TensorType | undefined =
    known ?? (classes && { dtype: 'float32', shape: [batch, classes.length] });
  return type === undefined ? graph : { ...graph, types: new Map([...graph.types, [name, type]]) };
}
