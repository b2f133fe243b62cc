import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  evaluateReference,
  flatLayout,
  GraphBuilder,
  packParameters,
  parametersOf,
  referenceArray,
  unpackParameters,
} from '#credence/graph/index';
import { mlp } from '#credence/models/index';
import { parametersPredictive } from '#credence/posterior/index';
import { fold, key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import {
  divergenceFromPrior,
  gaussianDivergence,
  meanField,
  meanFieldPosterior,
  variationalPredictive,
} from '#credence/variational/index';

const model = mlp({ hidden: [4], outputs: 3, key: key(1) });
const { size } = flatLayout(model);
const x = tensor('float32', [6, 2], Float32Array.from(normal(key(2), 12)));

describe('meanField', () => {
  it('begins at the weights of the graph, with the deviation that is asked for', () => {
    const { mean, deviation } = meanFieldPosterior(parametersOf(meanField(model, { initialDeviation: 0.3 })));
    expect(Float32Array.from(mean)).toEqual(packParameters(flatLayout(model), parametersOf(model)));
    deviation.forEach((s) => expect(s).toBeCloseTo(0.3, 6));
  });

  it('predicts, for a draw of noise, as the network with the weights mean + deviation noise', async () => {
    const stochastic = meanField(model);
    const layout = flatLayout(stochastic);
    const parameters = unpackParameters(layout, Float32Array.from(normal(key(3), layout.size)));
    const options = { samples: 5, key: key(4) };
    const samples = await variationalPredictive(model, parameters, { x }, { ...options, workers: 0 });
    expect(samples.shape).toEqual([5, 6, 3]);
    const { mean, deviation } = meanFieldPosterior(parameters);
    const vectors = new Float32Array(5 * size);
    for (let s = 0; s < 5; s++) {
      // The runtime's convention: a sample's key is folded with its index, then with the input's name.
      const noise = normal(fold(options.key, s, 'variational.noise'), size);
      for (let i = 0; i < size; i++) vectors[s * size + i] = mean[i]! + deviation[i]! * noise[i]!;
    }
    const expected = await parametersPredictive(model, { x }, tensor('float32', [5, size], vectors));
    // p (1 - p) times the rounding of a logit of up to a few tens, 2^-24 each in a dozen sums.
    samples.data.forEach((p, i) => expect(Math.abs(p - expected.data[i]!)).toBeLessThan(1e-4));
  });

  it('shares a draw among the examples: a sample is one network', async () => {
    const same = tensor('float32', [4, 2], Float32Array.of(1, -1, 1, -1, 1, -1, 1, -1));
    const parameters = parametersOf(meanField(model, { initialDeviation: 1 }));
    const { data } = await variationalPredictive(
      model,
      parameters,
      { x: same },
      { samples: 3, key: key(5), workers: 0, batchSize: 2 },
    );
    const rows = Array.from({ length: 12 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)].join());
    for (let s = 0; s < 3; s++) expect(new Set(rows.slice(4 * s, 4 * s + 4)).size).toBe(1);
    expect(new Set(rows).size).toBe(3);
  });

  it('refuses a graph without parameters, deviations of 0, and parameters of another model', () => {
    expect(() => meanField({ ...model, parameters: [] })).toThrow(/expected parameters/);
    expect(() => meanField(model, { initialDeviation: 0 })).toThrow(/initial deviation over 0/);
    expect(() => meanFieldPosterior(parametersOf(model))).toThrow(/expected 'variational.mean'/);
  });
});

describe('the divergence', () => {
  const graphOf = (P: number, prior: number): ReturnType<GraphBuilder['build']> => {
    const builder = new GraphBuilder('divergence');
    const [m, s] = ['m', 's'].map((name) => builder.input(name, 'float32', [P]));
    return builder.build({ kl: gaussianDivergence(m!, s!, prior) });
  };

  it('is 0 at the prior, and only there', () => {
    const at = (m: number, s: number): number =>
      divergenceFromPrior({ mean: Float64Array.of(m, 0), deviation: Float64Array.of(s, 2.5) }, 2.5);
    expect(at(0, 2.5)).toBe(0);
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: 0.01, max: 9, noNaN: true }),
        (m, s) => {
          fc.pre(Math.abs(m) > 1e-3 || Math.abs(s - 2.5) > 1e-3);
          expect(at(m, s)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('is the integral of q log(q / p), summed over the weights', () => {
    const prior = 1.3;
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        (m, s) => {
          // Trapezoid rule on +-10 deviations: exact to rounding for a normal times a polynomial.
          const steps = 2000;
          let integral = 0;
          for (let i = 0; i <= steps; i++) {
            const z = -10 + (20 * i) / steps;
            const q = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
            const logRatio =
              -(z * z) / 2 - Math.log(s) + (m + s * z) ** 2 / (2 * prior ** 2) + Math.log(prior);
            integral += q * logRatio * (20 / steps);
          }
          const posterior = { mean: Float64Array.of(m, m), deviation: Float64Array.of(s, s) };
          expect(divergenceFromPrior(posterior, prior)).toBeCloseTo(2 * integral, 9);
        },
      ),
    );
  });

  it('is the same in a graph', () => {
    const [m, s] = [
      [0.5, -2, 0],
      [0.1, 3, 1.3],
    ];
    const value = evaluateReference(graphOf(3, 1.3), {
      m: referenceArray('float32', [3], m),
      s: referenceArray('float32', [3], s),
    }).get('kl')!.data[0]!;
    const expected = divergenceFromPrior(
      { mean: Float64Array.from(m), deviation: Float64Array.from(s) },
      1.3,
    );
    // Constants of the graph are float32.
    expect(value).toBeCloseTo(expected, 5);
  });
});
