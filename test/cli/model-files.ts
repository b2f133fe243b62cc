import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { decodeOnnx, encodeOnnx, fromReference, int, ints, text, toReference } from '#credence/graph/index';
import type { Attribute, Attributes, Graph, Node } from '#credence/graph/index';

/** The bytes of an ONNX model as converters to half precision write it: by inputs of float16, or of float32 behind a Cast. */
export function inHalf(bytes: Uint8Array, io: 'float16' | 'float32'): Uint8Array {
  const graph = decodeOnnx(bytes);
  const halved = new Map(
    [...graph.constants].map(([name, value]) => {
      if (value.dtype !== 'float32') return [name, value] as const;
      return [name, fromReference({ ...toReference(value), dtype: 'float16' })] as const;
    }),
  );
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  if (io === 'float16') {
    const inputs = [{ ...input!, dtype: 'float16' as const }];
    return encodeOnnx({ ...graph, constants: halved, inputs, types: new Map() });
  }
  const renamed = (name: string): string =>
    name === input!.name || name === output ? `${name}_float16` : name;
  const cast = (from: string, to: string, type: number): Graph['nodes'][number] => ({
    op: 'Cast',
    domain: '',
    name: to,
    inputs: [from],
    outputs: [to],
    attributes: { to: int(type) },
  });
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
  }));
  return encodeOnnx({
    ...graph,
    constants: halved,
    nodes: [cast(input!.name, renamed(input!.name), 10), ...nodes, cast(renamed(output!), output!, 1)],
    types: new Map(),
  });
}

/** Numbers of fields of the messages of ONNX. */
const [GRAPH, INITIALIZER, RAW_DATA, EXTERNAL_DATA, DATA_LOCATION] = [7, 5, 9, 13, 14];

/** A model with the bytes of its initialisers in a file of their own, one behind the other. */
export function withExternalData(
  bytes: Uint8Array,
  location: string,
): { readonly model: Uint8Array; readonly data: Uint8Array } {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const moved = (tensor: Uint8Array): Uint8Array => {
    const writer = new BinaryWriter();
    let raw: Uint8Array | undefined;
    copy(tensor, writer, {
      [RAW_DATA]: (own) => {
        raw = own;
      },
    });
    if (raw === undefined) return tensor;
    for (const [key, value] of Object.entries({ location, offset: `${offset}`, length: `${raw.length}` })) {
      const entry = new BinaryWriter();
      entry.tag(1, WireType.LengthDelimited).string(key);
      entry.tag(2, WireType.LengthDelimited).string(value);
      writer.tag(EXTERNAL_DATA, WireType.LengthDelimited).bytes(entry.finish());
    }
    writer.tag(DATA_LOCATION, WireType.Varint).int32(1);
    pieces.push(raw);
    offset += raw.length;
    return writer.finish();
  };
  const inGraph = (graph: Uint8Array): Uint8Array => {
    const writer = new BinaryWriter();
    copy(graph, writer, {
      [INITIALIZER]: (tensor) => {
        writer.tag(INITIALIZER, WireType.LengthDelimited).bytes(moved(tensor));
      },
    });
    return writer.finish();
  };
  const writer = new BinaryWriter();
  copy(bytes, writer, {
    [GRAPH]: (graph) => {
      writer.tag(GRAPH, WireType.LengthDelimited).bytes(inGraph(graph));
    },
  });
  return { model: writer.finish(), data: Buffer.concat(pieces) };
}

/** Copies the fields of a message, but for those that are handled. */
function copy(
  bytes: Uint8Array,
  writer: BinaryWriter,
  handlers: Readonly<Record<number, (bytes: Uint8Array) => void>>,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const handle = handlers[field];
    if (handle === undefined) writer.tag(field, wire).raw(reader.skip(wire, field));
    else handle(reader.bytes());
  }
}

const floats = (...value: number[]): Attribute => ({ type: 'floats', value });
const strings = (...value: string[]): Attribute => ({ type: 'strings', value });

/**
 * Classifiers (N, 4) of three classes as scikit-learn's converter writes them, in operations of ai.onnx.ml: a logistic regression
 * with a map from classes to probabilities, or two decision stumps that vote.
 */
export function learned(kind: 'linear' | 'trees'): Uint8Array {
  const node = (op: string, inputs: string[], outputs: string[], attributes: Attributes): Node => ({
    op,
    domain: 'ai.onnx.ml',
    name: op,
    inputs,
    outputs,
    attributes,
  });
  const classes = ints([0, 1, 2]);
  const linear = [
    node('LinearClassifier', ['X'], ['output_label', 'raw'], {
      classlabels_ints: classes,
      coefficients: floats(1, -1, 0.5, 0, -0.5, 1, 0, 1, 0, 0.5, -1, -1),
      intercepts: floats(0.1, 0, -0.1),
      multi_class: int(1),
      post_transform: text('SOFTMAX'),
    }),
    node('Normalizer', ['raw'], ['probabilities'], { norm: text('L1') }),
    node('ZipMap', ['probabilities'], ['output_probability'], { classlabels_int64s: classes }),
  ];
  const trees = [
    node('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], {
      classlabels_int64s: classes,
      nodes_treeids: ints([0, 0, 0, 1, 1, 1]),
      nodes_nodeids: ints([0, 1, 2, 0, 1, 2]),
      nodes_featureids: ints([0, 0, 0, 2, 0, 0]),
      nodes_modes: strings('BRANCH_LEQ', 'LEAF', 'LEAF', 'BRANCH_LEQ', 'LEAF', 'LEAF'),
      nodes_values: floats(0.2, 0, 0, -0.1, 0, 0),
      nodes_truenodeids: ints([1, 0, 0, 1, 0, 0]),
      nodes_falsenodeids: ints([2, 0, 0, 2, 0, 0]),
      class_treeids: ints([0, 0, 0, 1, 1, 1]),
      class_nodeids: ints([1, 1, 2, 1, 2, 2]),
      class_ids: ints([0, 1, 2, 1, 0, 2]),
      class_weights: floats(0.4, 0.1, 0.5, 0.5, 0.2, 0.3),
      post_transform: text('NONE'),
    }),
  ];
  return encodeOnnx({
    name: kind,
    opset: 15,
    domains: { 'ai.onnx.ml': 1 },
    inputs: [{ name: 'X', dtype: 'float32', shape: ['N', 4] }],
    outputs: kind === 'linear' ? ['output_label', 'output_probability'] : ['label', 'probabilities'],
    nodes: kind === 'linear' ? linear : trees,
    constants: new Map(),
    parameters: [],
    types: new Map(),
    metadata: {},
  });
}

/** The residual network with its first Relu as an operation that ONNX Runtime has and Credence has no derivative of. */
export function withForeignOperation(bytes: Uint8Array): Uint8Array {
  const graph = decodeOnnx(bytes);
  const first = graph.nodes.findIndex(({ op }) => op === 'Relu');
  const foreign = { op: 'FastGelu', domain: 'com.microsoft', attributes: {} };
  return encodeOnnx({
    ...graph,
    domains: { 'com.microsoft': 1 },
    nodes: graph.nodes.map((node, i) => (i === first ? { ...node, ...foreign } : node)),
  });
}
