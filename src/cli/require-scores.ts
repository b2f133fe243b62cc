import { GraphError } from '../errors/index.js';
import type { InspectedClassifier } from '../inspection/index.js';
import { missing, scores as allScores } from '../scores/index.js';
import type { Score } from '../scores/index.js';

/**
 * That a classifier has all that the scores need which were asked for by name. @throws GraphError, over several lines: what
 * each lacks, with every operation that has no derivative, and which scores work without it.
 */
export function requireScores(classifier: InspectedClassifier, asked: readonly Score[]): void {
  const lacks = new Map<string, string>();
  for (const score of asked) {
    const lack = missing(score, classifier);
    if (lack !== undefined) lacks.set(score.name, lackText(score, classifier, lack));
  }
  if (lacks.size === 0) return;
  const works = allScores.filter((score) => missing(score, classifier) === undefined);
  const rest = asked.filter(({ name }) => !lacks.has(name)).map(({ name }) => name);
  throw new GraphError({
    what: `scores of '${classifier.graph.name}'`,
    expected: 'a classifier that has all they need',
    got: `\n${[...lacks].map(([name, lack]) => `  ${name}: ${lack}`).join('\n')}\n  what works: ${works.map(({ name }) => name).join(', ')}`,
    hint: rest.length === 0 ? '--scores all takes what works' : `without them: --scores ${rest.join(',')}`,
  });
}

function lackText({ needs }: Score, { missing: operations }: InspectedClassifier, lack: string): string {
  if (!needs.includes('inputGradient') || operations.length === 0) return lack;
  const lines = operations.map(({ op, nodes, reason }) => {
    const [first] = nodes;
    const places =
      first === undefined ? '' : `, ${nodes.length === 1 ? '' : `${nodes.length} times, first `}'${first}'`;
    return `    ${op}${places}: ${reason}`;
  });
  return `no derivative of\n${lines.join('\n')}`;
}
