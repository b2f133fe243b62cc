import { describe, expect, test } from 'vitest';
import {
  evaluateReference,
  flatLayout,
  flatten,
  GraphBuilder,
  named,
  referenceArray,
  relu,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { dense, dropoutLayer, mnistConvnet } from '#credence/models/index';
import { key, normal, uniform } from '#credence/random/index';
import { CONFIDENCE, confidnetGraph, confidnetObjective, confidnetScore } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

const HIDDEN = 4;
const CLASSES = 3;
const N = 6;

/** 5 → 4 ReLU, dropout → 3; `features` is what the last layer reads. */
function classifier({ dropout = true }: { dropout?: boolean } = {}): Graph {
  const b = new GraphBuilder('small');
  const x = flatten(b.input('x', 'float32', ['N', 5]));
  const hidden = relu(dense(b, x, HIDDEN, { name: 'fc1', key: key(1) }));
  const features = named(dropout ? dropoutLayer(hidden, 0.5, 'dropout') : hidden, 'features');
  return b.build({ logits: dense(b, features, CLASSES, { name: 'fc2', key: key(1) }) });
}

const options = { features: 'features', hidden: [7, 2], key: key(9) };
const x = normal(key(3), N * 5);
const labels = [0, 1, 2, 2, 1, 0];
const feeds = { x: referenceArray('float32', [N, 5], x), label: referenceArray('uint8', [N], labels) };

/** A dense layer in plain loops: W (units, d) and b from the graph's constants. */
function layer(graph: Graph, name: string, rows: readonly (readonly number[])[]): number[][] {
  const weight = graph.constants.get(`${name}.weight`)!;
  const bias = graph.constants.get(`${name}.bias`)!;
  const [units, d] = weight.shape as [number, number];
  return rows.map((row) => {
    expect(row).toHaveLength(d);
    return Array.from({ length: units }, (_, u) =>
      row.reduce((sum, value, i) => sum + value * Number(weight.data[u * d + i]), Number(bias.data[u])),
    );
  });
}

const positive = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row) => row.map((z) => Math.max(0, z)));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

function softmax(logits: readonly number[]): number[] {
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  return logits.map((z) => Math.exp(z) / total);
}

/** (sigmoid(confidence) - p(y | x))^2 with these masks on the features: 0 or 1 / (1 - rate). */
function lossesByHand(graph: Graph, mask: ArrayLike<number>): number[] {
  const rows = Array.from({ length: N }, (_, i) => Array.from(x.subarray(i * 5, (i + 1) * 5), Math.fround));
  const hidden = positive(layer(graph, 'fc1', rows)).map((row, i) =>
    row.map((h, j) => h * mask[i * HIDDEN + j]!),
  );
  const probabilities = layer(graph, 'fc2', hidden).map(softmax);
  let own = hidden;
  own = positive(layer(graph, 'uncertainty1', own));
  own = positive(layer(graph, 'uncertainty2', own));
  const confidence = layer(graph, 'uncertainty3', own);
  return probabilities.map((p, i) => (sigmoid(confidence[i]![0]!) - p[labels[i]!]!) ** 2);
}

// Some 20 float64 sums of numbers below 10.
const ROUNDING = 1e-14;

describe('the objective', () => {
  test('is the squared distance of the confidence to the probability of the true class', () => {
    const graph = confidnetObjective(classifier({ dropout: false }), options);
    const losses = evaluateReference(graph, {
      ...feeds,
      x: referenceArray('float32', [N, 5], Float32Array.from(x)),
    });
    const byHand = lossesByHand(graph, new Float64Array(N * HIDDEN).fill(1));
    losses.get('loss')!.data.forEach((loss, i) => expect(Math.abs(loss - byHand[i]!)).toBeLessThan(ROUNDING));
  });

  test('reads classifier and features under the same active masks', () => {
    const graph = confidnetObjective(classifier(), options);
    const random = graph.inputs.filter((input) => input.random !== undefined);
    expect(random).toHaveLength(1);
    const drawn = Float64Array.from(uniform(key(5), N * HIDDEN), (u) => Number(u < 0.5));
    const mask = referenceArray(random[0]!.dtype, [N, HIDDEN], drawn);
    const values = evaluateReference(graph, {
      x: referenceArray('float32', [N, 5], Float32Array.from(x)),
      label: feeds.label,
      [random[0]!.name]: mask,
    });
    const byHand = lossesByHand(
      graph,
      drawn.map((keep) => 2 * keep),
    );
    values.get('loss')!.data.forEach((loss, i) => expect(Math.abs(loss - byHand[i]!)).toBeLessThan(ROUNDING));
  });

  test('trains the new network only, and holds the classifier byte for byte', () => {
    const model = classifier();
    const graph = confidnetObjective(model, options);
    const names = ['uncertainty1', 'uncertainty2', 'uncertainty3'].flatMap((name) => [
      `${name}.weight`,
      `${name}.bias`,
    ]);
    expect(graph.parameters).toEqual(names);
    expect(flatLayout(graph).size).toBe((HIDDEN + 1) * 7 + (7 + 1) * 2 + (2 + 1));
    for (const name of model.parameters) expect(graph.constants.get(name)).toBe(model.constants.get(name));
  });

  test("the practical's own has the published sizes: 100-400-400-400-400-1", () => {
    const graph = confidnetObjective(mnistConvnet(key(1)), { features: 'features', key: key(2) });
    expect(flatLayout(graph).size).toBe(101 * 400 + 3 * 401 * 400 + 401);
  });
});

describe('the graph that is used', () => {
  test('has the logits of the classifier with its dropout off', () => {
    const model = classifier();
    const graph = confidnetGraph(model, options);
    expect(graph.outputs).toEqual([CONFIDENCE, 'logits']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    const input = { x: feeds.x };
    expect(evaluateReference(graph, input).get('logits')).toEqual(
      evaluateReference(model, input).get('logits'),
    );
  });

  test('gives the confidence whose sigmoid the objective trains', () => {
    const model = classifier({ dropout: false });
    const trained = evaluateReference(confidnetObjective(model, options), feeds);
    const used = evaluateReference(confidnetGraph(model, options), feeds);
    expect(used.get(CONFIDENCE)).toEqual(trained.get(CONFIDENCE));
    expect(used.get(CONFIDENCE)!.shape).toEqual([N]);
  });
});

test('the score is 1 - the estimated probability of the true class, also where that would round to 1', () => {
  const scores = confidnetScore(tensor('float32', [4], Float32Array.of(0, 2, -2, 80)));
  expect(scores[0]).toBe(0.5);
  expect(scores[1]).toBeCloseTo(1 - sigmoid(2), 15);
  expect(scores[2]).toBeCloseTo(sigmoid(2), 15);
  expect(scores[3]! / Math.exp(-80)).toBeCloseTo(1, 12);
});

test('a value that the classifier does not have is named', () => {
  expect(() => confidnetObjective(classifier(), { ...options, features: 'feature' })).toThrow("'feature'");
  expect(() => confidnetGraph(classifier(), { ...options, logits: 'logit' })).toThrow("'logit'");
});
