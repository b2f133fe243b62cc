import { FormatError, GraphError } from '../errors/index.js';
import { isTrustGraph, readTrust } from '../export/index.js';
import type { TrustMetadata } from '../export/index.js';
import { GraphBuilder, prune } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import type { Preprocess } from '../sources/index.js';
import { preprocessingOf } from './preprocessing.js';

/** An exported model as a service reads it. */
export interface ServedModel {
  readonly name: string;
  /** With the outputs below only. */
  readonly graph: Graph;
  readonly input: Input;
  readonly trust: TrustMetadata;
  /** Names of the classes, where the export knows them. */
  readonly classes: readonly string[] | undefined;
  /** What was done to the examples that the export was fitted on; undefined: nothing. */
  readonly preprocess: Preprocess | undefined;
  /** Names of values of the graph. */
  readonly logits: string;
  readonly probabilities: string | undefined;
  readonly accept: string | undefined;
  /** The graph's output of each score. */
  readonly scores: Readonly<Record<string, string>>;
}

/**
 * What a service needs of a model that `credence export` wrote.
 * @throws FormatError, ConfigurationError when it was not exported, or its metadata are damaged; GraphError
 *   when it has not one input.
 */
export function servedModel(graph: Graph): ServedModel {
  if (!isTrustGraph(graph)) {
    throw new FormatError({
      what: `model '${graph.name}'`,
      expected: 'one that credence export wrote',
      got: 'one without its metadata',
      hint: 'run credence export --model MODEL --validation DATA and serve what it writes',
    });
  }
  const trust = readTrust(graph);
  const [input] = graph.inputs;
  if (input === undefined || graph.inputs.length > 1) {
    const got = `${graph.inputs.length}`;
    throw new GraphError({ what: `model '${graph.name}'`, expected: 'one input', got });
  }
  const { logits } = trust.classifier;
  const outputOf = (kind: 'probabilities' | 'accept'): string | undefined =>
    trust.outputs.find((output) => output.kind === kind)?.name;
  const [probabilities, accept] = [outputOf('probabilities'), outputOf('accept')];
  const scores = Object.fromEntries(
    trust.outputs.flatMap((output) => (output.kind === 'score' ? [[output.score, output.name]] : [])),
  );
  const read = [logits, probabilities, accept, ...Object.values(scores)].filter((name) => name !== undefined);
  return {
    name: graph.name,
    graph: prune(GraphBuilder.from(graph).build(read)),
    input,
    trust,
    classes: trust.classifier.classes,
    preprocess: preprocessingOf(trust, graph.name),
    logits,
    probabilities,
    accept,
    scores,
  };
}
