import { describe, expect, test } from 'vitest';
import { ConfigurationError, GraphError } from '#credence/errors/index';
import { decodeOnnx, dropout, encodeOnnx, gemm, GraphBuilder, relu } from '#credence/graph/index';
import type { Value } from '#credence/graph/index';
import { insertDropout, inspectClassifier } from '#credence/inspection/index';
import type { InspectedClassifier } from '#credence/inspection/index';
import { key, normal } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { fitScore, mcDropout, missing, predictiveEntropy, scoreGraph } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const [N, D, K] = [40, 6, 3];

function drawn(seed: number, ...shape: number[]): Tensor<'float32'> {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor('float32', shape, Float32Array.from(normal(key(seed), count)));
}

const weights = drawn(2, D, K);
const x = drawn(1, N, D);

function classifier(hidden: (features: Value) => Value = (features) => features): InspectedClassifier {
  const b = new GraphBuilder('plain');
  const features = relu(b.input('x', 'float32', ['N', D]));
  const logits = gemm(hidden(features), b.constant(weights), b.constant(drawn(3, K)));
  return inspectClassifier(b.build({ logits }));
}

async function logitsOf(model: InspectedClassifier): Promise<Float32Array> {
  const graph = decodeOnnx(encodeOnnx({ ...model.graph, outputs: [model.logits] }));
  return (await predict(graph, { x }, { workers: 0 }))[model.logits]!.data as Float32Array;
}

describe('insertDropout', () => {
  test('leaves the predictions as they are, in the file too', async () => {
    const plain = classifier();
    const inserted = insertDropout(plain, 0.3);
    expect(await logitsOf(inserted)).toEqual(await logitsOf(plain));
    expect(inserted.dropout).toEqual([{ name: 'credence/dropout', rate: 0.3 }]);
    expect(inserted.features).toBe(plain.features);
    expect(inserted.notes.join()).toMatch(/Dropout of rate 0\.3 was inserted/);
    expect([missing(mcDropout(), plain), missing(mcDropout(), inserted)]).toEqual([
      expect.stringMatching(/no Dropout layer/),
      undefined,
    ]);
  });

  test('drops features alone: MC dropout is the mean over masks of them', async () => {
    const model = insertDropout(classifier(), 0.5);
    const passes = 20;
    const fitted = await fitScore(mcDropout({ passes, key: key(4) }), model);
    const [mask] = Object.values(fitted.fitted.tensors);
    expect(mask!.shape).toEqual([passes, D]);
    const bias = drawn(3, K).data;
    const samples = new Float32Array(passes * N * K);
    for (let s = 0; s < passes; s++) {
      for (let i = 0; i < N; i++) {
        const z = Array.from({ length: K }, (_, k) => {
          let sum = bias[k]!;
          for (let j = 0; j < D; j++)
            sum +=
              2 * Number(mask!.data[s * D + j]) * Math.max(0, x.data[i * D + j]!) * weights.data[j * K + k]!;
          return sum;
        });
        const total = z.reduce((a, b) => a + Math.exp(b), 0);
        z.forEach((value, k) => (samples[(s * N + i) * K + k] = Math.exp(value) / total));
      }
    }
    const expected = predictiveEntropy(tensor('float32', [passes, N, K], samples));
    const scored = await predict(scoreGraph(model, [fitted]), { x }, { workers: 0 });
    const values = scored['score/mcDropout.entropy']!.data as Float32Array;
    // Probabilities in float32 here: 2^-24 each, times log p of at most 20.
    values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2 ** -18));
  });

  test('refuses rates that are none, and models that it does not fit', () => {
    for (const rate of [0, 1, -1, NaN])
      expect(() => insertDropout(classifier(), rate)).toThrow(ConfigurationError);
    const dropped = classifier((features) => dropout(features, 0.2, 'drop'));
    expect(() => insertDropout(dropped, 0.3)).toThrow(/without Dropout layers.*'drop'/);
    const b = new GraphBuilder('none');
    const logits = relu(b.input('x', 'float32', ['N', 3]));
    const featureless = inspectClassifier(b.build({ logits }));
    expect(() => insertDropout(featureless, 0.3)).toThrow(GraphError);
    expect(() => insertDropout(featureless, 0.3)).toThrow(/name the features/);
  });
});
