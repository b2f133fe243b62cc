import { describe, expect, test } from 'vitest';
import { ConfigurationError, GraphError } from '#credence/errors/index';
import {
  add,
  argMax,
  batchNormalization,
  cast,
  conv,
  div,
  constantLike,
  dropout,
  encodeOnnx,
  expose,
  decodeOnnx,
  flatten,
  gather,
  gemm,
  GraphBuilder,
  logSoftmax,
  matmul,
  prune,
  reduceMean,
  relu,
  reshape,
  sigmoid,
  softmax,
  squeeze,
  transpose,
} from '#credence/graph/index';
import type { Attributes, Graph, Node, Value } from '#credence/graph/index';
import { describeClassifier, inspectClassifier, MADE_LOGITS } from '#credence/inspection/index';
import type { ClassifierOverrides } from '#credence/inspection/index';
import { openModel } from '#credence/inspection/node/index';
import { openSession } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { modelPath } from './fixtures.js';

const wave = (...shape: number[]): Tensor<'float32'> => {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: count }, (_, i) => Math.sin(1 + 7 * i)),
  );
};

/** A network on 6 features up to its 4 last features, and the builder. */
function body(): { b: GraphBuilder; h: Value } {
  const b = new GraphBuilder('model');
  const x = b.input('x', 'float32', ['N', 6]);
  const h = relu(gemm(x, b.constant(wave(6, 4), 'w1'), b.constant(wave(4), 'b1')));
  return { b, h };
}

/** The linear layer of K logits. */
function linear(b: GraphBuilder, h: Value, classes = 3): Value {
  return gemm(h, b.constant(wave(4, classes), 'w2'), b.constant(wave(classes), 'b2'));
}

/** As an exporter would write it: decoded from its own bytes. */
const saved = (graph: Graph): Graph => decodeOnnx(encodeOnnx(graph));

async function run(
  graph: Graph,
  outputs: readonly string[],
  feeds: Readonly<Record<string, Tensor>>,
): Promise<number[][]> {
  await using session = await openSession(prune(expose({ ...graph, outputs: [] }, ...outputs)));
  const results = await session.run(feeds);
  return outputs.map((name) => Array.from(results[name]!.data as Float32Array));
}

/** Softmax of logits (n, K), flat. */
function softmaxOf(logits: readonly number[], classes: number): number[] {
  return logits.flatMap((_, i) => {
    const row = logits.slice(classes * Math.floor(i / classes), classes * Math.floor(i / classes) + classes);
    return (
      Math.exp(logits[i]! - Math.max(...row)) /
      row.reduce((sum, z) => sum + Math.exp(z - Math.max(...row)), 0)
    );
  });
}

const input = wave(5, 6);

describe('logits and probabilities', () => {
  test.each<
    [
      string,
      (h: Value, b: GraphBuilder) => Readonly<Record<string, Value>>,
      Partial<ReturnType<typeof inspectClassifier>>,
    ]
  >([
    ['logits', (h, b) => ({ out: linear(b, h) }), { cut: [], probabilities: undefined, link: 'softmax' }],
    ['a softmax', (h, b) => ({ out: softmax(linear(b, h)) }), { cut: ['Softmax'], link: 'softmax' }],
    [
      'a log softmax',
      (h, b) => ({ out: logSoftmax(linear(b, h)) }),
      { cut: ['LogSoftmax'], probabilities: undefined },
    ],
    [
      'a softmax behind which it is reshaped',
      (h, b) => ({ out: reshape(softmax(linear(b, h)), [-1, 3]) }),
      { cut: ['Reshape', 'Softmax'] },
    ],
    ['labels alone', (h, b) => ({ out: argMax(linear(b, h), 1) }), { cut: ['ArgMax'] }],
    [
      'labels and probabilities',
      (h, b) => {
        const p = softmax(linear(b, h));
        return { label: argMax(p, 1), scores: p };
      },
      { cut: ['Softmax'] },
    ],
    ['logits and features', (h, b) => ({ features: h, logits: linear(b, h) }), { cut: [] }],
    [
      'probabilities and features',
      (h, b) => ({ features: h, y: softmax(linear(b, h)) }),
      { cut: ['Softmax'] },
    ],
    [
      'a matrix product and a sum',
      (h, b) => ({ out: softmax(add(b.constant(wave(3), 'b2'), matmul(h, b.constant(wave(4, 3), 'w2')))) }),
      { cut: ['Softmax'] },
    ],
  ])('behind %s', async (_, build, expected) => {
    const { b, h } = body();
    const model = inspectClassifier(saved(b.build(build(h, b))));
    expect(model).toMatchObject({
      classes: 3,
      batch: 'dynamic',
      features: h.name,
      featureCount: 4,
      ...expected,
    });
    expect(model.supports).toMatchObject({
      features: true,
      lastLayer: true,
      inputGradient: true,
      dropout: false,
    });
    const own = body();
    const plain = own.b.build({ plain: linear(own.b, own.h) });
    const [logits] = await run(model.graph, [model.logits], { x: input });
    expect(logits).toEqual((await run(plain, ['plain'], { x: input }))[0]);
  });

  test('of one sigmoid are (0, z), whatever the shape of z', async () => {
    for (const shape of ['(N, 1)', '(N)'] as const) {
      const { b, h } = body();
      const z = linear(b, h, 1);
      const p = sigmoid(shape === '(N)' ? squeeze(z, [1]) : z);
      const model = inspectClassifier(saved(b.build({ p })));
      expect(model).toMatchObject({
        logits: MADE_LOGITS,
        classes: 2,
        link: 'sigmoid',
        features: h.name,
        lastLayer: undefined,
      });
      const [logits, probability] = await run(model.graph, [model.logits, 'p'], { x: input });
      const second = softmaxOf(logits!, 2).filter((_, i) => i % 2 === 1);
      // Two float32 sigmoids: a few units in the last place of 1.
      second.forEach((value, i) => expect(Math.abs(value - probability![i]!)).toBeLessThan(4 * 2 ** -24));
      expect(model.supports.inputGradient).toBe(true);
    }
  });

  test('of several sigmoids are their own, which is noted', () => {
    const { b, h } = body();
    const model = inspectClassifier(b.build({ p: sigmoid(linear(b, h)) }));
    expect(model).toMatchObject({ classes: 3, link: 'sigmoid', cut: ['Sigmoid'] });
    expect(model.notes.join()).toMatch(/3 sigmoids of their own/);
  });

  test('with axes of size 1 at the end lose them', async () => {
    const b = new GraphBuilder('squeezenet');
    const x = b.input('x', 'float32', ['N', 2, 4, 4]);
    const pooled = b.apply('GlobalAveragePool', [conv(x, b.constant(wave(3, 2, 1, 1)))])[0]!;
    const model = inspectClassifier(saved(b.build({ p: softmax(pooled, 1) })));
    expect(model).toMatchObject({ logits: MADE_LOGITS, classes: 3, features: undefined });
    const [logits, p] = await run(model.graph, [model.logits, 'p'], { x: wave(2, 2, 4, 4) });
    softmaxOf(logits!, 3).forEach((value, i) => expect(value).toBeCloseTo(p![i]!, 6));
  });

  test('of Keras: channels last, a symbolic batch without a name', () => {
    const b = new GraphBuilder('keras');
    const x = b.input('input_1', 'float32', ['unk__12', 8, 8, 3]);
    const maps = relu(conv(transpose(x, [0, 3, 1, 2]), b.constant(wave(4, 3, 3, 3)), b.constant(wave(4))));
    const pooled = reduceMean(maps, [2, 3]);
    const h = relu(add(matmul(pooled, b.constant(wave(4, 5))), b.constant(wave(5))));
    const logits = add(matmul(h, b.constant(wave(5, 10), 'kernel')), b.constant(wave(10), 'bias'));
    const model = inspectClassifier(saved(b.build({ dense: softmax(logits) })));
    expect(model).toMatchObject({
      classes: 10,
      batch: 'dynamic',
      featureCount: 5,
      lastLayer: { weight: 'kernel', bias: 'bias', transposed: false },
    });
  });
});

describe("scikit-learn's exports", () => {
  const strings = (...value: string[]) => ({ type: 'strings', value }) as const;
  const integers = (...value: number[]) => ({ type: 'ints', value }) as const;
  const floats = (...value: number[]) => ({ type: 'floats', value }) as const;
  const text = (value: string) => ({ type: 'string', value }) as const;

  const node = (
    op: string,
    inputs: string[],
    outputs: string[],
    attributes: Attributes = {},
    domain = 'ai.onnx.ml',
  ): Node => ({
    op,
    domain,
    name: outputs[0]!,
    inputs,
    outputs,
    attributes,
  });

  function learned(nodes: Node[], outputs: string[], types: Graph['types'] = new Map()): Graph {
    return {
      name: 'sklearn',
      opset: 18,
      domains: { 'ai.onnx.ml': 1 },
      inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 2] }],
      outputs,
      nodes,
      constants: new Map(),
      parameters: [],
      types: new Map([...types, ['x', { dtype: 'float32', shape: ['N', 2] }]]),
      metadata: {},
    };
  }

  const coefficients = {
    coefficients: floats(1, -1, 0.5, 2, -1, 0.25),
    intercepts: floats(0.1, 0, -0.2),
    classlabels_strings: strings('ant', 'bee', 'cat'),
  };
  const x = tensor('float32', [2, 2], Float32Array.of(1, 2, -0.5, 0.25));
  const scores = [1 - 2 + 0.1, 0.5 + 4, -1 + 0.5 - 0.2, -0.5 - 0.25 + 0.1, -0.25 + 0.5, 0.5 + 0.0625 - 0.2];

  test('a logistic regression: its probabilities, the names of its classes', async () => {
    const graph = learned(
      [
        node('LinearClassifier', ['x'], ['label', 'raw'], {
          ...coefficients,
          post_transform: text('SOFTMAX'),
        }),
        node('Normalizer', ['raw'], ['probabilities'], { norm: text('L1') }),
        node('ZipMap', ['probabilities'], ['output_probability'], {
          classlabels_strings: strings('ant', 'bee', 'cat'),
        }),
      ],
      ['label', 'output_probability'],
    );
    const model = inspectClassifier(graph);
    expect(model).toMatchObject({
      logits: MADE_LOGITS,
      probabilities: 'probabilities',
      classes: 3,
      classNames: ['ant', 'bee', 'cat'],
      cut: ['ZipMap', 'Normalizer', 'LinearClassifier'],
      features: undefined,
    });
    expect(model.missing.map(({ op }) => op)).toContain('LinearClassifier');
    expect(model.supports).toMatchObject({ logits: true, features: false, inputGradient: false });
    const [logits] = await run(model.graph, [model.logits], { x });
    const expected = softmaxOf(scores, 3);
    softmaxOf(logits!, 3).forEach((p, i) => expect(p).toBeCloseTo(expected[i]!, 6));
  });

  test('a linear support vector machine: its scores are the logits', async () => {
    const model = inspectClassifier(
      learned([node('LinearClassifier', ['x'], ['label', 'scores'], coefficients)], ['label', 'scores']),
    );
    expect(model).toMatchObject({ logits: 'scores', probabilities: undefined, classes: 3 });
    const [logits] = await run(model.graph, [model.logits], { x });
    logits!.forEach((score, i) => expect(score).toBeCloseTo(scores[i]!, 6));
  });

  test('a tree: probabilities of 0 have finite logarithms', async () => {
    const stump = node('TreeEnsembleClassifier', ['x'], ['label', 'probabilities'], {
      nodes_treeids: integers(0, 0, 0),
      nodes_nodeids: integers(0, 1, 2),
      nodes_featureids: integers(0, 0, 0),
      nodes_values: floats(0, 0, 0),
      nodes_modes: strings('BRANCH_LEQ', 'LEAF', 'LEAF'),
      nodes_truenodeids: integers(1, 0, 0),
      nodes_falsenodeids: integers(2, 0, 0),
      class_treeids: integers(0, 0, 0, 0),
      class_nodeids: integers(1, 1, 2, 2),
      class_ids: integers(0, 1, 0, 1),
      class_weights: floats(1, 0, 0.25, 0.75),
      classlabels_int64s: integers(3, 8),
      post_transform: text('NONE'),
    });
    const model = inspectClassifier(learned([stump], ['label', 'probabilities']));
    expect(model).toMatchObject({ classes: 2, classNames: ['3', '8'], cut: ['TreeEnsembleClassifier'] });
    const [logits] = await run(model.graph, [model.logits], { x });
    expect(logits!.every((z) => Number.isFinite(z))).toBe(true);
    softmaxOf(logits!, 2).forEach((p, i) => expect(p).toBeCloseTo([0.25, 0.75, 1, 0][i]!, 6));
  });

  test('a binary network: the sigmoid behind its two probabilities', async () => {
    const b = new GraphBuilder('mlp');
    const h = relu(gemm(b.input('x', 'float32', ['N', 2]), b.constant(wave(2, 4)), b.constant(wave(4))));
    const z = linear(b, h, 1);
    const p = sigmoid(z);
    const both = b.apply('Concat', [b.apply('Sub', [constantLike(p, 1), p])[0]!, p], {
      axis: { type: 'int', value: 1 },
    })[0]!;
    const label = b.apply('ArgMax', [both], {
      axis: { type: 'int', value: 1 },
      keepdims: { type: 'int', value: 0 },
    })[0]!;
    const built = b.build({ label, probabilities: both });
    const zip = node('ZipMap', ['probabilities'], ['output_probability'], {
      classlabels_int64s: integers(0, 1),
    });
    const model = inspectClassifier({
      ...built,
      domains: { 'ai.onnx.ml': 1 },
      nodes: [...built.nodes, zip],
      outputs: ['label', 'output_probability'],
    });
    expect(model).toMatchObject({ classes: 2, link: 'sigmoid', features: h.name, classNames: ['0', '1'] });
    const [logits, probabilities] = await run(model.graph, [model.logits, 'probabilities'], { x });
    softmaxOf(logits!, 2).forEach((value, i) => expect(value).toBeCloseTo(probabilities![i]!, 6));
  });
});

describe('layers and input', () => {
  test('dropout in front of the last layer: the features lie in front of it', () => {
    const { b, h } = body();
    const model = inspectClassifier(
      b.build({ out: linear(b, dropout(dropout(h, 0.25, 'drop'), 0.5, 'drop2')) }),
    );
    expect(model).toMatchObject({
      features: h.name,
      dropout: [
        { name: 'drop', rate: 0.25 },
        { name: 'drop2', rate: 0.5 },
      ],
    });
    expect(model.supports.dropout).toBe(true);
  });

  test('layers that were exported in training mode are in evaluation mode', async () => {
    const b = new GraphBuilder('training');
    const x = b.input('x', 'float32', ['N', 6]);
    const c = (value: number): Value => b.constant(tensor('float32', [6], new Float32Array(6).fill(value)));
    const h = dropout(batchNormalization(x, c(2), c(1), c(0.5), c(4)), 0.5, 'drop');
    const built = b.build({ out: linear(b, gemm(h, b.constant(wave(6, 4)))) });
    const yes = { type: 'int', value: 1 } as const;
    const training: Graph = {
      ...built,
      constants: new Map([...built.constants, ['yes', tensor('bool', [], Uint8Array.of(1))]]),
      nodes: built.nodes.map((node) => {
        if (node.op === 'Dropout') return { ...node, inputs: [...node.inputs, 'yes'] };
        if (node.op !== 'BatchNormalization') return node;
        return {
          ...node,
          attributes: { ...node.attributes, training_mode: yes },
          outputs: [...node.outputs, 'mean', 'var'],
        };
      }),
    };
    const model = inspectClassifier(training);
    expect(model.batchNorms).toHaveLength(1);
    const [first] = await run(model.graph, ['out'], { x: input });
    expect(first).toEqual((await run(built, ['out'], { x: input }))[0]);
    expect(first).not.toEqual((await run(training, ['out'], { x: input }))[0]);
  });

  test('an input of bytes is differentiated behind its cast, one of indices is not', () => {
    const b = new GraphBuilder('bytes');
    const x = cast(b.input('x', 'uint8', ['N', 6]), 'float32');
    const model = inspectClassifier(
      b.build({ out: gemm(div(x, constantLike(x, 255)), b.constant(wave(6, 3))) }),
    );
    expect(model).toMatchObject({ differentiableInput: x.name, supports: { inputGradient: true } });

    const tokens = new GraphBuilder('tokens');
    const ids = tokens.input('ids', 'int64', ['N', 7]);
    const pooled = reduceMean(gather(tokens.constant(wave(20, 4)), ids), [1]);
    const text = inspectClassifier(tokens.build({ out: linear(tokens, pooled) }));
    expect(text).toMatchObject({
      differentiableInput: undefined,
      supports: { inputGradient: false, features: true },
    });
  });

  test('a batch that is fixed, in the input or inside', () => {
    const b = new GraphBuilder('fixed');
    const x = b.input('x', 'float32', [2, 6]);
    expect(inspectClassifier(b.build({ out: gemm(x, b.constant(wave(6, 3))) })).batch).toBe(2);
    const inner = new GraphBuilder('inner');
    const y = reshape(inner.input('x', 'float32', ['N', 6]), [1, 6]);
    expect(inspectClassifier(inner.build({ out: gemm(y, inner.constant(wave(6, 3))) })).batch).toBe(1);
  });

  test('an operation that is not known: what is missing, and what works all the same', () => {
    const { b, h } = body();
    const built = b.build({ out: linear(b, h) });
    const magic = (node: Node): Node =>
      node.op === 'Relu' ? { ...node, op: 'Magic', domain: 'com.example' } : node;
    const types = new Map(
      [...built.types].filter(([name]) => name === 'x' || name === 'out' || built.constants.has(name)),
    );
    const model = inspectClassifier({
      ...built,
      domains: { 'com.example': 1 },
      nodes: built.nodes.map(magic),
      types,
    });
    // Not Gemm, whose types are not known because of it.
    expect(model.missing).toMatchObject([{ op: 'Magic', reason: 'no rule for' }]);
    expect(model).toMatchObject({
      classes: 3,
      features: h.name,
      // The last layer's weights tell.
      featureCount: 4,
      supports: { features: true, inputGradient: false },
    });
    expect(describeClassifier(model)).toMatch(/derivative +missing for Magic: no rule for Magic/);
    expect(describeClassifier(model)).toMatch(/Not by the gradient of the input \(ODIN\)/);
  });
});

describe('overrides', () => {
  const model = (): Graph => {
    const { b, h } = body();
    return b.build({ features: dropout(h, 0.5, 'drop'), out: linear(b, h) });
  };

  test('name what the graph does not tell', () => {
    expect(inspectClassifier(model(), { logits: 'out' }).classes).toBe(3);
    const { b, h } = body();
    const p = softmax(linear(b, h));
    const graph = b.build({ a: relu(p), z: linear(b, h) });
    expect(inspectClassifier(graph, { probabilities: p.name })).toMatchObject({
      logits: graph.nodes.find(({ op }) => op === 'Softmax')!.inputs[0],
    });
    expect(inspectClassifier(graph, { probabilities: 'a' })).toMatchObject({
      logits: MADE_LOGITS,
      probabilities: 'a',
    });
    expect(inspectClassifier(graph, { logits: 'z', features: false }).supports).toMatchObject({
      features: false,
      lastLayer: false,
    });
    expect(inspectClassifier(graph, { logits: 'z', features: p.name })).toMatchObject({
      features: p.name,
      featureCount: 3,
      lastLayer: undefined,
    });
    expect(inspectClassifier(model(), { logits: 'out', dropout: [] })).toMatchObject({
      dropout: [],
      supports: { dropout: false },
    });
    expect(inspectClassifier(model(), { logits: 'out', classes: ['a', 'b', 'c'] }).classNames).toEqual([
      'a',
      'b',
      'c',
    ]);
    const one = body();
    const z = one.b.build({ z: linear(one.b, one.h, 1) });
    expect(inspectClassifier(z, { link: 'sigmoid' })).toMatchObject({ classes: 2, logits: MADE_LOGITS });
    expect(inspectClassifier(z, { logits: 'z', link: 'sigmoid' }).classes).toBe(2);
  });

  test.each<[string, ClassifierOverrides, RegExp]>([
    [
      'logits',
      { logits: 'outt' },
      /logits: expected a value of the graph 'model'.*got 'outt'; did you mean 'out'/,
    ],
    ['probabilities', { probabilities: 'nothing' }, /got 'nothing'/],
    ['features', { logits: 'out', features: 'feature' }, /features.*did you mean 'features'/],
    [
      'dropout',
      { logits: 'out', dropout: ['drip'] },
      /dropout: expected a layer of the model \(drop\), got 'drip'.*did you mean 'drop'/,
    ],
    ['batch-norms', { logits: 'out', batchNorms: ['bn'] }, /batchNorms.*got 'bn'/],
    ['the input', { logits: 'out', input: 'y' }, /input: expected an input of the model \(x\), got 'y'/],
    ['classes', { logits: 'out', classes: 4 }, /classes: expected 3, as the logits have, got 4/],
  ])('refuse an unknown name of %s', (_, overrides, message) => {
    expect(() => inspectClassifier(model(), overrides)).toThrow(ConfigurationError);
    expect(() => inspectClassifier(model(), overrides)).toThrow(message);
  });
});

describe('what is no classifier', () => {
  const inputs = (b: GraphBuilder, ...shapes: (string | number)[][]): Value[] =>
    shapes.map((shape, i) => b.input(`x${i}`, 'float32', shape));

  test.each<[string, () => Graph, RegExp]>([
    [
      'several outputs',
      () => {
        const { b, h } = body();
        return b.build({ a: linear(b, h), c: relu(linear(b, h)) });
      },
      /one output.*got a, c.*name the value/,
    ],
    [
      'one number a row',
      () => {
        const { b, h } = body();
        return b.build({ y: linear(b, h, 1) });
      },
      /at least 2 classes, got float32 \(N, 1\).*link: 'sigmoid'/,
    ],
    [
      'a map of classes',
      () => {
        const b = new GraphBuilder('segmentation');
        const [x] = inputs(b, ['N', 3, 8, 8]);
        return b.build({ y: conv(x!, b.constant(wave(5, 3, 1, 1))) });
      },
      /at least 2 classes, got float32 \(N, 5, 8, 8\)/,
    ],
    [
      'two inputs',
      () => {
        const b = new GraphBuilder('two');
        const [x, y] = inputs(b, ['N', 4], ['N', 4]);
        return b.build({ y: linear(b, add(x!, y!)) });
      },
      /one input that 'y' depends on, got x0: float32 \(N, 4\); x1: float32 \(N, 4\)/,
    ],
    [
      'no input',
      () => {
        const b = new GraphBuilder('none');
        inputs(b, ['N', 4]);
        return b.build([b.constant(wave(2, 3)).name]);
      },
      /depends on, got none/,
    ],
  ])('is refused: %s', (_, build, message) => {
    expect(() => inspectClassifier(build())).toThrow(GraphError);
    expect(() => inspectClassifier(build())).toThrow(message);
  });

  test('an input that the prediction does not depend on is passed over', () => {
    const b = new GraphBuilder('unused');
    const [x, , z] = inputs(b, ['N', 4], [1], ['N', 2]);
    const graph = b.build({ logits: linear(b, flatten(x!)), other: relu(z!) });
    expect(inspectClassifier(graph).input.name).toBe('x0');
  });
});

test('describeClassifier', async () => {
  expect(describeClassifier(inspectClassifier(await openModel(modelPath('convnet'))))).toBe(
    `model          convnet, 12 operations, opset 18
input          input: float32 (batch, 1, 16, 16)
batch          any size
logits         output: (batch, 10)
probabilities  none: the softmax of the logits
classes        10
features       /Relu_2_output_0: (batch, 20)
dropout        /drop1/Dropout (0.500), /drop2/Dropout (0.250)
batch-norm     none
derivative     known for every operation
scores         on logits (MCP, margin, energy, temperature); on features (Mahalanobis, KNN, trust score, ConfidNet); on the last layer (Laplace, ViM); by the gradient of the input (ODIN); by MC dropout`,
  );
  const names = inspectClassifier(await openModel(modelPath('mlp')), { classes: ['a', 'b', 'c', 'd'] });
  expect(describeClassifier(names)).toMatch(
    /batch +5 rows a run\n.*behind it Softmax\nprobabilities +output\nclasses +4: a, b, c, d\n/,
  );
});
