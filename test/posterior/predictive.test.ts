import { describe, expect, it } from 'vitest';

import { bindParameters, flatLayout, unpackParameters } from '#credence/graph/index';
import { logistic, mlp } from '#credence/models/index';
import { parametersPredictive, predictions, stochasticPredictive } from '#credence/posterior/index';
import { key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const x = tensor('float32', [7, 2], Float32Array.from(normal(key(1), 14)));
const model = mlp({ hidden: [5], outputs: 3, key: key(2) });
const { size } = flatLayout(model);
const vectors = tensor('float32', [4, size], Float32Array.from(normal(key(3), 4 * size)));

describe('predictions', () => {
  it('are probabilities of K classes, or of label 1', async () => {
    const classes = await predictions(model, { x });
    expect(classes.shape).toEqual([7, 3]);
    for (let i = 0; i < 7; i++) {
      const row = classes.data.subarray(3 * i, 3 * i + 3);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    }
    const binary = await predictions(logistic({ key: key(4) }), { x });
    const logits = await predictions(logistic({ key: key(4) }), { x }, { link: 'identity' });
    expect(binary.shape).toEqual([7, 1]);
    logits.data.forEach((logit, i) => expect(binary.data[i]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6));
  });

  it('stay within [0, 1] for logits of any size', async () => {
    const steps = 4000;
    const far = tensor(
      'float32',
      [steps, 1],
      Float32Array.from({ length: steps }, (_, i) => (i - steps / 2) / 50),
    );
    const line = bindParameters(
      logistic({ inputs: 1, key: key(4) }),
      new Map([
        ['fc.weight', tensor('float32', [1, 1], Float32Array.of(1))],
        ['fc.bias', tensor('float32', [1], Float32Array.of(0))],
      ]),
    );
    const { data } = await predictions(line, { x: far });
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
  });

  it('take parameters by name, all of them', async () => {
    const own = unpackParameters(flatLayout(model), vectors.data.subarray(0, size));
    expect(await predictions(model, { x }, { parameters: own })).toEqual(
      await predictions(bindParameters(model, own), { x }),
    );
    await expect(predictions(model, { x }, { parameters: new Map() })).rejects.toThrow(/is missing/);
  });
});

describe('parametersPredictive', () => {
  it('is each network by itself, in order, whatever the batches', async () => {
    const done: number[] = [];
    const samples = await parametersPredictive(model, { x }, vectors, {
      batchSize: 3,
      onProgress: (n) => done.push(n),
    });
    expect(samples.shape).toEqual([4, 7, 3]);
    expect(done).toEqual([1, 2, 3, 4]);
    for (let s = 0; s < 4; s++) {
      const parameters = unpackParameters(flatLayout(model), vectors.data.subarray(s * size, (s + 1) * size));
      const single = await predictions(model, { x }, { parameters });
      // Kernels may sum a batch of another size in another order: a few units in the last place of p <= 1.
      single.data.forEach((p, i) => expect(Math.abs(samples.data[s * 21 + i]! - p)).toBeLessThan(1e-6));
    }
  });

  const misshapen: readonly Tensor<'float32'>[] = [
    tensor('float32', [4, 2], new Float32Array(8)),
    tensor('float32', [0, size], new Float32Array(0)),
    tensor('float32', [size], new Float32Array(size)),
  ];
  it.each(misshapen)('refuses vectors of shape $shape', async (wrong) => {
    await expect(parametersPredictive(model, { x }, wrong)).rejects.toThrow(
      /expected \(S, 33\), S at least 1/,
    );
  });

  it('refuses data that is empty, missing or cut in batches of 0', async () => {
    const none = tensor('float32', [0, 2], new Float32Array(0));
    await expect(parametersPredictive(model, { x: none }, vectors)).rejects.toThrow(/at least one example/);
    await expect(parametersPredictive(model, {}, vectors)).rejects.toThrow(/input 'x'.*got nothing/);
    await expect(parametersPredictive(model, { x }, vectors, { batchSize: 0 })).rejects.toThrow(/batchSize/);
  });
});

describe('stochasticPredictive', () => {
  it('refuses a graph whose samples would all be the same', async () => {
    await expect(stochasticPredictive(model, { x }, { samples: 3, key: key(0) })).rejects.toThrow(
      /expected one that depends on a random input, got a deterministic one/,
    );
  });
});
