import { extract } from '../graph/index.js';
import { inputOf } from '../inspection/index.js';
import { ODIN_LOGITS, odinGraph } from './odin.js';
import type { Score, Tuning } from './score.js';
import { requirePositive } from './settings.js';
import { predict, probabilityOfOthers } from './tail.js';

/** Temperatures to choose among by out-of-distribution examples; without any, that of the practical. */
const TEMPERATURES = [1, 5, 100, 1000];
const ALONE = [5];
/**
 * Steps to choose among, in standard deviations of the input: none, and those of Hsu, Shen, Jin, Kira, "Generalized
 * ODIN: detecting out-of-distribution image without learning from out-of-distribution data", CVPR 2020, whose criterion
 * is the mean score of known inputs too.
 */
const STEPS = [0, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08];

export interface OdinSettings {
  /** T, over 0; 1000 unless given. */
  readonly temperature?: number | undefined;
  /** Size of the step, at least 0, in the units of the image before normalisation; 0.0014 unless given. */
  readonly epsilon?: number | undefined;
  /** What the image was divided by before the classifier's input; 1 unless given. */
  readonly deviation?: number;
}

/**
 * ODIN: 1 - max_k softmax(f(x~) / T)_k of the input after a small step that raises the largest probability
 * (see `odinGraph`, whose gradient is in the graph too).
 *
 * The step raises the softmax of known inputs more than that of unknown ones. Costs a gradient and a second
 * pass. T and epsilon must be chosen for the data, the same for known and unknown inputs, without a look at
 * the OOD set that is reported (see `Score.tuning`); the defaults are the authors', for images of [0, 1]. Useless where
 * the input is not continuous.
 *
 * Source: Liang, Li, Srikant, "Enhancing the reliability of out-of-distribution image detection in neural
 * networks", ICLR 2018.
 * @throws ConfigurationError on settings out of range; when appended, GraphError where an operation has no
 *   derivative.
 */
export function odin(settings: OdinSettings = {}): Score {
  const { temperature = 1000, epsilon = 0.0014, deviation = 1 } = settings;
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
    ...((settings.temperature === undefined || settings.epsilon === undefined) && {
      tuning: tuningOf(settings),
    }),
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
      return probabilityOfOthers(predict(builder.value(names.get(ODIN_LOGITS)!)).logOdds);
    },
  };
}

function tuningOf({ temperature, epsilon, deviation = 1 }: OdinSettings): Tuning {
  return {
    alone: 'mean',
    candidates({ inputDeviation, outliers }) {
      const temperatures = temperature === undefined ? (outliers ? TEMPERATURES : ALONE) : [temperature];
      const unit = inputDeviation * deviation;
      const steps = epsilon === undefined ? STEPS.map((step) => rounded(step * unit)) : [epsilon];
      return temperatures.flatMap((own) =>
        steps.map((step) => odin({ temperature: own, epsilon: step, deviation })),
      );
    },
  };
}

/** Four digits, so that a setting can be typed again. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
