import { describe, expect, test } from 'vitest';
import { ConfigurationError, GraphError, ShapeError } from '#credence/errors/index';
import {
  activateDropout,
  bindParameters,
  cutAtRandom,
  cutAtTrained,
  decodeOnnx,
  dropIdentities,
  dropout,
  dropoutLayers,
  encodeOnnx,
  evaluateReference,
  expose,
  extract,
  flatLayout,
  flattenParameters,
  foldConstants,
  gradient,
  gradientName,
  GraphBuilder,
  merge,
  named,
  packParameters,
  PARAMETERS,
  parametersOf,
  prune,
  relu,
  removeDropout,
  reshape,
  shapeOf,
  underivedOperations,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { bernoulli, fold, key } from '#credence/random/index';
import { openSession } from '#credence/runtime/session';
import type { Feeds, Fetches } from '#credence/runtime/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { draws, randomNetwork, residualNetwork, smallNetwork } from './models.js';

async function run(graph: Graph, feeds: Feeds): Promise<Fetches> {
  await using session = await openSession(graph);
  const fetched = await session.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!])));
  return fetched;
}

const mask = (name: string, keep: number): Tensor =>
  tensor('uint8', [5, 4], bernoulli(fold(key(1), name), keep, 5, 4));
const feeds: Feeds = {
  x: draws('x', [5, 3]),
  image: draws('image', [4, 2, 6, 6]),
  'drop1/mask': mask('drop1', 0.5),
  'drop2/mask': mask('drop2', 0.75),
};

/** float32 outputs that differ by no more than the order of sums does: 20 terms of a few units. */
function expectSame(got: Fetches, expected: Fetches): void {
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(got[name]!.shape).toEqual(shape);
    [...(data as Float32Array)].forEach((x, i) => {
      expect(Math.abs(Number(got[name]!.data[i]) - x)).toBeLessThanOrEqual(2 ** -23 * 20 * 4);
    });
  }
}

describe('on ONNX Runtime a transformed graph gives what the untransformed one gives', () => {
  test.each<[string, Graph, (graph: Graph) => Graph]>([
    ['prune', randomNetwork(), (graph) => prune(graph)],
    ['foldConstants', randomNetwork(), foldConstants],
    ['foldConstants of a network with constants', residualNetwork(), foldConstants],
    ['dropIdentities', randomNetwork(), dropIdentities],
    ['removeDropout', smallNetwork(), removeDropout],
    ['bindParameters', randomNetwork(), (graph) => bindParameters(graph, parametersOf(graph))],
    ['encode and decode', randomNetwork(), (graph) => decodeOnnx(encodeOnnx(graph))],
  ])('%s', async (_name, graph, transform) => {
    const transformed = transform(graph);
    expect(transformed.outputs).toEqual(graph.outputs);
    expectSame(await run(transformed, feeds), await run(graph, feeds));
  });

  test('expose', async () => {
    const { logits, fc1 } = await run(expose(randomNetwork(), 'Relu'), feeds).then((all) => ({
      logits: all['logits']!,
      fc1: all['Relu']!,
    }));
    expect(fc1.shape).toEqual([5, 4]);
    expectSame({ logits }, await run(randomNetwork(), feeds));
  });

  test.each([
    ['cutAtRandom', cutAtRandom, ['x'], ['drop1/mask', 'drop2/mask']],
    ['cutAtTrained', cutAtTrained, [], ['drop1/mask', 'drop2/mask', 'x']],
  ] as const)('%s', async (_name, cut, trunkInputs, headInputs) => {
    const { trunk, head } = cut(randomNetwork());
    expect(trunk.inputs.map(({ name }) => name)).toEqual(trunkInputs);
    expect(
      head.inputs
        .map(({ name }) => name)
        .filter((name) => !trunk.outputs.includes(name))
        .toSorted(),
    ).toEqual(headInputs);
    const passed = trunk.nodes.length === 0 ? {} : await run(trunk, feeds);
    expectSame(await run(head, { ...feeds, ...passed }), await run(randomNetwork(), feeds));
  });

  test('cutAtRandom of an output in front of the random layers', async () => {
    const graph = expose(randomNetwork(), 'Relu');
    const { trunk, head } = cutAtRandom(graph);
    expectSame(await run(head, { ...feeds, ...(await run(trunk, feeds)) }), await run(graph, feeds));
  });

  test('flattenParameters', async () => {
    const graph = randomNetwork();
    const layout = flatLayout(graph);
    const flat = tensor('float32', [layout.size], packParameters(layout, parametersOf(graph)));
    expect(layout.size).toBe(12 + 4 + 16 + 4 + 8 + 2);
    expectSame(
      await run(flattenParameters(graph), { ...feeds, [PARAMETERS]: flat }),
      await run(graph, feeds),
    );
  });

  test('merge', async () => {
    const b = new GraphBuilder('second');
    const graph = b.build({ scores: relu(b.input('logits', 'float32', ['B', 2])) });
    const merged = merge(randomNetwork(), graph, { logits: 'logits' });
    const { logits, scores } = await run(merged, feeds);
    expectSame({ logits: logits! }, await run(randomNetwork(), feeds));
    expect([...scores!.data]).toEqual([...(logits!.data as Float32Array)].map((x) => Math.max(x, 0)));
  });

  test('activateDropout with masks of ones is the scaled network, with shared masks one network', async () => {
    const shared = activateDropout(smallNetwork(), { masks: 'shared' });
    expect(shared.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['x', ['N', 3]],
      ['drop1/mask', [1, 4]],
      ['drop2/mask', [1, 4]],
    ]);
    const row = (name: string, rows: number): Tensor =>
      tensor(
        'uint8',
        [rows, 4],
        Uint8Array.from({ length: 4 * rows }, (_, i) => Number((i % 4) + name.length > 6)),
      );
    const masks = (rows: number): Feeds => ({
      'drop1/mask': row('drop1', rows),
      'drop2/mask': row('drop22', rows),
    });
    expectSame(
      await run(shared, { ...feeds, ...masks(1) }),
      await run(randomNetwork(), { ...feeds, ...masks(5) }),
    );
  });
});

describe('dropout', () => {
  test('no layer to activate is an error: MC dropout would silently do nothing', () => {
    const graph = removeDropout(smallNetwork());
    expect(() => activateDropout(graph)).toThrow(GraphError);
    expect(() => activateDropout(graph)).toThrow(/expected at least one Dropout layer, got none/);
    expect(removeDropout(graph)).toEqual(graph);
  });

  test('layers are found with their rates, from an input, an attribute or the default', () => {
    expect(dropoutLayers(smallNetwork())).toEqual([
      { name: 'drop1', rate: 0.5 },
      { name: 'drop2', rate: 0.25 },
    ]);
    const b = new GraphBuilder('defaults');
    const x = b.input('x', 'float16', ['N']);
    const half = b.constant(tensor('float16', [], Uint16Array.of(0x3400)));
    const y = b.apply(
      'Dropout',
      [b.apply('Dropout', [x], {}, { name: 'first' })[0], half],
      {},
      { name: 'second' },
    )[0]!;
    expect(dropoutLayers(b.build([y]))).toEqual([
      { name: 'first', rate: 0.5 },
      { name: 'second', rate: 0.25 },
    ]);
  });

  test.each([1, 1.5, -0.1, NaN])('a rate of %s is refused', (rate) => {
    const b = new GraphBuilder('rate');
    const graph = b.build([dropout(b.input('x', 'float32', ['N']), rate)]);
    expect(() => activateDropout(graph)).toThrow(ConfigurationError);
    expect(() => activateDropout(graph)).toThrow(/rate: expected a number of \[0, 1\)/);
  });

  test('an output that is a layer keeps its name', () => {
    const graph = expose(smallNetwork(), 'drop1');
    expect(activateDropout(graph).outputs).toEqual(['logits', 'drop1']);
    expect(removeDropout(graph).outputs).toEqual(['logits', 'drop1']);
  });

  test('a mask that is read is an error', () => {
    const b = new GraphBuilder('mask');
    const [y, kept] = b.apply('Dropout', [b.input('x', 'float32', ['N'])], {}, { outputs: 2 });
    expect(() => removeDropout(b.build([y!, kept!]))).toThrow(/its first output alone in use/);
    expect(removeDropout(b.build([y!])).outputs).toEqual(['Dropout']);
  });
});

describe('names that are not known', () => {
  const graph = smallNetwork();
  test.each<[string, () => unknown, RegExp]>([
    ['expose', () => expose(graph, 'logit'), /got 'logit'; did you mean 'logits'/],
    ['prune', () => prune(graph, { outputs: ['drop3'] }), /got 'drop3'; did you mean 'drop1'/],
    ['extract', () => extract(graph, ['Relo'], ['logits']), /did you mean 'Relu'/],
    ['gradient of', () => gradient(graph, { of: 'logit', withRespectTo: ['x'] }), /did you mean 'logits'/],
    [
      'gradient by',
      () => gradient(graph, { of: 'logits', withRespectTo: ['fc1.weigth'] }),
      /did you mean 'fc1.weight'/,
    ],
    ['merge', () => merge(graph, smallNetwork(), { y: 'logits' }), /one of its inputs \(x\), got 'y'/],
    ['merge, its source', () => merge(graph, smallNetwork(), { x: 'logitz' }), /did you mean 'logits'/],
    ['build', () => new GraphBuilder('empty').build(['y']), /output: expected a value, got 'y'/],
  ])('%s', (_name, use, message) => {
    expect(use).toThrow(GraphError);
    expect(use).toThrow(message);
  });

  test('parameters that are missing, extra or misshapen are all listed', () => {
    const wrong = new Map(parametersOf(graph));
    wrong.delete('fc2.bias');
    wrong.set('fc1.weight', draws('w', [3, 4]));
    wrong.set('fc3.wieght', draws('w', [2]));
    expect(() => bindParameters(graph, wrong)).toThrow(ShapeError);
    expect(() => bindParameters(graph, wrong)).toThrow(
      /'fc1\.weight' should be float32 \(4, 3\) and is float32 \(3, 4\); 'fc2\.bias' \(4\) is missing; .*did you mean 'fc3\.weight'/,
    );
    expect(() => bindParameters(graph, new Map([['fc4', draws('w', [1])]]), { partial: true })).toThrow(
      /'fc4' is not a parameter/,
    );
    expect(() => packParameters(flatLayout(graph), new Map())).toThrow(/parameter 'fc1\.weight'/);
  });
});

describe('names that are taken', () => {
  const b = new GraphBuilder('names');
  const x = b.input('x', 'float32', ['N']);
  const y = named(x, 'y');

  test.each<[string, () => unknown, RegExp]>([
    ['an input', () => b.input('y', 'float32', []), /name: expected a new one, got 'y'/],
    ['a parameter', () => b.parameter('x', draws('x', [1])), /name: expected a new one, got 'x'/],
    ['an output', () => b.build({ y: x }), /output 'y': expected a name that is not taken/],
    ['an output twice', () => b.build([y, y]), /expected different values, got 'y' twice/],
    [
      'a value of another graph',
      () => new GraphBuilder('other').apply('Neg', [x]),
      /expected a value of graph 'other'/,
    ],
  ])('%s is an error', (_name, use, message) => {
    expect(use).toThrow(GraphError);
    expect(use).toThrow(message);
  });

  test('inner values get a number', () => {
    expect(relu(x).name).toBe('Relu');
    expect(relu(x).name).toBe('Relu:1');
    expect(b.scope('block', () => relu(x)).name).toBe('block/Relu');
  });
});

test('merging what does not fit is an error', () => {
  const b = new GraphBuilder('second');
  b.input('x', 'float64', ['N', 3]);
  const other = b.build([b.apply('Neg', [b.input('z', 'float32', ['N', 2])])[0]!]);
  expect(() => merge(smallNetwork(), other)).toThrow(
    /input 'x': expected float64 \(N, 3\), got float32 \(N, 3\)/,
  );
  const c = new GraphBuilder('third');
  const third = c.build([c.apply('Neg', [c.input('z', 'float32', ['N', 7])])[0]!]);
  expect(() => merge(smallNetwork(), third, { z: 'logits' })).toThrow(
    /input 'z': expected float32 \(N, 7\), got float32 \(N, 2\)/,
  );
  expect(() => merge(smallNetwork(), smallNetwork())).toThrow(/a new one, got 'fc1\.weight'/);
});

test('a graph can be applied twice, its constants shared', () => {
  const network = residualNetwork();
  const b = GraphBuilder.from(network);
  const second = b.append({ ...network, parameters: [] }, new Map([['image', b.value('image')]]));
  expect(second.get('logits')).toBe('logits:1');
  const graph = b.build(['logits', 'logits:1']);
  expect(graph.constants.size).toBe(network.constants.size);
  expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
});

describe('folding', () => {
  test('takes what depends on known sizes, and not what is too large or a parameter', () => {
    const b = new GraphBuilder('fold');
    const x = b.input('x', 'float32', ['N', 6]);
    const sizes = b.apply(
      'Concat',
      [b.apply('Shape', [x], { start: { type: 'int', value: 1 } })[0], shapeOf(b.constant(draws('c', [1])))],
      {
        axis: { type: 'int', value: 0 },
      },
    )[0]!;
    const kept = b.apply('Neg', [b.parameter('p', draws('p', [2]))])[0]!;
    const large = b.apply('Expand', [
      b.constant(draws('one', [1])),
      b.constant(tensor('int64', [1], BigInt64Array.of(2n ** 40n))),
    ])[0]!;
    const graph = b.build([
      reshape(
        x,
        b.apply('Concat', [b.constant(tensor('int64', [1], BigInt64Array.of(-1n))), sizes], {
          axis: { type: 'int', value: 0 },
        })[0]!,
      ),
      kept,
      large,
    ]);
    const folded = foldConstants(graph);
    expect(folded.nodes.map(({ op }) => op)).toEqual(['Neg', 'Expand', 'Reshape']);
    const target = folded.constants.get(folded.nodes.at(-1)!.inputs[1]!)!;
    expect([...target.data]).toEqual([-1n, 6n, 1n]);
  });

  test('keeps the largest integer, which stands for the end', () => {
    const b = new GraphBuilder('end');
    const end = b.constant(tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)));
    const x = b.input('x', 'float32', [5]);
    const zero = b.constant(tensor('int64', [1], BigInt64Array.of(0n)));
    const graph = foldConstants(b.build([b.apply('Slice', [x, zero, b.apply('Identity', [end])[0]])[0]!]));
    expect(graph.constants.get(graph.nodes[0]!.inputs[2]!)!.data[0]).toBe(2n ** 63n - 1n);
  });
});

describe('derivatives that are missing', () => {
  const custom = (graph: Graph): Graph => {
    const node = {
      op: 'Custom',
      domain: 'org.example',
      name: 'mine',
      inputs: ['logits'],
      outputs: ['z'],
      attributes: {},
    };
    const b = GraphBuilder.from({ ...graph, domains: { 'org.example': 1 }, nodes: [...graph.nodes, node] });
    return b.build([...graph.outputs, 'z']);
  };

  test('are listed, all of them', () => {
    const b = new GraphBuilder('missing');
    const x = b.input('x', 'float32', [3]);
    const range = b.apply(
      'Range',
      [reshape(x, [3]), reshape(x, [3]), reshape(x, [3])].map(
        (v) => b.apply('ReduceSum', [v], { keepdims: { type: 'int', value: 0 } })[0]!,
      ),
    )[0]!;
    const unknown = {
      op: 'Custom',
      domain: 'org.example',
      name: 'mine',
      inputs: [range.name],
      outputs: ['z'],
      attributes: {},
    };
    const before = b.build([range]);
    const graph: Graph = {
      ...before,
      nodes: [...before.nodes, unknown],
      outputs: ['z'],
      types: new Map([...before.types, ['z', { dtype: 'float32', shape: [3] }]]),
    };
    const use = { of: 'z', withRespectTo: ['x'] };
    expect(underivedOperations(graph, use).map(({ op, reason }) => `${reason} ${op}`)).toEqual([
      'no rule for Range',
      'no rule for Custom',
    ]);
    expect(() => gradient(graph, use)).toThrow(
      /a rule for every operation on the way, got no rule for Range 'Range', no rule for Custom 'mine'/,
    );
  });

  test('are none beside the way, or where nothing flows', () => {
    const graph = custom(smallNetwork());
    expect(underivedOperations(graph, { of: 'logits', withRespectTo: ['x'] })).toEqual([]);
    expect(gradient(graph, { of: 'logits', withRespectTo: ['x'] }).outputs).toContain(gradientName('x'));
    const b = new GraphBuilder('flat');
    const x = b.input('x', 'float32', [3]);
    const counted = b.apply('Cast', [b.apply('NonZero', [x])[0]], { to: { type: 'int', value: 1 } })[0]!;
    expect(underivedOperations(b.build([counted]), { of: counted.name, withRespectTo: ['x'] })).toEqual([]);
  });

  test('of a value that is not a number of floating point', () => {
    const b = new GraphBuilder('integers');
    const graph = b.build([shapeOf(b.input('x', 'float32', ['N']))]);
    expect(() => gradient(graph, { of: graph.outputs[0]!, withRespectTo: ['x'] })).toThrow(
      /expected a floating-point value, got int64 \(1\)/,
    );
  });

  test('a value that nothing depends on has gradient 0', () => {
    const b = new GraphBuilder('apart');
    const [x, z] = [b.input('x', 'float32', ['N', 2]), b.input('z', 'float32', ['N'])];
    const graph = gradient(b.build([relu(x)]), { of: 'Relu', withRespectTo: ['z', 'x', 'Relu'] });
    expect(z.name).toBe('z');
    const zeros = { dtype: 'float32', shape: [3], data: new Float64Array(3) } as const;
    const values = evaluateReference(graph, {
      x: { ...zeros, shape: [3, 2], data: new Float64Array(6).fill(1) },
      z: zeros,
    });
    expect(values.get(gradientName('z'))).toEqual(zeros);
    expect([...values.get(gradientName('Relu'))!.data]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

test('metadata and other domains survive every transformation', () => {
  const graph: Graph = { ...smallNetwork(), metadata: { trained: 'yes' }, domains: { 'org.example': 2 } };
  const transformed = [
    activateDropout(graph),
    removeDropout(graph),
    prune(graph),
    expose(graph, 'drop1'),
    foldConstants(graph),
    flattenParameters(graph),
    bindParameters(graph, parametersOf(graph)),
    dropIdentities(graph),
    cutAtTrained(graph).head,
    merge(graph, foldConstants(new GraphBuilder('nothing').build([]))),
    gradient(graph, { of: 'logits', withRespectTo: ['x'] }),
  ];
  for (const { metadata, domains, opset } of transformed) {
    expect({ metadata, domains, opset }).toEqual({
      metadata: { trained: 'yes' },
      domains: { 'org.example': 2 },
      opset: 18,
    });
  }
});
