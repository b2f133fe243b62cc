import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '#credence/errors/index';
import {
  evaluateReference,
  formatType,
  GraphBuilder,
  reduceSum,
  referenceArray,
} from '#credence/graph/index';
import type { Graph, ReferenceArray } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import {
  binaryCrossEntropy,
  classificationObjective,
  crossEntropy,
  gradientGraph,
  squaredError,
  withPenalty,
} from '#credence/training/index';

const logit = fc.double({ min: -30, max: 30, noNaN: true });

/** The losses of a graph in float64; their inputs are exact there, so what differs is 2^-52 relative in each of few operations. */
function losses(graph: Graph, feeds: Record<string, ReferenceArray>): number[] {
  return [...evaluateReference(graph, feeds).get('loss')!.data];
}

describe('crossEntropy', () => {
  const graph = (): Graph => {
    const b = new GraphBuilder('g');
    const [logits, label] = [b.input('logits', 'float64', ['N', 4]), b.input('label', 'uint8', ['N'])];
    return b.build({ loss: crossEntropy(logits, label) });
  };

  test('is -log softmax(logits)[label]', () => {
    fc.assert(
      fc.property(fc.array(logit, { minLength: 4, maxLength: 4 }), fc.nat(3), (logits, label) => {
        const [loss] = losses(graph(), {
          logits: referenceArray('float64', [1, 4], logits),
          label: referenceArray('uint8', [1], [label]),
        });
        // By the definition; all is of the size of 60 at most.
        const direct = Math.log(logits.reduce((sum, z) => sum + Math.exp(z - logits[label]!), 0));
        expect(Math.abs(loss! - direct)).toBeLessThan(64 * 8 * 2 ** -52);
      }),
    );
  });

  test('stays finite where a probability underflows', () => {
    const feeds = {
      logits: referenceArray('float64', [2, 4], [2000, 0, 0, 0, 0, 0, 0, -2000]),
      label: referenceArray('uint8', [2], [1, 3]),
    };
    expect(losses(graph(), feeds)).toEqual([2000, 2000 + Math.log(3)]);
  });
});

describe('binaryCrossEntropy', () => {
  test.each([['N'], ['N', 1]])('is -log p(label), from logits (%s, %s)', (...shape) => {
    const b = new GraphBuilder('g');
    const graph = b.build({
      loss: binaryCrossEntropy(b.input('z', 'float64', shape), b.input('label', 'uint8', ['N'])),
    });
    const z = [-700, -3, 0, 0.5, 3, 700];
    for (const label of [0, 1]) {
      const loss = losses(graph, {
        z: referenceArray('float64', shape.length === 1 ? [6] : [6, 1], z),
        label: referenceArray(
          'uint8',
          [6],
          Array.from(z, () => label),
        ),
      });
      loss.forEach((value, i) => {
        const expected = Math.log1p(Math.exp(label === 1 ? -z[i]! : z[i]!));
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(4 * 2 ** -52 * Math.max(1, Math.abs(z[i]!)));
      });
    }
  });

  // The published logistic VI applied a sigmoid twice: its loss could not fall under log(1 + 1/e) - 0.
  test('goes to 0 for a logit that is right and far', () => {
    const b = new GraphBuilder('g');
    const graph = b.build({
      loss: binaryCrossEntropy(b.input('z', 'float64', ['N']), b.input('label', 'uint8', ['N'])),
    });
    const feeds = {
      z: referenceArray('float64', [2], [40, -40]),
      label: referenceArray('uint8', [2], [1, 0]),
    };
    for (const loss of losses(graph, feeds)) expect(loss).toBeLessThan(1e-16);
  });
});

test('squaredError', () => {
  const b = new GraphBuilder('g');
  const graph = b.build({
    loss: squaredError(b.input('p', 'float64', ['N']), b.input('t', 'float64', ['N'])),
  });
  const feeds = { p: referenceArray('float64', [2], [1.5, -2]), t: referenceArray('float64', [2], [1, 1]) };
  expect(losses(graph, feeds)).toEqual([0.25, 9]);
});

test('withPenalty: the mean over the whole set is mean loss + penalty / N, whatever the batches', async () => {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', ['N']);
  const penalty = reduceSum(b.constant(tensor('float32', [2], Float32Array.of(3, 5))));
  await using session = await openSession(b.build({ loss: withPenalty(x, penalty, 4) }));
  const x4 = Float32Array.of(1, 2, 3, 4);
  const loss = async (data: Float32Array): Promise<Float32Array> =>
    (await session.run({ x: tensor('float32', [data.length], data) }))['loss']!.data as Float32Array;
  expect([...(await loss(x4))]).toEqual([3, 4, 5, 6]);
  const parts = [await loss(x4.subarray(0, 1)), await loss(x4.subarray(1))];
  expect(parts.flatMap((part) => [...part]).reduce((sum, value) => sum + value, 0) / 4).toBe(2.5 + 8 / 4);
});

describe('classificationObjective', () => {
  test('asks for labels and gives a loss an example', () => {
    const objective = classificationObjective(mnistConvnet(key(1)));
    expect(objective.inputs.map(({ name }) => name)).toEqual(['image', 'label']);
    expect(objective.outputs).toEqual(['loss']);
    expect(formatType(objective.types.get('loss'))).toBe('float32 (N)');
  });

  test('of an unknown value', () => {
    expect(() => classificationObjective(mnistConvnet(key(1)), { logits: 'logit' })).toThrow(GraphError);
  });
});

test('a loss that is no vector of float32 is refused', () => {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', ['N', 2]);
  const graph = b.build({ mean: reduceSum(x), rows: x });
  expect(() => gradientGraph(graph, 'mean')).toThrow(
    /value 'mean': expected a loss an example, float32 \(N\), got float32 \(\)/,
  );
  expect(() => gradientGraph(graph, 'rows')).toThrow(GraphError);
  expect(() => gradientGraph(graph, 'nothing')).toThrow(/got nothing/);
});
