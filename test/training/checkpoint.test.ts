import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, DataError, FormatError, ShapeError } from '#credence/errors/index';
import { decodeSafetensors, encodeSafetensors } from '#credence/formats/index';
import {
  bindParameters,
  flatLayout,
  GraphBuilder,
  mul,
  parametersOf,
  reduceSum,
} from '#credence/graph/index';
import type { FlatLayout, Graph } from '#credence/graph/index';
import { key, normal } from '#credence/random/index';
import { elementCount, tensor, zeros } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import {
  adam,
  adamW,
  decodeCheckpoint,
  decodeParameters,
  encodeCheckpoint,
  encodeParameters,
  initialState,
  runSettings,
  sgd,
} from '#credence/training/index';
import type { RunSettings, TrainingState } from '#credence/training/index';
import { bytesOf, data, objective } from './problems.js';

const graph = objective();
const layout = flatLayout(graph);
const options = { optimiser: adam({ learningRate: 0.01 }), batchSize: 8, shards: 3, key: key(7) };
const feeds = data(20);
const settings = runSettings(graph, feeds, options);
const state: TrainingState = {
  step: 5,
  parameters: Float32Array.from(normal(key(1), layout.size)),
  slots: [2, 3].map((seed) => Float32Array.from(normal(key(seed), layout.size))),
  losses: Float32Array.of(5, 4, 3, 2, 1),
};
const where = 'run/checkpoint.safetensors';

/** The checkpoint with its tensors and texts changed before it is written again. */
function changed(
  change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(layout, state, settings));
  const [ownTensors, ownMetadata] = [new Map(tensors), { ...metadata }];
  change(ownTensors, ownMetadata);
  return encodeSafetensors({ tensors: ownTensors, metadata: ownMetadata });
}

const decode = (bytes: Uint8Array, own: RunSettings = settings): TrainingState =>
  decodeCheckpoint(bytes, layout, own, { where });

describe('a checkpoint', () => {
  test('comes back byte for byte, whatever it holds', () => {
    const shape = fc.array(fc.nat(4), { maxLength: 3 });
    const name = fc
      .string({ minLength: 1 })
      .filter((text) => text !== 'losses' && text !== '__metadata__' && !text.startsWith('slot/'));
    const layouts = fc
      .uniqueArray(fc.record({ name, shape }), { selector: (piece) => piece.name, maxLength: 5 })
      .map((pieces): FlatLayout => {
        let size = 0;
        const placed = pieces.map((piece) => {
          const offset = size;
          size += elementCount(piece.shape);
          return { ...piece, offset };
        });
        return { size, pieces: placed };
      });
    const slots = fc.uniqueArray(fc.constantFrom('m', 'v', 'momentum'));
    const values = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(layouts, slots, values, fc.nat(20), fc.nat(), (own, names, texts, step, seed) => {
        const draw = (n: number, i: number): Float32Array => Float32Array.from(normal(key(seed + i), n));
        const given: TrainingState = {
          step,
          parameters: draw(own.size, 0),
          slots: names.map((_, i) => draw(own.size, i + 1)),
          losses: draw(step, 9),
        };
        const ownSettings = { slots: names, values: texts };
        const bytes = encodeCheckpoint(own, given, ownSettings);
        expect(bytesOf(decodeCheckpoint(bytes, own, ownSettings))).toEqual(bytesOf(given));
        expect(encodeCheckpoint(own, given, ownSettings)).toEqual(bytes);
      }),
    );
  });

  test('is a file of named tensors and texts that other tools read', () => {
    const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(layout, state, settings));
    const parameters = ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias', 'fc3.weight', 'fc3.bias'];
    expect([...tensors.keys()]).toEqual([
      ...parameters,
      ...parameters.map((name) => `slot/m/${name}`),
      ...parameters.map((name) => `slot/v/${name}`),
      'losses',
    ]);
    expect(tensors.get('fc1.weight')).toEqual(tensor('float32', [17, 3], state.parameters.slice(0, 51)));
    expect(tensors.get('slot/v/fc3.bias')).toEqual(tensor('float32', [4], state.slots[1]!.slice(-4)));
    expect(metadata).toMatchObject({
      'credence.checkpoint': '1',
      step: '5',
      'setting.optimiser': 'adam',
      'setting.optimiser.learningRate': '0.01',
      'setting.batchSize': '8',
      'setting.shards': '3',
      'setting.key': '0 7',
      'setting.examples': '20',
    });
  });

  test('does not share memory with the file', () => {
    const bytes = encodeCheckpoint(layout, state, settings);
    const decoded = decode(bytes);
    bytes.fill(0);
    expect(bytesOf(decoded)).toEqual(bytesOf(state));
  });

  test('of a network with a parameter of a reserved name is refused', () => {
    const own = { size: 1, pieces: [{ name: 'losses', shape: [1], offset: 0 }] };
    const one = { ...state, parameters: new Float32Array(1), slots: [] };
    expect(() => encodeCheckpoint(own, one, { slots: [], values: {} })).toThrow(ConfigurationError);
  });
});

describe('settings that differ', () => {
  const bytes = encodeCheckpoint(layout, state, settings);
  const other = (
    change: Partial<typeof options>,
    ownFeeds = feeds,
    ownGraph = graph,
  ): (() => TrainingState) => {
    const own = runSettings(ownGraph, ownFeeds, { ...options, ...change });
    return () => decode(bytes, own);
  };

  test.each([
    [{ batchSize: 10 }, 'expected batchSize 10, got batchSize 8'],
    [{ shards: 1 }, 'expected shards 1, got shards 3'],
    [{ key: key(2 ** 32 + 8) }, 'expected key 1 8, got key 0 7'],
    [
      { optimiser: adam({ learningRate: 0.1 }) },
      'expected optimiser.learningRate 0.1, got optimiser.learningRate 0.01',
    ],
    [
      { optimiser: adamW({ learningRate: 0.01 }) },
      'expected optimiser adamw, optimiser.weightDecay 0.01, got optimiser adam, optimiser.weightDecay 0',
    ],
  ])('%j', (change, message) => {
    expect(other(change)).toThrow(ConfigurationError);
    expect(other(change)).toThrow(
      `checkpoint: settings: ${message} (${where}); go on with the settings that it was made with, or begin anew`,
    );
  });

  test('another optimiser says which, and what only one of them has', () => {
    expect(other({ optimiser: sgd({ learningRate: 0.01, momentum: 0.9 }) })).toThrow(
      /expected optimiser sgd, .*optimiser.momentum 0.9.*, got optimiser adam, .*optimiser.momentum \(none\)/,
    );
  });

  test('the number of examples, the data themselves and the objective', () => {
    expect(other({}, data(21))).toThrow(/expected examples 21, .*data.x float32 \(21, 3\)/);
    const { x, label } = data(20);
    (label!.data as Uint8Array)[3]! ^= 1;
    expect(other({}, { x: x!, label: label! })).toThrow(
      /expected data.label uint8 \(20\) [0-9a-f]{8}, got data.label uint8/,
    );
    // Of the same shapes, but another function.
    const builder = GraphBuilder.from(graph);
    const two = builder.constant(tensor('float32', [], Float32Array.of(2)));
    const doubled = builder.build({ loss2: mul(builder.value('loss'), two) });
    expect(other({}, feeds, { ...doubled, outputs: ['loss2'] })).toThrow(
      /expected objective [0-9a-f]{8}, got objective/,
    );
  });

  test('but not other initial parameters, another name or more epochs', () => {
    const renamed = { ...objective(2), name: 'other', metadata: { note: 'mine' } };
    expect(runSettings(renamed, feeds, options)).toEqual(settings);
    expect(bytesOf(other({}, feeds, renamed)())).toEqual(bytesOf(state));
  });

  test('settings need data that fit, as training does', () => {
    expect(() => runSettings(graph, { x: feeds['x']! }, options)).toThrow(ShapeError);
    expect(() => runSettings(graph, feeds, { ...options, shards: 0 })).toThrow(ConfigurationError);
  });
});

describe('a damaged checkpoint', () => {
  test('lists what is missing, extra and misshapen', () => {
    const bytes = changed((tensors) => {
      tensors.delete('slot/m/fc1.bias');
      tensors.set('fc1.weight', zeros('float32', [3, 17]));
      tensors.set('fc2.bias', zeros('float64', [9]));
      tensors.set('fc3.wieght', zeros('float32', [1]));
    });
    expect(() => decode(bytes)).toThrow(ShapeError);
    for (const fault of [
      "'slot/m/fc1.bias' float32 (17) is missing",
      "'fc1.weight' should be float32 (17, 3) and is float32 (3, 17)",
      "'fc2.bias' should be float32 (9) and is float64 (9)",
      "'fc3.wieght' is extra (did you mean 'fc3.weight'?)",
      `(${where})`,
    ]) {
      expect(() => decode(bytes)).toThrow(fault);
    }
  });

  test.each(['-1', '1.5', 'five', '', '1e999', '99999999999999999999'])("step '%s'", (step) => {
    expect(() => decode(changed((_, metadata) => (metadata['step'] = step)))).toThrow(FormatError);
  });

  test('losses that are not as many as the steps', () => {
    expect(() => decode(changed((_, metadata) => (metadata['step'] = '6')))).toThrow(
      /'losses' should be float32 \(6\) and is float32 \(5\)/,
    );
  });

  test('a number that is not finite', () => {
    const bytes = changed((tensors) =>
      tensors.set('slot/v/fc3.bias', tensor('float32', [4], Float32Array.of(1, NaN, 1, 1))),
    );
    expect(() => decode(bytes)).toThrow(DataError);
    expect(() => decode(bytes)).toThrow(
      `'slot/v/fc3.bias' of ${where}: expected finite numbers, got NaN (element 1 of shape (4))`,
    );
  });

  test('a file that is none, of another version, or not whole', () => {
    const parameters = encodeParameters(parametersOf(graph));
    expect(() => decode(parameters)).toThrow(
      `checkpoint: expected one of Credence, version 1, got a file without its mark (${where})`,
    );
    expect(() => decode(changed((_, metadata) => (metadata['credence.checkpoint'] = '2')))).toThrow(
      /got version 2/,
    );
    const whole = encodeCheckpoint(layout, state, settings);
    for (const end of [0, 7, 8, 100, whole.length - 1]) {
      expect(() => decode(whole.subarray(0, end))).toThrow(FormatError);
    }
  });

  test('a bit that has flipped anywhere is an error of the library or another state, never a crash', () => {
    const whole = encodeCheckpoint(layout, state, settings);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (byte, bit) => {
        const flipped = whole.slice();
        flipped[byte]! ^= 1 << bit;
        try {
          expect(bytesOf(decode(flipped))).toHaveLength(bytesOf(state).length);
        } catch (error) {
          expect(error).toHaveProperty(
            'code',
            expect.stringMatching(/^E_(FORMAT|SHAPE|DATA|CONFIGURATION)$/),
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('parameters', () => {
  const weights: Graph = (() => {
    const b = new GraphBuilder('g');
    const w = b.parameter('b.weight', tensor('float32', [2, 1], Float32Array.of(1, 2)));
    const scale = b.parameter('a.scale', tensor('float32', [], Float32Array.of(3)));
    return b.build({ y: reduceSum(mul(mul(b.input('x', 'float32', [2, 1]), w), scale)) });
  })();

  test('come back by name, in the order of the graph', () => {
    const bytes = encodeParameters(parametersOf(weights), { metadata: { format: 'pt' } });
    expect(decodeSafetensors(bytes).metadata).toEqual({ format: 'pt' });
    const decoded = decodeParameters(bytes, flatLayout(weights));
    expect(decoded).toEqual(parametersOf(weights));
    expect([...decoded.keys()]).toEqual(['b.weight', 'a.scale']);
    // Other tools sort them.
    const sorted = encodeSafetensors({ tensors: new Map([...parametersOf(weights)].toReversed()) });
    expect([...decodeParameters(sorted, flatLayout(weights)).keys()]).toEqual(['b.weight', 'a.scale']);
    expect(parametersOf(bindParameters(weights, decoded))).toEqual(parametersOf(weights));
  });

  test('of another network are refused, with the list and the file', () => {
    const bytes = encodeParameters(parametersOf(objective()));
    const loading = (): unknown => decodeParameters(bytes, flatLayout(weights), { where: 'w.safetensors' });
    expect(loading).toThrow(ShapeError);
    expect(loading).toThrow(
      /'b.weight' float32 \(2, 1\) is missing; 'a.scale' float32 \(\) is missing; 'fc1.weight' is extra.*\(w.safetensors\)/,
    );
  });

  test('of a checkpoint are not those of a network: the optimiser is in the way, and is named', () => {
    const bytes = encodeCheckpoint(layout, initialState(graph, options.optimiser), settings);
    expect(() => decodeParameters(bytes, layout)).toThrow(/'slot\/m\/fc1.weight' is extra/);
  });

  test('that are not finite are refused', () => {
    const bad = new Map<string, Tensor>([
      ...parametersOf(weights),
      ['a.scale', tensor('float32', [], Float32Array.of(Infinity))],
    ]);
    expect(() => decodeParameters(encodeParameters(bad), flatLayout(weights))).toThrow(DataError);
  });
});
