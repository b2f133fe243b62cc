import { ConfigurationError, didYouMean, GraphError } from '../errors/index.js';
import { isTrustGraph, readTrust } from '../export/index.js';
import { GraphBuilder, prune } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import { fitScore, missing, scoreGraph, scoreOutput } from '../scores/index.js';
import { preprocessingOf } from '../serving/index.js';
import type { Preprocess } from '../sources/index.js';
import { classifierOf, scoresFor } from './model-options.js';
import type { NamingFlags } from './model-options.js';

export interface ScorerFlags extends NamingFlags {
  readonly scores?: string;
}

/** A graph that computes what is wanted, and where that is. */
export interface Scorer {
  readonly graph: Graph;
  readonly input: Input;
  readonly logits: string;
  /** Of the exported model. */
  readonly probabilities: string | undefined;
  readonly scores: readonly string[];
  readonly accept: string | undefined;
  /** What class 0, 1, ... stands for, where that is known. */
  readonly classNames: readonly string[] | undefined;
  /** What was done to the examples that the model was fitted on. */
  readonly preprocess: Preprocess | undefined;
}

/**
 * Of an exported model what it was exported with, of any other classifier the scores that need no fitting.
 * @throws ConfigurationError on scores that cannot be had; GraphError, FormatError on a model that is no
 *   classifier.
 */
export function scorerOf(model: Graph, flags: ScorerFlags): Promise<Scorer> | Scorer {
  return isTrustGraph(model) ? exportedScorer(model, flags) : plainScorer(model, flags);
}

function exportedScorer(
  model: Graph,
  { scores, features, logits, probabilities, link }: ScorerFlags,
): Scorer {
  const named = {
    '--features': features,
    '--logits': logits,
    '--probabilities': probabilities,
    '--link': link,
  };
  const given = Object.entries(named).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw new ConfigurationError({
      what: given[0],
      expected: 'none for an exported model',
      got: `'${given[1]}'`,
    });
  }
  const trust = readTrust(model);
  const known = trust.outputs.flatMap((output) => (output.kind === 'score' ? [output.score] : []));
  const chosen =
    scores === undefined || scores.trim() === 'all' ? known : scores.split(',').map((s) => s.trim());
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, known);
    throw new ConfigurationError({
      what: '--scores',
      expected: `scores that the model was exported with (${known.join(', ')})`,
      got: `'${unknown}'`,
      hint: near === undefined ? 'export the model again with it' : `did you mean '${near}'?`,
    });
  }
  const outputOf = (kind: 'probabilities' | 'accept'): string | undefined =>
    trust.outputs.find((output) => output.kind === kind)?.name;
  const own = {
    input: inputOf(model),
    logits: trust.classifier.logits,
    probabilities: outputOf('probabilities'),
    scores: [...new Set(chosen)],
    accept: outputOf('accept'),
    classNames: trust.classifier.classes,
    preprocess: preprocessingOf(trust, model.name),
  };
  return { graph: withOutputs(model, own), ...own };
}

async function plainScorer(model: Graph, flags: ScorerFlags): Promise<Scorer> {
  const { found, classifier } = classifierOf(model, flags);
  const asked = scoresFor(flags.scores ?? 'mcp,energy', classifier);
  // 'all' means all that can be had here.
  const chosen =
    flags.scores?.trim() === 'all' ? asked.filter(({ fittedOn }) => fittedOn === 'nothing') : asked;
  const unfitted = chosen.filter(({ fittedOn }) => fittedOn !== 'nothing').map(({ name }) => name);
  if (unfitted.length > 0) {
    throw new ConfigurationError({
      what: `--scores ${unfitted.join(',')}`,
      expected: 'scores that need no fitting, for a model that was not exported',
      got: `${unfitted.length === 1 ? 'one' : 'some'} to be fitted on labelled examples`,
      hint: 'credence export --validation DATA fits them and writes a model that has them',
    });
  }
  for (const own of chosen) {
    const lack = missing(own, classifier);
    if (lack === undefined) continue;
    throw new GraphError({
      what: `score '${own.name}'`,
      expected: 'a classifier that has all it needs',
      got: lack,
    });
  }
  const fitted = [];
  for (const own of chosen) fitted.push(await fitScore(own, classifier));
  const { graph } = classifier;
  const outputs = [...new Set([...graph.outputs, classifier.logits])];
  const own = {
    input: found.input,
    logits: classifier.logits,
    probabilities: undefined,
    scores: chosen.map(({ name }) => name),
    accept: undefined,
    classNames: found.classNames,
    preprocess: undefined,
  };
  return {
    graph: withOutputs(scoreGraph({ ...classifier, graph: { ...graph, outputs } }, fitted), own),
    ...own,
  };
}

/** The graph with the outputs that are read, so that it computes no others. */
function withOutputs(
  graph: Graph,
  { logits, probabilities, scores, accept }: Pick<Scorer, 'logits' | 'probabilities' | 'scores' | 'accept'>,
): Graph {
  const names = [logits, probabilities, accept, ...scores.map((name) => scoreOutput({ name }))];
  return prune(GraphBuilder.from(graph).build(names.filter((name) => name !== undefined)));
}

function inputOf({ inputs, name }: Graph): Input {
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return input;
  throw new GraphError({ what: `model '${name}'`, expected: 'one input', got: `${inputs.length}` });
}
