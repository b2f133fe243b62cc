import { ConfigurationError, GraphError } from '../errors/index.js';
import {
  constantLike,
  div,
  extract,
  formatType,
  gradient,
  gradientName,
  GraphBuilder,
  logSoftmax,
  mul,
  neg,
  prune,
  reduceMax,
  reduceSum,
  removeDropout,
  sign,
  sub,
  widen,
} from '../graph/index.js';
import type { Graph } from '../graph/index.js';

export interface OdinOptions {
  /** Temperature T that divides the logits, above 0. */
  readonly temperature: number;
  /** Temperature of the loss whose gradient gives the direction; `temperature` unless given (a published version takes 1). */
  readonly gradientTemperature?: number;
  /** Size of the step, at least 0, in the units of the image before normalisation. */
  readonly epsilon: number;
  /** What the pixels were divided by in the normalisation, so that the step is epsilon of the image; 1 unless given. */
  readonly deviation?: number;
  /** The value that is perturbed: the normalised input. */
  readonly input: string;
  readonly logits?: string;
}

/** The output of `odinGraph`. */
export const ODIN_LOGITS = 'odin/logits';

/**
 * ODIN as one graph, a forward pass, a backward pass and a forward pass in one run: x~ = x - epsilon / deviation sign(d/dx CE(f(x) / T, y^)),
 * y^ the predicted class; output `odin/logits` (N, K), f(x~) / T, whose `maximumClassProbability` is the score. The step
 * *raises* the largest probability: it is the inverse of an attack. Computed in float32 where the model is in float16, whose
 * steps are larger than epsilon.
 *
 * Source: Liang, Li, Srikant, "Enhancing the reliability of out-of-distribution image detection in neural networks", ICLR 2018.
 * @throws ConfigurationError on a number out of range; GraphError when the graph has no such values, the input is not
 *   floating-point, or an operation has no derivative.
 */
export function odinGraph(model: Graph, options: OdinOptions): Graph {
  const { temperature, epsilon, deviation = 1, input, logits = 'logits' } = options;
  const { gradientTemperature = temperature } = options;
  for (const [name, value] of Object.entries({ temperature, gradientTemperature, deviation, epsilon })) {
    if (Number.isFinite(value) && (value > 0 || (value === 0 && name === 'epsilon'))) continue;
    const expected = name === 'epsilon' ? 'a finite number of at least 0' : 'a finite number above 0';
    throw new ConfigurationError({ what: `ODIN: ${name}`, expected, got: `${value}` });
  }
  const { graph: plain, names: wide } = widen(removeDropout(model));
  const image = wide.get(input) ?? input;
  const b = GraphBuilder.from(prune({ ...plain, outputs: [logits] }));
  const scaled = b.value(logits);
  const moved = b.value(image);
  if (!moved.dtype.startsWith('float')) {
    throw new GraphError({
      what: `ODIN: input '${input}'`,
      expected: 'a floating-point value',
      got: formatType(moved),
      hint: 'name the normalised image inside the graph',
    });
  }
  const tempered = div(scaled, constantLike(scaled, gradientTemperature));
  const lossSum = reduceSum(neg(reduceMax(logSoftmax(tempered), [1])));
  const derived = gradient(b.build({ loss: lossSum }), { of: 'loss', withRespectTo: [image] });

  const second = GraphBuilder.from(derived);
  const x = second.value(image);
  const step = mul(sign(second.value(gradientName(image))), constantLike(x, epsilon / deviation));
  const names = second.append(extract(plain, [image], [logits]), new Map([[image, sub(x, step)]]));
  const perturbed = second.value(names.get(logits)!);
  return prune(second.build({ [ODIN_LOGITS]: div(perturbed, constantLike(perturbed, temperature)) }));
}
