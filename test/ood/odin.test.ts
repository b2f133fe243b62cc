import { expect, test } from 'vitest';
import {
  cast,
  evaluateReference,
  flatten,
  GraphBuilder,
  maxPool,
  mul,
  named,
  relu,
  removeDropout,
  reshape,
  toReference,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { conv2d, dense, dropoutLayer } from '#credence/models/index';
import { odin } from '#credence/ood/index';
import { key, uniformInteger } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { maximumClassProbability, ODIN_LOGITS, odinGraph } from '#credence/scores/index';
import type { Logits } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

/** Bytes (N, 10, 10), normalised inside; two convolutions, dropout and a dense layer. */
function classifier(): Graph {
  const b = new GraphBuilder('small');
  const image = b.input('image', 'uint8', ['N', 10, 10]);
  const scaled = mul(cast(image, 'float32'), b.constant(tensor('float32', [], Float32Array.of(1 / 255))));
  const pixels = named(reshape(scaled, [-1, 1, 10, 10]), 'pixels');
  const first = relu(maxPool(conv2d(b, pixels, 4, 3, { name: 'conv1', key: key(1) }), [2, 2]));
  const second = relu(conv2d(b, first, 6, 3, { name: 'conv2', key: key(1) }));
  return b.build({
    logits: dense(b, dropoutLayer(flatten(second), 0.5, 'dropout'), 5, { name: 'fc', key: key(1) }),
  });
}

const model = classifier();
const N = 7;
const image = tensor('uint8', [N, 10, 10], Uint8Array.from(uniformInteger(key(2), N * 100, 256)));
const options = { temperature: 5, epsilon: 0.0014, deviation: 0.3081, input: 'pixels', workers: 0 };
/** Sums of at most 36 products below 1 (a layer of 24 behind one of 36 behind one of 9), in float32 and in any order. */
const ROUNDING = 3 * 36 * 2 ** -23;

test('the runtime gives what the float64 reference of the graph gives', async () => {
  const scores = await odin(model, { image }, options);
  const { shape, data } = evaluateReference(odinGraph(model, options), { image: toReference(image) }).get(
    ODIN_LOGITS,
  )!;
  const reference = maximumClassProbability(tensor('float64', shape, data));
  // A pixel whose gradient has another sign in float32 has one that rounding made: it moves a score by less than rounding does.
  scores.forEach((score, i) => expect(Math.abs(score - reference[i]!)).toBeLessThan(ROUNDING));
});

test('epsilon 0 and temperature 1 are MCP, dropout off', async () => {
  const scores = await odin(model, { image }, { ...options, temperature: 1, epsilon: 0 });
  const { logits } = await predict(removeDropout(model), { image }, { workers: 0 });
  expect(scores).toEqual(maximumClassProbability(logits as Logits));
});

test('the score does not depend on batches or on threads', async () => {
  const whole = await odin(model, { image }, { ...options, batchSize: N });
  const single = await odin(model, { image }, { ...options, batchSize: 1, workers: 2 });
  // 'But for the last bits of a float': the kernels may sum in another order.
  whole.forEach((score, i) => expect(Math.abs(score - single[i]!)).toBeLessThan(ROUNDING));
});
