import { ConfigurationError, GraphError } from '../errors/index.js';
import {
  activateDropout,
  concat,
  cutAtRandom,
  dropoutLayers,
  extract,
  formatShape,
  named,
  prune,
  reshape,
} from '../graph/index.js';
import type { Graph, GraphBuilder, Value } from '../graph/index.js';
import { inputOf } from '../inspection/index.js';
import type { Classifier } from '../inspection/index.js';
import { bernoulli, fold } from '../random/index.js';
import type { Key } from '../random/index.js';
import { elementCount, sliceRows, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Whether a Dropout layer lies between the input and the logits. */
export function dropoutOnTheWay({ graph, logits }: Classifier): boolean {
  return dropoutLayers(prune({ ...graph, outputs: [logits] })).length > 0;
}

/**
 * Masks for `passes` passes with dropout, by the names of the random inputs of `activateDropout`: bytes
 * (passes, ...), each pass's for all examples alike, so that a pass is one network and the same input has the
 * same score whatever it is scored with.
 * @throws ConfigurationError when no Dropout layer lies on the way to the logits; GraphError when the size of
 *   one is not known.
 */
export function dropoutMasks(
  classifier: Classifier,
  { passes, key }: { readonly passes: number; readonly key: Key },
): Record<string, Tensor<'uint8'>> {
  if (!dropoutOnTheWay(classifier)) {
    throw new ConfigurationError({
      what: `MC dropout on '${classifier.graph.name}'`,
      expected: 'a Dropout layer in front of the logits',
      got: 'none',
    });
  }
  const masks: Record<string, Tensor<'uint8'>> = {};
  for (const { name, shape, random } of active(classifier).inputs) {
    if (random?.kind !== 'bernoulli') continue;
    const sizes = shape.slice(1).filter((dim) => typeof dim === 'number');
    if (sizes.length !== shape.length - 1) {
      throw new GraphError({
        what: `MC dropout: '${name}'`,
        expected: 'a known size',
        got: formatShape(shape),
      });
    }
    const draws = bernoulli(fold(key, name), random.probability, passes, elementCount(sizes));
    masks[name] = tensor('uint8', [passes, ...sizes], draws);
  }
  return masks;
}

/**
 * Appends the passes to a graph that has the classifier's input: their logits (N, S, K). What comes before
 * the first dropout is there once, what comes after it once a pass. Passes of this name that are there
 * already are taken as they are.
 */
export function appendPasses(
  builder: GraphBuilder,
  classifier: Classifier,
  input: Value,
  { masks, name }: { readonly masks: Readonly<Record<string, Tensor>>; readonly name: string },
): Value {
  if (builder.has(name)) return builder.value(name);
  const { trunk, head } = cutAtRandom(active(classifier));
  const start = inputOf(classifier);
  const given = new Map([[start, input]]);
  if (trunk.outputs.length > 0) {
    const before = builder.append(extract(trunk, [start], trunk.outputs), given);
    for (const output of trunk.outputs) given.set(output, builder.value(before.get(output)!));
  }
  const passes = Object.values(masks)[0]?.shape[0] ?? 0;
  const logits = Array.from({ length: passes }, (_, pass) => {
    const own = new Map(given);
    for (const [layer, mask] of Object.entries(masks)) {
      own.set(layer, builder.constant(sliceRows(mask, pass, pass + 1), layer));
    }
    return builder.value(builder.append(head, own).get(head.outputs[0]!)!);
  });
  const [first, ...others] = logits;
  if (first === undefined)
    throw new GraphError({ what: 'MC dropout', expected: 'fitted masks', got: 'none' });
  return named(reshape(concat([first, ...others], 1), [-1, passes, Number(first.shape[1])]), name);
}

function active({ graph, logits }: Classifier): Graph {
  return activateDropout(prune({ ...graph, outputs: [logits], parameters: [] }), { masks: 'shared' });
}
