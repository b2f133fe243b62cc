import { extract } from '../graph/index.js';
import { inputOf } from '../inspection/index.js';
import { ODIN_LOGITS, odinGraph } from './odin.js';
import type { Score } from './score.js';
import { requirePositive } from './settings.js';
import { oddsOfOthers, predict, probabilityOfOthers } from './tail.js';

export interface OdinSettings {
  /** T, over 0; 1000 unless given. */
  readonly temperature?: number;
  /** Size of the step, at least 0, in the units of the image before normalisation; 0.0014 unless given. */
  readonly epsilon?: number;
  /** What the image was divided by before the classifier's input; 1 unless given. */
  readonly deviation?: number;
}

/**
 * ODIN: 1 - max_k softmax(f(x~) / T)_k of the input after a small step that raises the largest probability
 * (see `odinGraph`, whose gradient is in the graph too).
 *
 * The step raises the softmax of known inputs more than that of unknown ones. Costs a gradient and a second
 * pass. T and epsilon must be chosen for the data, the same for known and unknown inputs, without a look at
 * the OOD set that is reported; the defaults are the authors', for images of [0, 1]. Useless where the input
 * is not continuous.
 *
 * Source: Liang, Li, Srikant, "Enhancing the reliability of out-of-distribution image detection in neural
 * networks", ICLR 2018.
 * @throws ConfigurationError on settings out of range; when appended, GraphError where an operation has no
 *   derivative.
 */
export function odin({ temperature = 1000, epsilon = 0.0014, deviation = 1 }: OdinSettings = {}): Score {
  requirePositive('odin: temperature', temperature);
  requirePositive('odin: deviation', deviation);
  if (epsilon !== 0) requirePositive('odin: epsilon', epsilon);
  return {
    name: 'odin',
    title: 'ODIN',
    needs: ['inputGradient'],
    fittedOn: 'nothing',
    unit: 'probability',
    settings: { temperature, epsilon, deviation },
    append({ builder, classifier, input, setting }) {
      const start = inputOf(classifier);
      const graph = odinGraph(classifier.graph, {
        temperature: setting('temperature'),
        epsilon: setting('epsilon'),
        deviation: setting('deviation'),
        input: start,
        logits: classifier.logits,
      });
      const perturbed = { ...extract(graph, [start], [ODIN_LOGITS]), parameters: [] };
      const names = builder.append(perturbed, new Map([[start, input]]));
      return probabilityOfOthers(oddsOfOthers(predict(builder.value(names.get(ODIN_LOGITS)!))));
    },
  };
}
