import { CredenceError } from '../errors/index.js';
import { inputOf, lastLayerOf } from '../inspection/index.js';
import type { Classifier } from '../inspection/index.js';
import { dropoutOnTheWay } from './dropout-passes.js';
import { odinGraph } from './odin.js';
import type { Need, Score } from './score.js';

/** What a classifier lacks for a score, in words, or undefined where it has all that the score needs. */
export function missing({ needs }: Pick<Score, 'needs'>, classifier: Classifier): string | undefined {
  for (const need of needs) {
    const lack = lackOf[need](classifier);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

const lackOf: Readonly<Record<Need, (classifier: Classifier) => string | undefined>> = {
  features: ({ features }) =>
    features === undefined ? 'no features: none were found in front of the last layer, or named' : undefined,
  lastLayer: (classifier) => reasonOf(() => lastLayerOf(classifier)),
  inputGradient: (classifier) =>
    reasonOf(() => {
      const { graph, logits } = classifier;
      odinGraph(graph, { temperature: 1, epsilon: 0, input: inputOf(classifier), logits });
    }),
  dropout: (classifier) =>
    dropoutOnTheWay(classifier)
      ? undefined
      : 'no Dropout layer in front of the logits: export the model with it kept',
};

/** The message of the error that an attempt ends with. */
function reasonOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof CredenceError) return error.message;
    throw error;
  }
}
