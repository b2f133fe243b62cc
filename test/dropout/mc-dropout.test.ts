import { describe, expect, it } from 'vitest';

import { mcDropout } from '#credence/dropout/index';
import { activateDropout, dropout, expose, gemm, GraphBuilder } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { mlp } from '#credence/models/index';
import { key, normal } from '#credence/random/index';
import { predict, samplePredictions } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const RATE = 0.2;
const WIDTH = 6;
const weights = Float32Array.from(normal(key(1), WIDTH));

/** w'dropout(x): its distribution is known. Weights and rate are the only parameters. */
function linear(): Graph {
  const builder = new GraphBuilder('linear');
  const x = builder.input('x', 'float32', ['N', WIDTH]);
  const weight = builder.parameter('w', tensor('float32', [1, WIDTH], weights));
  return builder.build({ logits: gemm(dropout(x, RATE, 'dropout1'), weight, undefined, { transB: true }) });
}

const N = 5;
const inputs = tensor('float32', [N, WIDTH], Float32Array.from(normal(key(2), N * WIDTH)));
const options = { key: key(3), workers: 0 } as const;

describe('mcDropout', () => {
  it.each(['independent', 'shared'] as const)(
    'has the mean and variance of masked sums for each example, with %s masks',
    async (masks) => {
      const samples = 4000;
      const { data, shape } = await mcDropout(
        linear(),
        { x: inputs },
        { ...options, samples, masks, link: 'identity' },
      );
      expect(shape).toEqual([samples, N, 1]);
      for (let i = 0; i < N; i++) {
        const terms = [...weights].map((w, k) => w * inputs.data[i * WIDTH + k]!);
        const mean = terms.reduce((sum, term) => sum + term, 0);
        const variance = terms.reduce((sum, term) => sum + term ** 2, 0) * (RATE / (1 - RATE));
        const fourth = terms.reduce((sum, term) => sum + term ** 4, 0);
        // Of a mask m / (1 - p): the excess over the normal fourth moment, p (1 - 3 p + 3 p^2) / (1 - p)^3 -
        // 3 p^2 / (1 - p)^2.
        const odds = RATE / (1 - RATE);
        const excess = fourth * ((RATE * (1 - 3 * RATE + 3 * RATE ** 2)) / (1 - RATE) ** 3 - 3 * odds ** 2);
        let [first, second] = [0, 0];
        for (let s = 0; s < samples; s++) {
          first += data[s * N + i]! / samples;
          second += (data[s * N + i]! - mean) ** 2 / samples;
        }
        // Five standard errors; false-alarm rate 6e-7 for each of 20 numbers.
        expect(Math.abs(first - mean)).toBeLessThan(5 * Math.sqrt(variance / samples));
        expect(Math.abs(second - variance)).toBeLessThan(
          5 * Math.sqrt((2 * variance ** 2 + excess) / samples),
        );
      }
    },
  );

  it('draws a mask for each example, or one for all of a pass', async () => {
    const rows = 40;
    const same = tensor('float32', [rows, WIDTH], new Float32Array(rows * WIDTH).fill(1));
    const distinct = async (masks: 'independent' | 'shared'): Promise<number[]> => {
      const { data } = await mcDropout(
        linear(),
        { x: same },
        { ...options, samples: 3, masks, link: 'identity', batchSize: 7 },
      );
      return [0, 1, 2].map((s) => new Set(data.subarray(s * rows, (s + 1) * rows)).size);
    };
    expect(await distinct('shared')).toEqual([1, 1, 1]);
    // 40 masks out of 64: all alike with probability below 1e-20.
    for (const count of await distinct('independent')) expect(count).toBeGreaterThan(1);
  });

  it('is what the whole graph gives, though the layers before the first mask run once', async () => {
    const model = mlp({ hidden: [8, 6], outputs: 3, dropout: 0.4, key: key(4) });
    const x = tensor('float32', [9, 2], Float32Array.from(normal(key(5), 18)));
    const sampled = await mcDropout(model, { x }, { ...options, samples: 4, link: 'identity' });
    const whole = await samplePredictions(activateDropout(model), { x }, { ...options, samples: 4 });
    expect(sampled).toEqual(whole['logits']);
  });

  it('gives the same whatever the batches and the workers', async () => {
    const model = mlp({ hidden: [8], outputs: 3, dropout: 0.4, key: key(4) });
    const x = tensor('float32', [20, 2], Float32Array.from(normal(key(5), 40)));
    const sampled = (more: object): Promise<Tensor<'float32'>> =>
      mcDropout(model, { x }, { ...options, samples: 6, ...more });
    const [one, batches, threads] = await Promise.all([
      sampled({}),
      sampled({ batchSize: 3 }),
      sampled({ batchSize: 3, workers: 2 }),
    ]);
    expect(threads).toEqual(batches);
    // Kernels may sum a batch of another size in another order.
    one.data.forEach((p, i) => expect(Math.abs(batches.data[i]! - p)).toBeLessThan(1e-6));
  });

  it('gives probabilities: a softmax over columns, a sigmoid of one, or what is asked for', async () => {
    const x = tensor('float32', [4, 2], Float32Array.from(normal(key(6), 8)));
    const classes = mlp({ outputs: 3, dropout: 0.5, key: key(7) });
    const many = await mcDropout(classes, { x }, { ...options, samples: 5 });
    expect(many.shape).toEqual([5, 4, 3]);
    for (let i = 0; i < 20; i++) {
      const row = many.data.subarray(3 * i, 3 * i + 3);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    }
    const binary = mlp({ dropout: 0.5, key: key(7) });
    const one = await mcDropout(binary, { x }, { ...options, samples: 5 });
    const logit = await mcDropout(binary, { x }, { ...options, samples: 5, link: 'identity' });
    expect(one.shape).toEqual([5, 4, 1]);
    logit.data.forEach((value, i) => expect(one.data[i]).toBeCloseTo(1 / (1 + Math.exp(-value)), 6));
    const inner = expose(classes, 'fc1/Gemm');
    await expect(mcDropout(inner, { x }, { ...options, samples: 5, output: 'fc1/Gemm' })).rejects.toThrow(
      /value 'fc1\/Gemm': expected one that depends on a random input/,
    );
  });
});

describe('the mistake of dropout that silently does nothing', () => {
  const x = tensor('float32', [4, 2], Float32Array.from(normal(key(6), 8)));

  it('is refused where there is no Dropout layer', async () => {
    await expect(mcDropout(mlp({ key: key(0) }), { x }, { ...options, samples: 3 })).rejects.toThrow(
      /expected at least one Dropout layer, got none/,
    );
  });

  it('cannot happen by forgetting a mode: sampling activates layers that are the identity otherwise', async () => {
    const model = mlp({ dropout: 0.5, key: key(8) });
    const plain = mlp({ key: key(8) });
    expect(await predict(model, { x }, { workers: 0 })).toEqual(await predict(plain, { x }, { workers: 0 }));
    const { data } = await mcDropout(model, { x }, { ...options, samples: 20 });
    // 20 passes of 50 units: two of them equal with probability below 1e-10.
    expect(new Set(Array.from({ length: 20 }, (_, s) => data[4 * s])).size).toBe(20);
  });
});
