import { describe, expect, it } from 'vitest';

import {
  add,
  dropout,
  float,
  gemm,
  GraphBuilder,
  int,
  matmul,
  named,
  relu,
  reshape,
  transpose,
} from '#credence/graph/index';
import type { Value } from '#credence/graph/index';
import { fitScore, lastLayerOf, missing, vim } from '#credence/scores/index';
import type { Classifier } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

import { blobs, examplesOf, linearClassifier, matrixOf } from './classifiers.js';

const [d, classes] = [3, 2];
const weight = matrixOf(1, classes, d);
const back = tensor(
  'float32',
  [d, classes],
  Float32Array.from([0, 3, 1, 4, 2, 5], (i) => weight.data[i]!),
);
const bias = tensor('float32', [classes], Float32Array.of(0.5, -1.5));

function classifier(end: (features: Value) => Value): Classifier {
  const b = new GraphBuilder('ends');
  const x = b.input('x', 'float32', ['N', d]);
  const features = named(relu(x), 'features');
  return {
    graph: b.build([named(end(features), 'logits')]),
    differentiableInput: 'x',
    features: 'features',
    logits: 'logits',
  };
}

describe('lastLayerOf', () => {
  const forms: Record<string, (x: Value) => Value> = {
    'Gemm, transposed': (x) =>
      gemm(x, x.builder.constant(weight), x.builder.constant(bias), { transB: true }),
    'Gemm behind a Dropout': (x) => gemm(dropout(x, 0.5), x.builder.constant(back), x.builder.constant(bias)),
    'MatMul and Add': (x) => add(matmul(x, x.builder.constant(back)), x.builder.constant(bias)),
    'Add the other way round': (x) => add(x.builder.constant(bias), matmul(x, x.builder.constant(back))),
    'weights turned in the graph': (x) =>
      add(matmul(x, transpose(x.builder.constant(weight), [1, 0])), x.builder.constant(bias)),
    'between reshapes': (x) =>
      reshape(gemm(reshape(x, [-1, d]), x.builder.constant(back), x.builder.constant(bias)), [-1, classes]),
    'alpha and beta': (x) =>
      x.builder.apply(
        'Gemm',
        [
          x,
          x.builder.constant({ ...weight, data: weight.data.map((w) => w / 2) }),
          x.builder.constant({ ...bias, data: bias.data.map((b) => 4 * b) }),
        ],
        { alpha: float(2), beta: float(0.25), transB: int(1) },
      )[0]!,
  };

  it.each(Object.entries(forms))('reads %s', (_name, form) => {
    const layer = lastLayerOf(classifier(form));
    expect([...layer.weight.data]).toEqual([...weight.data]);
    expect([...layer.bias!]).toEqual([...bias.data]);
  });

  it('has no bias where there is none', () => {
    const { bias: none } = lastLayerOf(classifier((x) => matmul(x, x.builder.constant(back))));
    expect(none).toBeUndefined();
  });

  it('refuses what is not affine in the features, and says what is there', () => {
    const curved = classifier((x) => relu(gemm(x, x.builder.constant(back))));
    expect(() => lastLayerOf(curved)).toThrow(/last layer of 'ends': .*, got Relu\(/);
    const computed = classifier((x) => matmul(x, reshape(matmul(transpose(x, [1, 0]), x), [d, d])));
    expect(() => lastLayerOf(computed)).toThrow(/got MatMul\(/);
    expect(() => lastLayerOf({ ...curved, features: undefined })).toThrow(/got no features/);
    expect(missing(vim(), curved)).toMatch(/Relu/);
    expect(missing(vim(), linearClassifier(3, 2))).toBeUndefined();
  });
});

describe('a score that reads the last layer', () => {
  it('refuses arrays that are not those of the model', async () => {
    const own = linearClassifier(4, 3);
    const { x, labels } = blobs(50, 4, 3);
    const examples = await examplesOf(own, x, labels);
    const other = {
      ...examples,
      logits: { ...examples.logits, data: examples.logits.data.map((f) => 1.01 * f) },
    };
    await expect(fitScore(vim(), own, { examples: other })).rejects.toThrow(
      /examples: logits: expected .*, what the last layer makes of the features/,
    );
    await expect(fitScore(vim(), linearClassifier(4, 2), { examples })).rejects.toThrow(/logits \(n, 2\)/);
  });
});
