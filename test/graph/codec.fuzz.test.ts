import process from 'node:process';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CredenceError } from '#credence/errors/index';
import {
  activateDropout,
  decodeOnnx,
  encodeOnnx,
  float,
  foldConstants,
  gradient,
  int,
  ints,
  prune,
} from '#credence/graph/index';
import type { Attributes, Graph } from '#credence/graph/index';
import { fold, key, uniformInteger } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import { Message, model, node, randomNetwork, residualNetwork, smallNetwork, valueInfo } from './models.js';

const SEED = 20260801;
const FLOAT = 1;
const INT64 = 7;
/** Milliseconds that a refusal may take: it takes a few; a loop over what the file claims would take hours. */
const LIMIT = 5000;

/** Decodes, transforms what was decoded, and is content with a graph or an error of ours. */
function decodeOrRefuse(bytes: Uint8Array, what: string): void {
  attempt(what, () => {
    const graph = decodeOnnx(bytes, { externalData: () => new Uint8Array(16) });
    attempt(what, () => foldConstants(prune(graph)));
    attempt(what, () => activateDropout(graph));
    const [of] = graph.outputs;
    const withRespectTo = graph.inputs.slice(0, 1).map(({ name }) => name);
    if (of !== undefined) attempt(what, () => gradient(graph, { of, withRespectTo }));
    encodeOnnx(graph);
  });
}

function attempt(what: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    if (!(error instanceof CredenceError)) {
      const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      expect.fail(`${what} (seed ${SEED}): ${name}`);
    }
  }
}

const attribute = (name: string, fill: (message: Message) => Message): Message =>
  fill(new Message().text(1, name));
const graphAttribute = (name: string, graph: Message): Message =>
  attribute(name, (m) => m.message(6, graph).int(20, 5));

/** A model with what the others lack: an older opset, a subgraph, a Constant node, external data. */
function mixedModel(): Uint8Array {
  const branch = new Message()
    .message(1, node('Neg', ['h'], ['b']))
    .message(12, valueInfo('b', FLOAT, ['N']));
  const outside = new Message().int(1, 4).int(2, FLOAT).text(8, 'w').int(14, 1);
  outside.message(13, new Message().text(1, 'location').text(2, 'w.bin'));
  const graph = new Message()
    .text(2, 'mixed')
    .message(5, outside)
    .message(11, valueInfo('x', FLOAT, ['N', 4]))
    .message(11, valueInfo('which', 9, []))
    .message(
      1,
      node(
        'Constant',
        [],
        ['c'],
        attribute('value_ints', (m) => m.int(8, -1).int(20, 7)),
      ),
    )
    .message(1, node('Add', ['x', 'w'], ['a']))
    .message(1, node('Reshape', ['a', 'c'], ['h']))
    .message(
      1,
      node(
        'If',
        ['which'],
        ['y'],
        graphAttribute('then_branch', branch),
        graphAttribute('else_branch', branch),
      ),
    )
    .message(12, valueInfo('y', FLOAT, ['N']));
  return model(graph, { opset: 13 });
}

function oldModel(): Uint8Array {
  const part = (op: string, from: string, to: string, attributes: Attributes): Graph['nodes'][number] => ({
    op,
    domain: '',
    name: op,
    inputs: [from],
    outputs: [to],
    attributes,
  });
  return encodeOnnx({
    name: 'old',
    opset: 9,
    domains: {},
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3, 4] }],
    outputs: ['y'],
    nodes: [
      part('Clip', 'x', 'a', { min: float(0) }),
      part('Pad', 'a', 'b', { pads: ints([0, 0, 0, 0, 0, 1]) }),
      part('Slice', 'b', 'c', { starts: ints([0]), ends: ints([2]), axes: ints([1]) }),
      part('Softmax', 'c', 'd', { axis: int(1) }),
      part('ReduceMax', 'd', 'y', { axes: ints([1]) }),
    ],
    constants: new Map(),
    parameters: [],
    types: new Map(),
    metadata: {},
  });
}

const models: readonly (readonly [string, Uint8Array])[] = [
  ['a network', encodeOnnx(smallNetwork())],
  ['a random network', encodeOnnx(randomNetwork())],
  ['a residual network', encodeOnnx(residualNetwork())],
  ['an older model', oldModel()],
  ['a mixed model', mixedModel()],
];

let memory = 0;
beforeAll(() => {
  memory = process.memoryUsage().rss;
});
afterAll(() => {
  // Each model is a few kilobytes: half a gigabyte would be one that was believed.
  expect(process.memoryUsage().rss - memory).toBeLessThan(512 * 2 ** 20);
});

describe('damaged files are read or refused, never anything else', () => {
  test.each(models)('%s cut at every byte', (name, bytes) => {
    decodeOnnx(bytes, { externalData: () => new Uint8Array(16) });
    for (let end = 0; end < bytes.length; end++)
      decodeOrRefuse(bytes.subarray(0, end), `${name}, first ${end} bytes`);
  });

  test.each(models)('%s with flipped bits', (name, bytes) => {
    for (let run = 0; run < 1500; run++) {
      const places = uniformInteger(fold(key(SEED), name, run), 1 + (run % 4), 8 * bytes.length);
      const damaged = bytes.slice();
      for (const place of places) damaged[place >> 3]! ^= 1 << (place & 7);
      decodeOrRefuse(damaged, `${name}, bits ${places.join(', ')}`);
    }
  });

  test.each(models)('%s with replaced and moved pieces', (name, bytes) => {
    for (let run = 0; run < 500; run++) {
      const own = fold(key(SEED), name, 'pieces', run);
      const [from = 0, to = 0, length = 0, fill = 0] = uniformInteger(own, 4, bytes.length);
      const damaged = bytes.slice();
      if (run % 2 === 0) damaged.copyWithin(to, from, from + (length % 64));
      else damaged.fill([0, 255, 128, 8][fill % 4]!, from, from + (length % 12));
      decodeOrRefuse(damaged, `${name}, run ${run}`);
    }
  });

  test('random bytes', () => {
    for (let run = 0; run < 1000; run++) {
      decodeOrRefuse(
        Uint8Array.from(uniformInteger(fold(key(SEED), 'bytes', run), run % 200, 256)),
        `random, run ${run}`,
      );
    }
  });
});

const tensorOf = (
  name: string,
  dtype: number,
  dims: readonly (number | bigint)[],
  raw = new Uint8Array(0),
): Message =>
  dims
    .reduce((m: Message, dim) => m.int(1, dim), new Message())
    .int(2, dtype)
    .text(8, name)
    .bytes(9, raw);

const x = valueInfo('x', FLOAT, ['N', 3]);
const y = valueInfo('y', FLOAT, ['N', 3]);
const identity = node('Identity', ['x'], ['y']);

const integers = (name: string, ...values: readonly number[]): Message =>
  tensorOf(name, INT64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

const chain = (length: number, step: (from: string, to: string) => Message, graph: Message): Message => {
  for (let i = 0; i < length; i++) graph.message(1, step(`v${i}`, `v${i + 1}`));
  return graph.message(12, new Message().text(1, `v${length}`));
};

const withMetadata = (name: string, value: string): Uint8Array =>
  new Message()
    .message(7, new Message().message(11, x).message(1, identity).message(12, y))
    .message(8, new Message().int(2, 18))
    .message(14, new Message().text(1, name).text(2, value))
    .finish();

const nested = (depth: number): Message => {
  let graph = new Message().message(1, identity);
  for (let i = 0; i < depth; i++)
    graph = new Message().message(1, node('If', ['x'], ['y'], graphAttribute('then_branch', graph)));
  return graph.message(11, x).message(12, y);
};

const simple = (...parts: readonly Message[]): Uint8Array => {
  const graph = new Message().message(11, x).message(12, y);
  for (const part of parts) graph.message(1, part);
  return model(graph);
};

describe('hostile files are refused with an error that says why', () => {
  test.each<[string, () => Uint8Array, RegExp]>([
    ['nothing', () => new Uint8Array(0), /no graph/],
    ['no opset', () => new Message().message(7, new Message()).finish(), /no opset/],
    [
      'a constant of 2^40 elements in 4 bytes',
      () => model(new Message().message(5, tensorOf('c', FLOAT, [2 ** 40], new Uint8Array(4)))),
      /1099511627776 elements of raw data/,
    ],
    [
      'sizes whose product is beyond all numbers',
      () =>
        model(
          new Message().message(
            5,
            tensorOf(
              'c',
              FLOAT,
              Array.from({ length: 60 }, () => 2 ** 40),
            ),
          ),
        ),
      /Infinity elements/,
    ],
    [
      'a negative size',
      () => model(new Message().message(5, tensorOf('c', FLOAT, [-1]))),
      /sizes of at least 0/,
    ],
    [
      'a size beyond 2^53',
      () => model(new Message().message(5, tensorOf('c', FLOAT, [2n ** 62n]))),
      /sizes of at least 0/,
    ],
    [
      'elements that do not fill an element',
      () => model(new Message().message(5, tensorOf('c', FLOAT, [1], new Uint8Array(5)))),
      /got 1.25/,
    ],
    [
      'an unknown element type',
      () => model(new Message().message(5, tensorOf('c', 99, [0]))),
      /element type 99/,
    ],
    [
      'a packed list longer than the file',
      () => model(new Message().bytes(5, Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))),
      /valid protobuf/,
    ],
    [
      'a text where a number belongs',
      () => new Message().text(7, 'x').text(8, '\u0012\u0001a').finish(),
      /protobuf/,
    ],
    [
      'a number where a graph belongs',
      () => new Message().int(7, 5).finish(),
      /wire type 0 where type 2 belongs/,
    ],
    [
      'a cycle',
      () => simple(node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Neg', ['a'], ['y'])),
      /input 'b' of node/,
    ],
    ['a value of itself', () => simple(node('Neg', ['y'], ['y'])), /input 'y' of node/],
    ['an input that nobody defines', () => simple(node('Neg', ['z'], ['y'])), /input 'z' of node/],
    ['an output that nobody defines', () => simple(node('Neg', ['x'], ['z'])), /output 'y'/],
    [
      'a value defined twice',
      () => simple(identity, node('Neg', ['x'], ['y'])),
      /'y': expected to be defined once/,
    ],
    [
      'an input defined again',
      () => simple(node('Neg', ['x'], ['x']), identity),
      /'x': expected to be defined once/,
    ],
    [
      'two inputs of one name',
      () => model(new Message().message(11, x).message(11, x).message(1, identity).message(12, y)),
      /'x': expected to be defined once/,
    ],
    [
      'two constants of one name',
      () => model(new Message().message(5, integers('c', 1)).message(5, integers('c', 2))),
      /'c': expected to be defined once/,
    ],
    ['a constant without a name', () => model(new Message().message(5, integers('', 1))), /expected a name/],
    [
      'one output twice',
      () => model(new Message().message(11, x).message(1, identity).message(12, y).message(12, y)),
      /'y' twice/,
    ],
    ['subgraphs 40 deep', () => model(nested(40)), /subgraphs: expected at most 32/],
    ['groups 100,000 deep', () => new Uint8Array(100_000).fill(0x0b), /recursion|protobuf/],
    [
      'more axes than any tensor',
      () =>
        model(
          new Message().message(
            11,
            valueInfo(
              'x',
              FLOAT,
              Array.from({ length: 70 }, () => 1),
            ),
          ),
        ),
      /at most 64 axes/,
    ],
    ['functions of its own', () => new Message().message(25, new Message()).finish(), /functions inlined/],
    ['parameters that are not JSON', () => withMetadata('credence.parameters', '{'), /expected JSON, got \{/],
    [
      'parameters that are no list',
      () => withMetadata('credence.parameters', '{"0": "x", "length": 1}'),
      /a list of names/,
    ],
    [
      'parameters that are no names',
      () => withMetadata('credence.parameters', '[1, null]'),
      /a list of names/,
    ],
    ['JSON 100,000 deep', () => withMetadata('credence.parameters', '['.repeat(100_000)), /expected JSON/],
    [
      'laws that are none',
      () => withMetadata('credence.random', '{"x": {"kind": "bernoulli", "probability": 2}}'),
      /a law for each input/,
    ],
    [
      'a name with a zero byte that hides its end',
      () => simple(node('Neg', ['x'], ['y\0']), node('Neg', ['x'], ['y\0'])),
      /'y\0': expected to be defined once/,
    ],
    ['a name that ends at a zero byte', () => simple(node('Neg', ['x'], ['y\0'])), /output 'y'/],
    ['laws in a list', () => withMetadata('credence.random', '[]'), /a law for each input/],
    ['a law of null', () => withMetadata('credence.random', '{"x": null}'), /a law for each input/],
  ])('%s', (_name, bytes, message) => {
    const hostile = bytes();
    const start = performance.now();
    expect(() => decodeOnnx(hostile)).toThrow(CredenceError);
    expect(() => decodeOnnx(hostile)).toThrow(message);
    expect(performance.now() - start).toBeLessThan(LIMIT);
  });
});

describe('sizes that a model computes are followed without being believed', () => {
  const growing: readonly (readonly [string, () => Uint8Array])[] = [
    [
      'lists that double',
      () =>
        model(
          chain(
            60,
            (from, to) =>
              node(
                'Concat',
                [from, from],
                [to],
                attribute('axis', (m) => m.int(3, 0).int(20, 2)),
              ),
            new Message().message(5, integers('v0', 1, 2)),
          ),
        ),
    ],
    [
      'axes that grow',
      () =>
        model(
          chain(
            200,
            (from, to) => node('Unsqueeze', [from, 'axes'], [to]),
            new Message()
              .message(11, valueInfo('v0', FLOAT, [1]))
              .message(5, integers('axes', ...Array.from({ length: 30 }, (_, i) => i))),
          ),
        ),
    ],
    [
      'sizes that multiply',
      () =>
        model(
          chain(
            60,
            (from, to) => node('Tile', [from, 'times'], [to]),
            new Message().message(11, valueInfo('v0', FLOAT, [1])).message(5, integers('times', 2 ** 30)),
          ),
        ),
    ],
    [
      'a constant of a huge shape',
      () =>
        model(
          new Message()
            .message(5, integers('s', 2 ** 40, 2 ** 12))
            .message(1, node('ConstantOfShape', ['s'], ['y']))
            .message(12, y),
        ),
    ],
    [
      'a huge range',
      () =>
        model(
          new Message()
            .message(5, tensorOf('a', INT64, [], new Uint8Array(8)))
            .message(5, tensorOf('b', INT64, [], new Uint8Array(BigInt64Array.of(2n ** 50n).buffer)))
            .message(5, tensorOf('d', INT64, [], new Uint8Array(BigInt64Array.of(1n).buffer)))
            .message(1, node('Range', ['a', 'b', 'd'], ['y']))
            .message(12, y),
        ),
    ],
    [
      'a huge expansion',
      () =>
        model(
          new Message()
            .message(5, integers('s', 2 ** 40, 1))
            .message(5, integers('c', 1))
            .message(1, node('Expand', ['c', 's'], ['y']))
            .message(12, y),
        ),
    ],
    [
      'a shape of unknown length',
      () =>
        model(
          new Message()
            .message(11, valueInfo('x', FLOAT, [1]))
            .message(11, valueInfo('s', INT64, [2 ** 40]))
            .message(1, node('Reshape', ['x', 's'], ['y']))
            .message(12, y),
        ),
    ],
    [
      'a huge kernel',
      () =>
        simple(
          node(
            'MaxPool',
            ['x'],
            ['y'],
            attribute('kernel_shape', (m) => m.int(8, 2 ** 40).int(20, 7)),
            attribute('pads', (m) =>
              m
                .int(8, 2 ** 40)
                .int(8, 2 ** 40)
                .int(20, 7),
            ),
          ),
        ),
    ],
    [
      'strides of 0',
      () =>
        simple(
          node(
            'MaxPool',
            ['x'],
            ['y'],
            attribute('kernel_shape', (m) => m.int(8, 1).int(20, 7)),
            attribute('strides', (m) => m.int(8, 0).int(20, 7)),
          ),
        ),
    ],
    [
      'steps of 0',
      () =>
        model(
          new Message()
            .message(11, x)
            .message(5, integers('zero', 0))
            .message(1, node('Slice', ['x', 'zero', 'zero', 'zero', 'zero'], ['y']))
            .message(12, y),
        ),
    ],
    [
      'a product of many letters',
      () =>
        simple(
          node(
            'Einsum',
            ['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'],
            ['y'],
            attribute('equation', (m) => m.text(4, 'ab,cd,ef,gh,ij,kl,mn,op->').int(20, 3)),
          ),
        ),
    ],
  ];

  test.each(growing)('%s', (name, bytes) => {
    const hostile = bytes();
    const start = performance.now();
    decodeOrRefuse(hostile, name);
    expect(performance.now() - start).toBeLessThan(LIMIT);
  });

  test('many nodes, inputs and outputs take time in proportion', () => {
    const graph = chain(
      20_000,
      (from, to) => node('Neg', [from], [to]),
      new Message().message(11, valueInfo('v0', FLOAT, ['N'])),
    );
    for (let i = 1; i < 20_000; i++) graph.message(12, new Message().text(1, `v${i}`));
    const bytes = model(graph);
    const start = performance.now();
    expect(decodeOnnx(bytes).outputs.length).toBe(20_000);
    // About 0.3 s; a quadratic step would take minutes.
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

test('a tensor with a size of 0 and a huge one is empty', () => {
  const bytes = model(
    new Message()
      .message(5, tensorOf('c', FLOAT, [0, 2 ** 40]))
      .message(1, node('Neg', ['c'], ['y']))
      .message(12, y),
  );
  expect(decodeOnnx(bytes).constants.get('c')).toEqual(tensor('float32', [0, 2 ** 40], new Float32Array(0)));
});
