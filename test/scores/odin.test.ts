import { describe, expect, test } from 'vitest';
import {
  add,
  conv,
  constantLike,
  evaluateReference,
  flatten,
  GraphBuilder,
  maxPool,
  mul,
  named,
  referenceArray,
  relu,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { conv2d, dense, dropoutLayer, mnistConvnet } from '#credence/models/index';
import { fold, key, normal } from '#credence/random/index';
import { maximumClassProbability, ODIN_LOGITS, odinGraph } from '#credence/scores/index';
import type { OdinOptions } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

const SIDE = 6;
const PIXELS = SIDE * SIDE;
const CLASSES = 3;
const N = 4;

/** A small convolutional classifier that normalises its image inside, with a dropout layer that ODIN must leave out. */
function classifier(): Graph {
  const b = new GraphBuilder('small');
  const image = b.input('image', 'float32', ['N', 1, SIDE, SIDE]);
  const pixels = named(add(mul(image, constantLike(image, 4)), constantLike(image, -0.5)), 'pixels');
  const pooled = relu(maxPool(conv2d(b, pixels, 3, 3, { name: 'conv', key: key(1) }), [2, 2]));
  const hidden = relu(
    dense(b, dropoutLayer(flatten(pooled), 0.5, 'dropout'), 8, { name: 'fc1', key: key(2) }),
  );
  return b.build({ logits: dense(b, hidden, CLASSES, { name: 'fc2', key: key(3) }) });
}

const model = classifier();
const image = normal(key(4), N * PIXELS);
const images = referenceArray('float32', [N, 1, SIDE, SIDE], image);

/** The logits of each example for these pixels, in float64. */
function logitsAt(pixels: ArrayLike<number>): number[][] {
  const feeds = { image: images, pixels: referenceArray('float32', [N, 1, SIDE, SIDE], pixels) };
  // What the graph computes of `pixels` is what it computes behind it: the nodes before it are left out.
  const behind = { ...model, nodes: model.nodes.filter(({ outputs }) => !outputs.includes('pixels')) };
  const { data } = evaluateReference(behind, feeds).get('logits')!;
  return Array.from({ length: N }, (_, i) => Array.from(data.subarray(i * CLASSES, (i + 1) * CLASSES)));
}

function crossEntropy(logits: readonly number[], label: number, temperature: number): number {
  const total = logits.reduce((sum, z) => sum + Math.exp((z - logits[label]!) / temperature), 0);
  return Math.log(total);
}

const pixels = evaluateReference(model, { image: images }).get('pixels')!.data;
const predicted = logitsAt(pixels).map((logits) => logits.indexOf(Math.max(...logits)));

/** d CE(f(x) / T, y^) / dx by central differences: off by h^2 in theory and by 2^-52 / h in practice, both near 1e-10. */
function gradientOfLoss(temperature: number): Float64Array {
  const h = 1e-6;
  const shifted = (pixel: number, by: number): number[] => {
    // The examples do not know of each other: all of them are shifted at once.
    const own = pixels.map((value, i) => (i % PIXELS === pixel ? value + by : value));
    return logitsAt(own).map((logits, i) => crossEntropy(logits, predicted[i]!, temperature));
  };
  const gradient = new Float64Array(N * PIXELS);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const [above, below] = [shifted(pixel, h), shifted(pixel, -h)];
    above.forEach((loss, i) => (gradient[i * PIXELS + pixel] = (loss - below[i]!) / (2 * h)));
  }
  return gradient;
}

/** f(x~) / T from the definition. */
function byDefinition({
  temperature,
  gradientTemperature = temperature,
  epsilon,
  deviation = 1,
}: OdinOptions): number[] {
  const gradient = gradientOfLoss(gradientTemperature);
  // Far from 0 or exactly 0 (a dead ReLU): the sign is certain.
  for (const g of gradient) expect(Math.abs(g) > 1e-8 || g === 0).toBe(true);
  const perturbed = pixels.map((x, i) => x - (epsilon / deviation) * Math.sign(gradient[i]!));
  return logitsAt(perturbed).flatMap((logits) => logits.map((z) => z / temperature));
}

function byGraph(options: OdinOptions): readonly number[] {
  return [...evaluateReference(odinGraph(model, options), { image: images }).get(ODIN_LOGITS)!.data];
}

const PUBLISHED: OdinOptions = { temperature: 5, epsilon: 0.0014, deviation: 0.3081, input: 'pixels' };

describe('f(x~) / T', () => {
  test.each<[string, OdinOptions]>([
    ['as published, corrected', PUBLISHED],
    ['the gradient at temperature 1', { ...PUBLISHED, gradientTemperature: 1 }],
    ['temperature 1', { ...PUBLISHED, temperature: 1 }],
    ['a temperature of 1000 and a large step', { ...PUBLISHED, temperature: 1000, epsilon: 0.1 }],
    ['no deviation', { temperature: 2, epsilon: 0.01, input: 'pixels' }],
  ])('is what finite differences give: %s', (_, options) => {
    const [graph, definition] = [byGraph(options), byDefinition(options)];
    // Constants (epsilon / deviation, T) are float32 in the graph: 2^-24 relative of a step that moves a logit by less than 10.
    graph.forEach((value, i) => expect(Math.abs(value - definition[i]!)).toBeLessThan(10 * 2 ** -23));
  });

  test('the step has the size and the direction of its definition', () => {
    // A linear model: x~ can be read off the logits. f = (x1 + 2 x2, -x1): the predicted class 0 wins by 2 x1 + 2 x2.
    const b = new GraphBuilder('linear');
    const x = b.input('x', 'float32', ['N', 1, 1, 2]);
    const weight = b.constant(tensor('float32', [2, 1, 1, 2], Float32Array.of(1, 2, -1, 0)));
    const linear = b.build({ logits: flatten(conv(x, weight)) });
    const graph = odinGraph(linear, { temperature: 1, epsilon: 0.5, deviation: 2, input: 'x' });
    const logits = evaluateReference(graph, { x: referenceArray('float32', [1, 1, 1, 2], [1, 1]) }).get(
      ODIN_LOGITS,
    )!;
    // Loss of class 0 falls with x1 and x2, so x~ = (1.25, 1.25).
    expect([...logits.data]).toEqual([3.75, -1.25]);
  });

  test('the gradient at another temperature can point elsewhere', () => {
    // Three classes: what the loss weighs, besides the predicted class, depends on the temperature.
    const b = new GraphBuilder('linear');
    const x = b.input('x', 'float32', ['N', 1, 1, 1]);
    const weight = b.constant(tensor('float32', [3, 1, 1, 1], Float32Array.of(0, 1, -3)));
    const bias = b.constant(tensor('float32', [3], Float32Array.of(4, 3, 0)));
    const linear = b.build({ logits: flatten(conv(x, weight, bias)) });
    const shift = (gradientTemperature: number): number => {
      const graph = odinGraph(linear, { temperature: 1, gradientTemperature, epsilon: 0.25, input: 'x' });
      const { data } = evaluateReference(graph, { x: referenceArray('float32', [1, 1, 1, 1], [0]) }).get(
        ODIN_LOGITS,
      )!;
      return data[1]! - 3;
    };
    // d loss / dx = sum_k p_k w_k = p_1 - 3 p_2: above 0 where p is sharp (e^3 > 3), below where it is flat.
    expect(shift(1)).toBe(-0.25);
    expect(shift(100)).toBe(0.25);
  });
});

test('epsilon 0 is the tempered softmax', () => {
  for (const temperature of [1, 5, 1000]) {
    const tempered = logitsAt(pixels).flatMap((logits) => logits.map((z) => z / temperature));
    byGraph({ ...PUBLISHED, temperature, epsilon: 0 }).forEach((value, i) => {
      expect(Math.abs(value - tempered[i]!)).toBeLessThan(2 ** -50);
    });
  }
});

test('a small step never lowers the largest probability, and raises it where there is a gradient', () => {
  const many = referenceArray('float32', [50, 1, SIDE, SIDE], normal(fold(key(5), 'images'), 50 * PIXELS));
  const score = (epsilon: number): Float64Array => {
    const graph = odinGraph(model, { temperature: 5, epsilon, input: 'pixels' });
    const { shape, data } = evaluateReference(graph, { image: many }).get(ODIN_LOGITS)!;
    return maximumClassProbability(tensor('float64', shape, data));
  };
  const [before, after] = [score(0), score(1e-4)];
  before.forEach((value, i) => expect(after[i]).toBeLessThan(value));
});

describe('what is refused', () => {
  test.each<[Partial<OdinOptions>, string]>([
    [{ temperature: 0 }, 'temperature'],
    [{ temperature: -5 }, 'temperature'],
    [{ temperature: Infinity }, 'temperature'],
    [{ gradientTemperature: 0 }, 'gradientTemperature'],
    [{ epsilon: -0.1 }, 'epsilon'],
    [{ epsilon: NaN }, 'epsilon'],
    [{ epsilon: Infinity }, 'epsilon'],
    [{ deviation: 0 }, 'deviation'],
  ])('%o, by its name', (changed, name) => {
    expect(() => odinGraph(model, { ...PUBLISHED, ...changed })).toThrow(
      expect.objectContaining({
        code: 'E_CONFIGURATION',
        message: expect.stringContaining(`ODIN: ${name}:`) as string,
      }),
    );
  });

  test('values that the graph does not have', () => {
    expect(() => odinGraph(model, { ...PUBLISHED, input: 'pixel' })).toThrow("'pixel'");
    expect(() => odinGraph(model, { ...PUBLISHED, logits: 'logit' })).toThrow("'logit'");
  });

  test('an input that cannot be moved by a fraction: bytes', () => {
    expect(() => odinGraph(mnistConvnet(key(1)), { ...PUBLISHED, input: 'image' })).toThrow(/image/);
  });
});
