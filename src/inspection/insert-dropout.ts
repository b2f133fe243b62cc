import { ConfigurationError, GraphError } from '../errors/index.js';
import type { Graph, Node } from '../graph/index.js';
import { tensor } from '../tensor/index.js';
import { isOp, Producers } from './producers.js';
import type { InspectedClassifier } from './types.js';

/** The name of the layer that is inserted. */
const LAYER = 'credence/dropout';

/**
 * The classifier with a Dropout layer of this rate between its features and its last layer, for the scores that need one
 * and a model that was exported without. It predicts as before: the layer acts only where it is made active.
 *
 * MC dropout of a network that was not trained with it is no approximation of its posterior: it measures how much the
 * prediction hangs on single features.
 * @throws ConfigurationError on a rate outside (0, 1), or a classifier that has dropout; GraphError where no features, or
 *   nothing that reads them on the way to the logits, were found.
 */
export function insertDropout(classifier: InspectedClassifier, rate: number): InspectedClassifier {
  const { graph, features, logits, dropout } = classifier;
  if (!(rate > 0 && rate < 1)) {
    throw new ConfigurationError({
      what: 'dropout: rate',
      expected: 'a number between 0 and 1, both excluded',
      got: `${rate}`,
    });
  }
  if (dropout.length > 0) {
    throw new ConfigurationError({
      what: `dropout of '${graph.name}'`,
      expected: 'a model without Dropout layers to insert one',
      got: dropout.map(({ name }) => `'${name}'`).join(', '),
      hint: 'it can be used as it is',
    });
  }
  const type = features === undefined ? undefined : graph.types.get(features);
  const reader = features === undefined ? undefined : readerOf(graph, features, logits);
  if (features === undefined || type === undefined || reader === undefined) {
    throw new GraphError({
      what: `dropout of '${graph.name}'`,
      expected: 'features that the last layer reads',
      got: features === undefined ? 'none' : `'${features}'`,
      hint: 'name the features',
    });
  }
  const [ratio, output] = [`${LAYER}/ratio`, `${LAYER}/output`];
  const layer: Node = {
    op: 'Dropout',
    domain: '',
    name: LAYER,
    inputs: [features, ratio],
    outputs: [output],
    attributes: {},
  };
  const nodes = graph.nodes.flatMap((node) =>
    node === reader
      ? [layer, { ...node, inputs: node.inputs.map((name) => (name === features ? output : name)) }]
      : [node],
  );
  return {
    ...classifier,
    graph: {
      ...graph,
      nodes,
      constants: new Map([...graph.constants, [ratio, tensor('float32', [], Float32Array.of(rate))]]),
      types: new Map([...graph.types, [ratio, { dtype: 'float32', shape: [] }], [output, type]]),
    },
    dropout: [{ name: LAYER, rate }],
    supports: { ...classifier.supports, dropout: true },
    notes: [
      ...classifier.notes,
      `Dropout of rate ${rate} was inserted in front of the last layer, as asked: the model was not trained with it.`,
    ],
  };
}

/** The node that reads the features on the way back from the logits through layers that copy and one that is linear. */
function readerOf(graph: Graph, features: string, logits: string): Node | undefined {
  const producers = new Producers(graph);
  let node = producers.of(logits);
  while (node !== undefined && !node.inputs.includes(features)) {
    const next = node.inputs.find((name) => !producers.isFixed(name));
    if (isOp(node, 'Concat') || next === undefined) return undefined;
    node = producers.of(next);
  }
  return node;
}
