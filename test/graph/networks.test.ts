import { expect, test } from 'vitest';
import {
  activateDropout,
  conv,
  evaluateReference,
  extract,
  flatten,
  gemm,
  gradient,
  gradientName,
  GraphBuilder,
  logSoftmax,
  maxPool,
  prune,
  reduceSum,
  referenceArray,
  relu,
  toReference,
} from '#credence/graph/index';
import type { Graph, ReferenceArray } from '#credence/graph/index';
import { tensorOfNumbers } from '#credence/graph/elements';
import { mnistConvnet } from '#credence/models/index';
import { bernoulli, fold, key, permutation, uniformInteger } from '#credence/random/index';
import { openSession } from '#credence/runtime/session';
import type { Tensor } from '#credence/tensor/index';
import { crossEntropy } from '#credence/training/objectives';
import { compare, tensorsOf } from './harness.js';
import { draws, pooledNetwork, residualNetwork, smallNetwork } from './models.js';

type Feeds = Readonly<Record<string, ReferenceArray>>;

/** The mean cross entropy of a network's logits as `loss`, with its gradient in all parameters and in an input. */
function derived(network: Graph, input: string): Graph {
  const b = GraphBuilder.from(network);
  const logits = b.value('logits');
  const losses = crossEntropy(logits, b.input('label', 'uint8', [logits.shape[0]!]));
  const graph = b.build({ logits, loss: reduceSum(losses) });
  return gradient(graph, { of: 'loss', withRespectTo: [...graph.parameters, input] });
}

function labels(n: number, classes: number): ReferenceArray {
  return referenceArray('uint8', [n], uniformInteger(key(4), n, classes));
}

/** The masks of a graph's random inputs for n examples. */
function masks(graph: Graph, n: number): Feeds {
  const random = graph.inputs.filter((input) => input.random?.kind === 'bernoulli');
  return Object.fromEntries(
    random.map(({ name, shape }) => {
      const width = shape.slice(1).reduce<number>((product, dim) => product * Number(dim), 1);
      const mask = bernoulli(fold(key(6), name), 0.5, n, width);
      return [name, referenceArray('uint8', [n, ...shape.slice(1).map(Number)], mask)];
    }),
  );
}

/**
 * ONNX Runtime's float32 against the float64 reference. Each output's tolerance is a rounding, 2^-24 of its largest element,
 * for every term of the longest sum on the way there and back (`terms`): all of them in one direction, which they never are.
 */
async function checkNetwork(graph: Graph, feeds: Feeds, terms: number): Promise<void> {
  const values = evaluateReference(graph, feeds);
  await using session = await openSession(graph);
  const fetched = await session.run(tensorsOf(feeds));
  for (const name of graph.outputs) {
    const expected = values.get(name)!;
    const scale = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(scale, `${name} is not all 0`).toBeGreaterThan(0);
    compare(fetched[name]!, expected, 2 ** -24 * terms * scale, name);
  }
}

/** Some elements of the reference's gradient against central differences, h so small that no ReLU or maximum changes. */
function checkDifferences(graph: Graph, feeds: Feeds, names: readonly string[]): void {
  const values = evaluateReference(graph, feeds);
  const forward = prune(graph, { outputs: ['loss'] });
  for (const name of names) {
    const derivative = values.get(gradientName(name))!;
    const original = feeds[name] ?? toReference(graph.constants.get(name)!);
    for (const i of permutation(fold(key(8), name), original.data.length).slice(0, 3)) {
      const h = 1e-5;
      const at = (step: number): number => {
        const data = original.data.with(i, original.data[i]! + step * h);
        return evaluateReference(forward, { ...feeds, [name]: { ...original, data } }).get('loss')!.data[0]!;
      };
      const difference = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
      const scale = derivative.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
      // Rounding: the loss, a few units, to 2^-52 of itself, over h.
      expect(Math.abs(derivative.data[i]! - difference), `${name}[${i}]`).toBeLessThan(
        1e-7 * scale + (2 ** -48 * 10) / h,
      );
    }
  }
}

test('the convnet of MNIST with its dropout active', async () => {
  const network = activateDropout(mnistConvnet(key(3)));
  const graph = derived(network, 'pixels');
  const n = 2;
  const image = referenceArray('uint8', [n, 28, 28], uniformInteger(key(9), n * 784, 256));
  const feeds = { image, label: labels(n, 10), ...masks(network, n) };
  expect(graph.outputs.length).toBe(2 + 8 + 1);
  // The longest sum: 16 x 25 products of a convolution, then 512 of the dense layer.
  await checkNetwork(graph, feeds, 400 + 512);
});

test('a residual network with batch normalisation and strides', async () => {
  const graph = derived(residualNetwork(), 'image');
  const feeds = { image: rows('image', [3, 2, 6, 6]), label: labels(3, 3) };
  await checkNetwork(graph, feeds, 200);
  checkDifferences(graph, feeds, ['conv1', 'norm1.shift', 'conv2', 'shortcut', 'fc', 'image']);
});

test('a convolution with max-pool', async () => {
  const graph = derived(pooledNetwork(), 'image');
  const feeds = { image: rows('image', [3, 1, 6, 6]), label: labels(3, 3) };
  await checkNetwork(graph, feeds, 200);
  checkDifferences(graph, feeds, ['conv', 'fc', 'image']);
});

test('dense layers with dropout', async () => {
  const network = activateDropout(smallNetwork());
  const graph = derived(network, 'x');
  const feeds = { x: rows('x', [4, 3]), label: labels(4, 2), ...masks(network, 4) };
  await checkNetwork(graph, feeds, 100);
  checkDifferences(graph, feeds, ['fc1.weight', 'fc2.bias', 'fc3.weight', 'x']);
});

test('in float16', async () => {
  const half = (name: string, shape: readonly number[]): Tensor =>
    tensorOfNumbers('float16', shape, Float64Array.from(draws(name, shape).data));
  const b = new GraphBuilder('half');
  const x = b.input('image', 'float16', ['N', 1, 6, 6]);
  const features = flatten(maxPool(relu(conv(x, b.parameter('conv', half('conv', [2, 1, 3, 3])))), [2, 2]));
  const logits = gemm(features, b.parameter('fc', half('fc', [3, 8])), undefined, { transB: true });
  const graph = gradient(b.build({ y: logSoftmax(logits) }), {
    of: 'y',
    withRespectTo: ['image', 'conv', 'fc'],
  });
  const image = half('image', [2, 1, 6, 6]);
  const values = evaluateReference(graph, { image: toReference(image) });
  await using session = await openSession(graph);
  const fetched = await session.run({ image });
  for (const name of graph.outputs) {
    const expected = values.get(name)!;
    const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Half a unit of 11 bits for each of some 12 steps; sums are made in float32.
    compare(fetched[name]!, expected, 2 ** -11 * 12 * scale, name);
    expect(fetched[name]!.dtype).toBe('float16');
  }
});

test('the adjoint of an inner value is the derivative of what is behind it', () => {
  const network = residualNetwork();
  const image = rows('image', [2, 2, 6, 6]);
  const whole = evaluateReference(gradient(network, { of: 'logits', withRespectTo: ['Relu'] }), { image });
  const behind = gradient(extract(network, ['Relu'], ['logits']), { of: 'logits', withRespectTo: ['Relu'] });
  const part = evaluateReference(behind, { image, Relu: whole.get('Relu')! });
  expect(whole.get(gradientName('Relu'))).toEqual(part.get(gradientName('Relu')));
  expect(part.get(gradientName('Relu'))!.shape).toEqual([2, 4, 3, 3]);
});

function rows(name: string, shape: readonly number[]): ReferenceArray {
  return toReference(draws(name, shape));
}
