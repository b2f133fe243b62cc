import { describe, expect, test } from 'vitest';
import { fold, key, normal, uniform } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, adamW, sgd, updateGraph } from '#credence/training/index';
import type { Optimiser } from '#credence/training/index';
import { add, constant, div, exact, mul, neg, sqrt } from './bounds.js';
import type { Bounded } from './bounds.js';

const P = 203;
const STEPS = 25;
const float32 = (value: number): Bounded => exact(Math.fround(value));

/** Gradients of very different sizes, some exactly 0, as those of dead units are. */
function gradients(step: number): Float32Array {
  const k = fold(key(4), step);
  const scales = uniform(fold(key(4), 'scale'), P).map((u) => 10 ** (8 * u - 6));
  return Float32Array.from(normal(k, P), (g, i) =>
    i % 17 === 0 || (i + step) % 13 === 0 ? 0 : g * scales[i]!,
  );
}

interface Reference {
  readonly parameters: Bounded[];
  readonly slots: Bounded[][];
}

/** One step by the paper's formulas, operation by operation in the order of a float32 computation. */
type Rule = (
  w: Bounded,
  g: Bounded,
  slots: readonly Bounded[],
  t: number,
) => [w: Bounded, ...slots: Bounded[]];

function advance({ parameters, slots }: Reference, g: Float32Array, rule: Rule, t: number): Reference {
  const next = parameters.map((w, i) =>
    rule(
      w,
      exact(g[i]!),
      slots.map((slot) => slot[i]!),
      t,
    ),
  );
  return { parameters: next.map(([w]) => w), slots: slots.map((_, s) => next.map((row) => row[s + 1]!)) };
}

/** Runs both side by side and compares them after every step. */
async function compare(optimiser: Optimiser, rule: Rule): Promise<void> {
  const initial = Float32Array.from(normal(key(5), P));
  let reference: Reference = {
    parameters: Array.from(initial, float32),
    slots: optimiser.slots.map(() => Array.from(initial, () => exact(0))),
  };
  await using session = await openSession(updateGraph(optimiser));
  const vector = (data: Float32Array): Tensor => tensor('float32', [P], data);
  let state: Record<string, Tensor> = {
    parameters: vector(initial),
    ...Object.fromEntries(optimiser.slots.map((slot) => [`slot/${slot}`, vector(new Float32Array(P))])),
  };
  for (let t = 1; t <= STEPS; t++) {
    const g = gradients(t);
    const step = tensor('float64', [], Float64Array.of(t));
    const outputs = await session.run({ ...state, gradient: vector(g), step });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, outputs[`next/${name}`]!]));
    reference = advance(reference, g, rule, t);
    expectWithin(state['parameters']!, reference.parameters, `parameters of step ${t}`);
    optimiser.slots.forEach((slot, i) =>
      expectWithin(state[`slot/${slot}`]!, reference.slots[i]!, `${slot} of step ${t}`),
    );
  }
}

function expectWithin(got: Tensor, expected: readonly Bounded[], what: string): void {
  const misses = expected
    .map(({ value, error }, i) => ({ i, got: Number(got.data[i]), value, error }))
    .filter(({ got, value, error }) => !(Math.abs(got - value) <= error));
  expect(misses, what).toEqual([]);
}

describe('sgd', () => {
  test.each([
    { learningRate: 0.1 },
    { learningRate: 0.1, momentum: 0.9 },
    { learningRate: 0.01, weightDecay: 5e-2 },
    { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-2 },
  ])('%j', async (settings) => {
    const { learningRate, momentum = 0, weightDecay = 0 } = settings;
    const optimiser = sgd(settings);
    expect(optimiser.slots).toEqual(momentum === 0 ? [] : ['momentum']);
    await compare(optimiser, (w, g, [v]) => {
      const decayed = weightDecay === 0 ? g : add(g, mul(w, constant(weightDecay)));
      const velocity = v === undefined ? decayed : add(mul(v, constant(momentum)), decayed);
      const next = add(w, neg(mul(velocity, constant(learningRate))));
      return v === undefined ? [next] : [next, velocity];
    });
  });
});

/** Kingma & Ba, algorithm 1, with the weights shrunk first as in Loshchilov & Hutter, algorithm 2 (schedule 1, decay lr wd). */
function adaptive(rate: number, beta1: number, beta2: number, epsilon: number, weightDecay: number): Rule {
  return (w, g, [m, v], t) => {
    const nextM = add(mul(m!, constant(beta1)), mul(g, constant(1 - beta1)));
    const nextV = add(mul(v!, constant(beta2)), mul(mul(g, constant(1 - beta2)), g));
    const corrected1 = 1 - beta1 ** t;
    const corrected2 = 1 - beta2 ** t;
    // rate m^ / (sqrt(v^) + eps), both sides of the fraction times sqrt(1 - beta2^t).
    const numerator = mul(nextM, constant((rate * Math.sqrt(corrected2)) / corrected1));
    const denominator = add(sqrt(nextV), constant(epsilon * Math.sqrt(corrected2)));
    const update = div(numerator, denominator);
    const paper = (rate * (nextM.value / corrected1)) / (Math.sqrt(nextV.value / corrected2) + epsilon);
    expect(Math.abs(update.value - paper)).toBeLessThanOrEqual(1e-12 * Math.abs(paper));
    const kept = weightDecay === 0 ? w : mul(w, constant(1 - rate * weightDecay));
    return [add(kept, neg(update)), nextM, nextV];
  };
}

describe('adam', () => {
  test('with the settings of the paper', () => compare(adam(), adaptive(1e-3, 0.9, 0.999, 1e-8, 0)));

  test('with others', () =>
    compare(
      adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }),
      adaptive(0.1, 0.5, 0.9, 1e-3, 0),
    ));

  test('its first step is the learning rate, whatever the size of the gradient', async () => {
    await using session = await openSession(updateGraph(adam({ learningRate: 0.25, epsilon: 1e-12 })));
    const zero = tensor('float32', [4], new Float32Array(4));
    const outputs = await session.run({
      parameters: zero,
      gradient: tensor('float32', [4], Float32Array.of(1e-6, -1, 1e6, 0)),
      'slot/m': zero,
      'slot/v': zero,
      step: tensor('float64', [], Float64Array.of(1)),
    });
    const next = outputs['next/parameters']!.data as Float32Array;
    // Beside eight roundings, eps / |g| = 1e-6 for the smallest.
    [-0.25, 0.25, -0.25, 0].forEach((value, i) =>
      expect(Math.abs(next[i]! - value)).toBeLessThan(0.25 * (8 * 2 ** -24 + 1e-6)),
    );
  });
});

describe('adamW', () => {
  test('with its default decay', () => compare(adamW(), adaptive(1e-3, 0.9, 0.999, 1e-8, 1e-2)));

  test('with a decay that is felt', () =>
    compare(adamW({ learningRate: 0.01, weightDecay: 0.5 }), adaptive(0.01, 0.9, 0.999, 1e-8, 0.5)));

  test('shrinks weights without a gradient, which Adam leaves alone', async () => {
    const run = async (optimiser: Optimiser): Promise<number> => {
      await using session = await openSession(updateGraph(optimiser));
      const [one, zero] = [1, 0].map((value) => tensor('float32', [1], Float32Array.of(value)));
      const step = tensor('float64', [], Float64Array.of(1));
      const outputs = await session.run({
        parameters: one!,
        gradient: zero!,
        'slot/m': zero!,
        'slot/v': zero!,
        step,
      });
      return outputs['next/parameters']!.data[0] as number;
    };
    expect(await run(adam({ learningRate: 0.5 }))).toBe(1);
    expect(await run(adamW({ learningRate: 0.5, weightDecay: 0.5 }))).toBe(0.75);
  });
});

test('settings say everything that a checkpoint must hold', () => {
  expect(sgd({ learningRate: 1 }).settings).toEqual({ learningRate: 1, momentum: 0, weightDecay: 0 });
  const settings = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  expect(adam()).toMatchObject({ name: 'adam', settings: { ...settings, weightDecay: 0 } });
  expect(adamW()).toMatchObject({ name: 'adamw', settings: { ...settings, weightDecay: 1e-2 } });
});
