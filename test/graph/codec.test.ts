import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { FormatError, GraphError } from '#credence/errors/index';
import {
  decodeOnnx,
  encodeOnnx,
  evaluateReference,
  float,
  GraphBuilder,
  int,
  ints,
  prune,
  referenceArray,
  text,
  toReference,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { openSession } from '#credence/runtime/session';
import { tensor } from '#credence/tensor/index';
import { cases } from './cases/index.js';
import { realise } from './harness.js';
import { Message, model, node, randomNetwork, residualNetwork, smallNetwork, valueInfo } from './models.js';

const FLOAT = 1;

describe('what is encoded is decoded', () => {
  const graphs = [
    smallNetwork(),
    randomNetwork(),
    residualNetwork(),
    ...cases.map((use) => realise(use).graph),
  ];

  test('to the same bytes, types and parameters', () => {
    for (const graph of graphs) {
      const bytes = encodeOnnx(graph);
      const decoded = decodeOnnx(bytes);
      expect(encodeOnnx(decoded), graph.name).toEqual(bytes);
      expect(decoded.parameters).toEqual(graph.parameters);
      expect(decoded.inputs.map(({ name, random }) => [name, random])).toEqual(
        graph.inputs.map(({ name, random }) => [name, random]),
      );
      for (const [name, { dtype, shape }] of graph.types) {
        const unnamed = (dim: number | string): number | string => (`${dim}`.startsWith('?') ? '?' : dim);
        expect(decoded.types.get(name)?.dtype).toBe(dtype);
        expect(decoded.types.get(name)?.shape.map(unnamed)).toEqual(shape.map(unnamed));
      }
    }
  });

  test('attributes of every type, metadata, other domains', () => {
    const value = tensor('int64', [2], BigInt64Array.of(-1n, 2n ** 62n));
    const attributes = {
      an_int: int(-7),
      some_ints: ints([1, -2, 3]),
      a_float: float(0.5),
      some_floats: { type: 'floats', value: [0.5, -1.5] },
      a_text: text('räksmörgås'),
      some_texts: { type: 'strings', value: ['a', ''] },
      a_tensor: { type: 'tensor', value },
      __proto__: int(1),
    } as const;
    const graph: Graph = {
      ...smallNetwork(),
      domains: { 'org.example': 3 },
      metadata: { author: 'x', empty: '' },
      nodes: [
        ...smallNetwork().nodes,
        {
          op: 'Custom',
          domain: 'org.example',
          name: 'custom',
          inputs: ['x', ''],
          outputs: ['z'],
          attributes,
        },
      ],
    };
    const decoded = decodeOnnx(encodeOnnx(graph));
    expect(decoded.nodes.at(-1)).toEqual(graph.nodes.at(-1));
    expect(decoded.metadata).toEqual(graph.metadata);
    expect(decoded.domains).toEqual(graph.domains);
  });

  test('types behind an operation that nothing is known of', () => {
    const own = smallNetwork();
    const foreign = own.nodes.findIndex(({ op }) => op === 'Relu');
    const nodes = own.nodes.map((each, i) =>
      i === foreign ? { ...each, op: 'FastGelu', domain: 'com.microsoft' } : each,
    );
    const read = decodeOnnx(encodeOnnx({ ...own, nodes, domains: { 'com.microsoft': 1 } }));
    for (const [name, { dtype, shape }] of own.types)
      expect(read.types.get(name), name).toMatchObject({ dtype, shape });
    // What is known is not written.
    expect(encodeOnnx(own).length).toBeLessThan(encodeOnnx({ ...own, nodes }).length);
  });

  test('constants of every type, with special values', () => {
    const b = new GraphBuilder('constants');
    const constants = {
      float32: tensor('float32', [3], Float32Array.of(NaN, -0, Infinity)),
      float64: tensor('float64', [], Float64Array.of(1 / 3)),
      float16: tensor('float16', [2], Uint16Array.of(0x3c00, 0xfbff)),
      int8: tensor('int8', [1], Int8Array.of(-128)),
      uint8: tensor('uint8', [1], Uint8Array.of(255)),
      int16: tensor('int16', [1], Int16Array.of(-32768)),
      uint16: tensor('uint16', [1], Uint16Array.of(65535)),
      int32: tensor('int32', [1], Int32Array.of(-(2 ** 31))),
      uint32: tensor('uint32', [1], Uint32Array.of(2 ** 32 - 1)),
      int64: tensor('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
      uint64: tensor('uint64', [1], BigUint64Array.of(2n ** 64n - 1n)),
      bool: tensor('bool', [2], Uint8Array.of(0, 1)),
      empty: tensor('float32', [0, 3], new Float32Array(0)),
    };
    const outputs = Object.entries(constants).map(
      ([name, value]) => b.apply('Identity', [b.constant(value, name)])[0]!,
    );
    const decoded = decodeOnnx(encodeOnnx(b.build(outputs)));
    for (const [name, value] of Object.entries(constants)) expect(decoded.constants.get(name)).toEqual(value);
  });

  test("from a Node Buffer, whose slices share the file's memory", () => {
    const graph = residualNetwork();
    const bytes = encodeOnnx(graph);
    const pooled = Buffer.concat([Buffer.from([1, 2, 3]), bytes]).subarray(3);
    const decoded = decodeOnnx(pooled);
    expect(encodeOnnx(decoded)).toEqual(bytes);
    pooled.fill(0);
    expect(encodeOnnx(decoded)).toEqual(bytes);
  });

  test('a tensor that is a view into a larger buffer', () => {
    const b = new GraphBuilder('view');
    const whole = Float32Array.of(9, 1, 2, 9);
    const value = tensor('float32', [2], whole.subarray(1, 3));
    const decoded = decodeOnnx(encodeOnnx(b.build([b.apply('Neg', [b.constant(value, 'c')])[0]!])));
    expect([...decoded.constants.get('c')!.data]).toEqual([1, 2]);
  });
});

describe('forms that others write', () => {
  const dims = (...sizes: readonly number[]): Message =>
    sizes.reduce((message, size) => message.int(1, size), new Message());
  const floats = (...values: readonly number[]): Uint8Array =>
    new Uint8Array(Float32Array.from(values).buffer);

  const graphOf = (constant: Message, ...more: readonly Message[]): Uint8Array => {
    const graph = new Message().text(2, 'g').message(5, constant.text(8, 'c'));
    for (const each of more) graph.message(1, each);
    return model(graph.message(1, node('Identity', ['c'], ['y'])).message(12, new Message().text(1, 'y')));
  };

  test.each([
    ['unpacked floats', dims(2).int(2, FLOAT).float(4, 1.5).float(4, -2), [1.5, -2]],
    ['packed floats', dims(2).int(2, FLOAT).bytes(4, floats(1.5, -2)), [1.5, -2]],
    [
      'packed dims',
      new Message().bytes(1, Uint8Array.of(1, 2)).int(2, FLOAT).bytes(4, floats(1.5, -2)),
      [1.5, -2],
    ],
    ['bytes as int32', dims(2).int(2, 2).int(5, 7).int(5, 255), [7, 255]],
    ['halves as int32', dims(2).int(2, 10).int(5, 0x3c00).int(5, 0xc000), [1, -2]],
    [
      'int64 data',
      dims(2)
        .int(2, 7)
        .bytes(7, Uint8Array.of(5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)),
      [5, -1],
    ],
    [
      'uint32 as uint64',
      dims(1)
        .int(2, 12)
        .int(11, 2 ** 32 - 1),
      [2 ** 32 - 1],
    ],
    [
      'doubles',
      dims(1)
        .int(2, 11)
        .bytes(10, new Uint8Array(Float64Array.of(0.1).buffer)),
      [0.1],
    ],
  ])('%s', (_name, constant, expected) => {
    expect([...toReference(decodeOnnx(graphOf(constant)).constants.get('c')!).data]).toEqual(expected);
  });

  test.each([
    ['value_float', (m: Message) => m.float(2, 1.5).int(20, 1), [1.5], []],
    ['value_floats', (m: Message) => m.float(7, 1.5).float(7, 2).int(20, 6), [1.5, 2], [2]],
    ['value_int', (m: Message) => m.int(3, -4).int(20, 2), [-4], []],
    [
      'value_ints',
      (m: Message) =>
        m
          .int(8, 3)
          .int(8, 2n ** 63n - 1n)
          .int(20, 7),
      [3, 2 ** 63],
      [2],
    ],
    ['value', (m: Message) => m.message(5, dims(1).int(2, FLOAT).float(4, 3)).int(20, 4), [3], [1]],
  ] as const)('Constant nodes: %s', (name, fill, expected, shape) => {
    const attribute = fill(new Message().text(1, name));
    const graph = new Message().message(1, node('Constant', [], ['c'], attribute));
    graph.message(1, node('Identity', ['c'], ['y'])).message(12, new Message().text(1, 'y'));
    const decoded = decodeOnnx(model(graph));
    expect(decoded.nodes.map(({ op }) => op)).toEqual(['Identity']);
    expect(decoded.constants.get('c')!.shape).toEqual(shape);
    expect([...toReference(decoded.constants.get('c')!).data]).toEqual(expected);
  });

  test('a largest integer stays the largest', () => {
    const attribute = new Message()
      .text(1, 'value_ints')
      .int(8, 2n ** 63n - 1n)
      .int(20, 7);
    const graph = new Message().message(1, node('Constant', [], ['c'], attribute));
    graph.message(1, node('Identity', ['c'], ['y'])).message(12, new Message().text(1, 'y'));
    expect(decodeOnnx(model(graph)).constants.get('c')!.data[0]).toBe(2n ** 63n - 1n);
  });

  test('initialisers among the inputs, sizes that are not known', () => {
    const graph = new Message()
      .message(5, dims(2).int(2, FLOAT).bytes(4, floats(1, 2)).text(8, 'c'))
      .message(11, valueInfo('x', FLOAT, [-1, undefined, 'N', 2]))
      .message(11, valueInfo('c', FLOAT, [2]))
      .message(1, node('Add', ['x', 'c'], ['y']))
      .message(12, valueInfo('y', FLOAT, [undefined, undefined, 'N', 2]));
    const decoded = decodeOnnx(model(graph));
    expect(decoded.inputs.map(({ name }) => name)).toEqual(['x']);
    const [first, second, ...known] = decoded.types.get('y')!.shape;
    expect(first).not.toBe(second);
    expect(known).toEqual(['N', 2]);
  });

  test('strings are kept for the runtime', async () => {
    const strings = dims(1).int(2, 8).text(6, 'a word');
    const attribute = new Message().text(1, 'value').message(5, strings).int(20, 4);
    const graph = new Message()
      .text(2, 'g')
      .message(1, node('Constant', [], ['s'], attribute))
      .message(1, node('Equal', ['s', 's'], ['same']))
      .message(11, valueInfo('x', FLOAT, ['N']))
      .message(1, node('Neg', ['x'], ['y']))
      .message(12, valueInfo('y', FLOAT, ['N']))
      .message(12, valueInfo('same', 9, [1]));
    const decoded = decodeOnnx(model(graph));
    expect(decoded.nodes.map(({ op }) => op)).toContain('Constant');
    expect(encodeOnnx(decodeOnnx(encodeOnnx(decoded)))).toEqual(encodeOnnx(decoded));
    await using session = await openSession(prune(decoded, { outputs: ['y'] }));
    expect([...(await session.run({ x: tensor('float32', [1], Float32Array.of(2)) }))['y']!.data]).toEqual([
      -2,
    ]);
  });

  test('a subgraph keeps what it reads from the graph around it', async () => {
    const branch = (op: string): Message => {
      const inner = new Message().text(2, op).message(1, node(op, ['hidden'], [`${op}_y`]));
      return inner.message(12, valueInfo(`${op}_y`, FLOAT, ['N']));
    };
    const attribute = (name: string, graph: Message): Message =>
      new Message().text(1, name).message(6, graph).int(20, 5);
    const graph = new Message()
      .text(2, 'g')
      .message(11, valueInfo('x', FLOAT, ['N']))
      .message(11, valueInfo('which', 9, []))
      .message(1, node('Exp', ['x'], ['hidden']))
      .message(
        1,
        node(
          'If',
          ['which'],
          ['y'],
          attribute('then_branch', branch('Neg')),
          attribute('else_branch', branch('Abs')),
        ),
      )
      .message(12, valueInfo('y', FLOAT, ['N']));
    for (const opset of [13, 18]) {
      const decoded = decodeOnnx(model(graph, { opset }));
      expect(decoded.opset).toBe(opset);
      const pruned = prune(decoded);
      expect(pruned.nodes.map(({ op }) => op)).toEqual(['Exp', 'If']);
      await using session = await openSession(pruned);
      const which = tensor('bool', [], Uint8Array.of(1));
      const { y } = await session.run({ x: tensor('float32', [1], Float32Array.of(0)), which });
      expect(y!.data[0]).toBe(-1);
    }
    const unknown = new Message().message(
      1,
      node('If', ['x'], ['y'], attribute('then_branch', branch('Neg'))),
    );
    unknown.message(11, valueInfo('x', 9, [])).message(12, valueInfo('y', FLOAT, ['N']));
    expect(() => decodeOnnx(model(unknown))).toThrow(/input 'hidden' of node/);
  });

  test('float16 models are read, folded and derived', () => {
    const b = new GraphBuilder('half');
    const weight = b.constant(tensor('float16', [2], Uint16Array.of(0x3c00, 0xc000)), 'w');
    const graph = b.build([b.apply('Mul', [b.input('x', 'float16', [2]), weight])[0]!]);
    const feeds = { x: referenceArray('float16', [2], [3, 5]) };
    expect([...evaluateReference(decodeOnnx(encodeOnnx(graph)), feeds).get(graph.outputs[0]!)!.data]).toEqual(
      [3, -10],
    );
  });
});

describe('external data', () => {
  const external = (location: string, entries: Readonly<Record<string, string>> = {}): Uint8Array => {
    const constant = new Message().int(1, 2).int(2, FLOAT).text(8, 'c').int(14, 1);
    for (const [key, value] of Object.entries({ location, ...entries })) {
      constant.message(13, new Message().text(1, key).text(2, value));
    }
    const graph = new Message().message(5, constant).message(1, node('Identity', ['c'], ['y']));
    return model(graph.message(12, new Message().text(1, 'y')));
  };

  test('is asked for by its place', () => {
    const asked: unknown[] = [];
    const graph = decodeOnnx(external('weights/a.bin', { offset: '16', length: '8' }), {
      externalData: (...place) => {
        asked.push(place);
        return new Uint8Array(Float32Array.of(1, 2).buffer);
      },
    });
    expect(asked).toEqual([['weights/a.bin', 16, 8]]);
    expect([...graph.constants.get('c')!.data]).toEqual([1, 2]);
  });

  test('too short, or not at hand, is an error', () => {
    expect(() => decodeOnnx(external('a.bin'), { externalData: () => new Uint8Array(7) })).toThrow(
      FormatError,
    );
    expect(() => decodeOnnx(external('a.bin'))).toThrow(/open the model by its path/);
  });

  test.each([
    '/etc/passwd',
    '../secret',
    'a/../../secret',
    '..\\secret',
    'C:\\secret',
    'C:secret',
    '\\\\host\\share',
    '',
    'a\0b',
    'a//b',
  ])('never reaches for %j', (location) => {
    const reached: string[] = [];
    const externalData = (path: string): Uint8Array => {
      reached.push(path);
      return new Uint8Array(8);
    };
    expect(() => decodeOnnx(external(location), { externalData })).toThrow(FormatError);
    expect(reached).toEqual([]);
  });

  test.each([{ offset: '-1' }, { offset: 'x' }, { length: '1e400' }, { length: '-8' }, { length: '0.5' }])(
    'refuses %j',
    (entries) => {
      expect(() => decodeOnnx(external('a.bin', entries), { externalData: () => new Uint8Array(8) })).toThrow(
        FormatError,
      );
    },
  );
});

test('constants of 2 GiB are refused before anything is written', () => {
  const b = new GraphBuilder('large');
  // Pages of zeros that nobody touches take no memory.
  const halves = [0, 1].map((i) => b.constant(tensor('uint8', [2 ** 30], new Uint8Array(2 ** 30)), `c${i}`));
  const graph = b.build(halves.map((half) => b.apply('Identity', [half])[0]!));
  expect(() => encodeOnnx(graph)).toThrow(FormatError);
  expect(() => encodeOnnx(graph)).toThrow(/less than 2 GiB together.*got 2\.00 GiB/);
});

test('GraphErrors of a model name the operation, the types and the place', () => {
  const graph = new Message()
    .text(2, 'broken')
    .message(11, valueInfo('x', FLOAT, ['N', 3]))
    .message(11, valueInfo('w', FLOAT, [4, 2]))
    .message(1, node('MatMul', ['x', 'w'], ['y']))
    .message(12, valueInfo('y', FLOAT, ['N', 2]));
  expect(() => decodeOnnx(model(graph))).toThrow(GraphError);
  expect(() => decodeOnnx(model(graph))).toThrow(
    /MatMul\(float32 \(N, 3\), float32 \(4, 2\)\).*equal inner sizes.*node 'y' of graph 'broken'/,
  );
});
