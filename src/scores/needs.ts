import { CredenceError } from '../errors/index.js';
import { dropoutOnTheWay } from './dropout-passes.js';
import { lastLayerOf } from './last-layer.js';
import { odinGraph } from './odin.js';
import type { Classifier, Need, Score } from './score.js';

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
  inputGradient: ({ graph, input, logits }) =>
    reasonOf(() => odinGraph(graph, { temperature: 1, epsilon: 0, input, logits })),
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
