import { ConfigurationError } from '../errors/index.js';
import { add, cast, constantLike, div, mul, neg, pow, sqrt, sub } from '../graph/index.js';
import type { Value } from '../graph/index.js';

/** What an update reads: flat vectors (P) of float32, and the step's number, 1 for the first, a float64 scalar. */
export interface UpdateInputs {
  readonly parameters: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
  readonly step: Value;
}

/** A first-order method as a graph: flat vectors in, flat vectors out, element by element (so a vector can be cut in parts). */
export interface Optimiser {
  readonly name: string;
  /** By name: what a checkpoint is held against. */
  readonly settings: Readonly<Record<string, number>>;
  /** Names of the vectors (P) that it keeps between steps; all begin at 0. */
  readonly slots: readonly string[];
  /** The parameters and slots after a step. */
  update(inputs: UpdateInputs): { readonly parameters: Value; readonly slots: readonly Value[] };
}

/**
 * Stochastic gradient descent: v ← momentum v + g + weightDecay w; w ← w - learningRate v.
 * The convention is PyTorch's: the learning rate is outside the velocity. Momentum and decay are 0 unless given.
 * @throws ConfigurationError when the momentum is not of [0, 1), or another setting not a number of at least 0.
 */
export function sgd({
  learningRate,
  momentum = 0,
  weightDecay = 0,
}: {
  learningRate: number;
  momentum?: number;
  weightDecay?: number;
}): Optimiser {
  checkSettings('sgd', { learningRate, weightDecay }, { momentum });
  return {
    name: 'sgd',
    settings: { learningRate, momentum, weightDecay },
    slots: momentum === 0 ? [] : ['momentum'],
    update({ parameters, gradient, slots: [velocity] }) {
      const decayed = weightDecay === 0 ? gradient : add(gradient, scale(parameters, weightDecay));
      const direction = velocity === undefined ? decayed : add(scale(velocity, momentum), decayed);
      return {
        parameters: sub(parameters, scale(direction, learningRate)),
        slots: velocity === undefined ? [] : [direction],
      };
    },
  };
}

/** Those of the paper unless given: 1e-3, 0.9, 0.999 and 1e-8. */
interface AdamSettings {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam in step t: m ← beta1 m + (1 - beta1) g; v ← beta2 v + (1 - beta2) g²;
 * w ← w - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). The bias corrections are in float64.
 *
 * Source: Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 * @throws ConfigurationError when a beta is not of [0, 1), or another setting not a number of at least 0.
 */
export function adam(settings: AdamSettings = {}): Optimiser {
  return adaptive('adam', settings, 0);
}

/**
 * AdamW: Adam, and weights shrink by learningRate weightDecay w apart from the gradient. The decay is 0.01 unless given.
 *
 * Source: Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2 with a constant schedule.
 * @throws ConfigurationError as `adam`.
 */
export function adamW({
  weightDecay = 1e-2,
  ...settings
}: AdamSettings & { weightDecay?: number } = {}): Optimiser {
  return adaptive('adamw', settings, weightDecay);
}

function adaptive(
  name: string,
  { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamSettings,
  weightDecay: number,
): Optimiser {
  checkSettings(name, { learningRate, epsilon, weightDecay }, { beta1, beta2 });
  return {
    name,
    settings: { learningRate, beta1, beta2, epsilon, weightDecay },
    slots: ['m', 'v'],
    update({ parameters, gradient, slots, step }) {
      const [m, v] = [slots[0]!, slots[1]!];
      const nextM = add(scale(m, beta1), scale(gradient, 1 - beta1));
      const nextV = add(scale(v, beta2), mul(scale(gradient, 1 - beta2), gradient));
      // w - rate (m / c1) / (sqrt(v / c2) + eps) with c = 1 - beta^t, the corrections moved to two scalars.
      const root2 = sqrt(correction(step, beta2));
      const rate = cast(
        div(mul(constantLike(step, learningRate), root2), correction(step, beta1)),
        'float32',
      );
      const shift = cast(mul(constantLike(step, epsilon), root2), 'float32');
      const kept = weightDecay === 0 ? parameters : scale(parameters, 1 - learningRate * weightDecay);
      return { parameters: sub(kept, div(mul(nextM, rate), add(sqrt(nextV), shift))), slots: [nextM, nextV] };
    },
  };
}

function correction(step: Value, beta: number): Value {
  return add(constantLike(step, 1), neg(pow(constantLike(step, beta), step)));
}

function scale(x: Value, factor: number): Value {
  return mul(x, constantLike(x, factor));
}

function checkSettings(
  name: string,
  rates: Readonly<Record<string, number>>,
  decays: Readonly<Record<string, number>>,
): void {
  const check = (setting: string, value: number, fits: boolean, expected: string): void => {
    if (fits) return;
    throw new ConfigurationError({ what: `${name}: ${setting}`, expected, got: `${value}` });
  };
  for (const [setting, value] of Object.entries(rates))
    check(setting, value, value >= 0 && value < Infinity, 'a number of at least 0');
  for (const [setting, value] of Object.entries(decays))
    check(setting, value, value >= 0 && value < 1, 'a number of [0, 1)');
}
