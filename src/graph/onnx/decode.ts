import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { CredenceError, FormatError } from '../../errors/index.js';
import { tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import { GraphBuilder } from '../builder.js';
import type { Attribute, Graph, Input, Node, Random, TensorType } from '../types.js';
import { readMessage, readPacked } from './reader.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPES,
  DIM,
  ENTRY,
  GRAPH,
  METADATA_PARAMETERS,
  METADATA_RANDOM,
  MODEL,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './schema.js';
import { DTYPES, readTensor } from './tensors.js';
import type { ExternalData } from './tensors.js';

export interface DecodeOptions {
  /** What the messages call the source: a path. */
  readonly where?: string;
  /** The bytes that tensors kept in other files refer to; without it such a file is an error. */
  readonly externalData?: ExternalData;
}

/**
 * A graph from the bytes of an ONNX file. Types are inferred where the operations are known; what is not known is kept as
 * it is. Constant nodes become constants.
 * @throws FormatError when the bytes are not an ONNX model, are truncated, or name values that do not exist.
 */
export function decodeOnnx(
  bytes: Uint8Array,
  { where = 'ONNX model', externalData }: DecodeOptions = {},
): Graph {
  try {
    return typed(readModel(bytes, externalData), where);
  } catch (error) {
    if (error instanceof CredenceError) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw new FormatError({
      what: 'ONNX model',
      expected: 'a valid protobuf message',
      got,
      where,
      cause: error,
    });
  }
}

type Draft = Omit<Graph, 'types'> & { readonly types: Map<string, TensorType> };

function readModel(bytes: Uint8Array, externalData: ExternalData | undefined): Draft {
  let graph: Draft | undefined;
  let opset = 0;
  const domains: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  readMessage(bytes, {
    [MODEL.graph]: (reader) => (graph = readGraph(reader.bytes(), externalData)),
    [MODEL.opsetImport]: (reader) => {
      let domain = '';
      let version = 0;
      readMessage(reader.bytes(), {
        [OPSET_ID.domain]: (field) => (domain = field.string()),
        [OPSET_ID.version]: (field) => (version = Number(field.int64())),
      });
      if (domain === '' || domain === 'ai.onnx') opset = version;
      else domains[domain] = version;
    },
    [MODEL.metadata]: (reader) => {
      let [key, value] = ['', ''];
      readMessage(reader.bytes(), {
        [ENTRY.key]: (field) => (key = field.string()),
        [ENTRY.value]: (field) => (value = field.string()),
      });
      metadata[key] = value;
    },
  });
  if (graph === undefined || opset === 0) {
    const missing = graph === undefined ? 'no graph' : 'no opset';
    throw new FormatError({ what: 'ONNX model', expected: 'a graph and an opset', got: missing });
  }
  const parameters = parseJson<readonly string[]>(metadata[METADATA_PARAMETERS], []);
  const random = parseJson<Readonly<Record<string, Random>>>(metadata[METADATA_RANDOM], {});
  delete metadata[METADATA_PARAMETERS];
  delete metadata[METADATA_RANDOM];
  const { constants } = graph;
  return {
    ...graph,
    opset,
    domains,
    metadata,
    parameters: parameters.filter((name) => constants.has(name)),
    inputs: graph.inputs.map((input) => {
      const law = random[input.name];
      return law === undefined ? input : { ...input, random: law };
    }),
  };
}

function readGraph(bytes: Uint8Array, externalData: ExternalData | undefined): Draft {
  const nodes: Node[] = [];
  const constants = new Map<string, Tensor>();
  const inputs: Input[] = [];
  const outputs: string[] = [];
  const types = new Map<string, TensorType>();
  let name = '';
  readMessage(bytes, {
    [GRAPH.name]: (reader) => (name = reader.string()),
    [GRAPH.node]: (reader) => {
      const node = readNode(reader.bytes(), externalData);
      const constant = node.op === 'Constant' && node.domain === '' ? constantOf(node) : undefined;
      if (constant === undefined) nodes.push(node);
      else constants.set(node.outputs[0] ?? '', constant);
    },
    [GRAPH.initializer]: (reader) => {
      const read = readTensor(reader.bytes(), externalData);
      constants.set(read.name, read.value);
    },
    [GRAPH.sparseInitializer]: () => {
      throw new FormatError({ what: 'ONNX model', expected: 'dense initialisers', got: 'a sparse one' });
    },
    [GRAPH.input]: (reader) => {
      const info = readValueInfo(reader.bytes());
      if (info.type === undefined) {
        throw new FormatError({
          what: `input '${info.name}'`,
          expected: 'a tensor of numbers',
          got: 'another type',
        });
      }
      inputs.push({ name: info.name, ...info.type });
    },
    [GRAPH.output]: (reader) => {
      const info = readValueInfo(reader.bytes());
      outputs.push(info.name);
      if (info.type !== undefined) types.set(info.name, info.type);
    },
    [GRAPH.valueInfo]: (reader) => {
      const info = readValueInfo(reader.bytes());
      if (info.type !== undefined) types.set(info.name, info.type);
    },
  });
  return {
    name: name || 'graph',
    opset: 0,
    domains: {},
    // Before IR version 4 initialisers were listed among the inputs.
    inputs: inputs.filter((input) => !constants.has(input.name)),
    outputs,
    nodes,
    constants,
    parameters: [],
    types,
    metadata: {},
  };
}

/** Checks that every name is defined before it is used (so there is no cycle), and infers the types. */
function typed(draft: Draft, where: string): Graph {
  const defined = new Set([...draft.constants.keys(), ...draft.inputs.map(({ name }) => name)]);
  for (const node of draft.nodes) {
    for (const name of node.inputs) {
      if (name === '' || defined.has(name)) continue;
      throw new FormatError({
        what: `input '${name}' of node '${node.name || node.op}'`,
        expected: 'a value defined before it',
        got: 'an unknown name',
        where,
      });
    }
    for (const name of node.outputs) defined.add(name);
  }
  for (const name of draft.outputs) {
    if (defined.has(name)) continue;
    throw new FormatError({
      what: `output '${name}'`,
      expected: 'a value of the graph',
      got: 'an unknown name',
      where,
    });
  }
  return GraphBuilder.from(draft).build(draft.outputs);
}

function readNode(bytes: Uint8Array, externalData: ExternalData | undefined): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, Attribute> = {};
  let [name, op, domain] = ['', '', ''];
  readMessage(bytes, {
    [NODE.input]: (reader) => inputs.push(reader.string()),
    [NODE.output]: (reader) => outputs.push(reader.string()),
    [NODE.name]: (reader) => (name = reader.string()),
    [NODE.op]: (reader) => (op = reader.string()),
    [NODE.domain]: (reader) => (domain = reader.string()),
    [NODE.attribute]: (reader) => {
      const read = readAttribute(reader.bytes(), externalData);
      attributes[read.name] = read.attribute;
    },
  });
  return {
    op,
    domain: domain === 'ai.onnx' ? '' : domain,
    name: name || (outputs[0] ?? op),
    inputs,
    outputs,
    attributes,
  };
}

function readAttribute(
  bytes: Uint8Array,
  externalData: ExternalData | undefined,
): { name: string; attribute: Attribute } {
  let name = '';
  let type = 0;
  let [float, int, string] = [0, 0, ''];
  let value: Tensor | undefined;
  const [floats, ints, strings]: [number[], number[], string[]] = [[], [], []];
  const number = (reader: BinaryReader): number => Number(reader.int64());
  readMessage(bytes, {
    [ATTRIBUTE.name]: (reader) => (name = reader.string()),
    [ATTRIBUTE.type]: (reader) => (type = reader.int32()),
    [ATTRIBUTE.float]: (reader) => (float = reader.float()),
    [ATTRIBUTE.int]: (reader) => (int = number(reader)),
    [ATTRIBUTE.string]: (reader) => (string = new TextDecoder().decode(reader.bytes())),
    [ATTRIBUTE.tensor]: (reader) => (value = readTensor(reader.bytes(), externalData).value),
    [ATTRIBUTE.floats]: (reader, wire) =>
      readPacked(reader, wire, WireType.Bit32, (r) => floats.push(r.float())),
    [ATTRIBUTE.ints]: (reader, wire) =>
      readPacked(reader, wire, WireType.Varint, (r) => ints.push(number(r))),
    [ATTRIBUTE.strings]: (reader) => strings.push(new TextDecoder().decode(reader.bytes())),
  });
  switch (type) {
    case ATTRIBUTE_TYPES.float:
      return { name, attribute: { type: 'float', value: float } };
    case ATTRIBUTE_TYPES.int:
      return { name, attribute: { type: 'int', value: int } };
    case ATTRIBUTE_TYPES.string:
      return { name, attribute: { type: 'string', value: string } };
    case ATTRIBUTE_TYPES.floats:
      return { name, attribute: { type: 'floats', value: floats } };
    case ATTRIBUTE_TYPES.ints:
      return { name, attribute: { type: 'ints', value: ints } };
    case ATTRIBUTE_TYPES.strings:
      return { name, attribute: { type: 'strings', value: strings } };
    case ATTRIBUTE_TYPES.tensor:
      if (value !== undefined) return { name, attribute: { type: 'tensor', value } };
  }
  return { name, attribute: { type: 'opaque', value: bytes } };
}

/** The value of a Constant node, or undefined for kinds that stay nodes (strings, sparse tensors). */
function constantOf({ attributes }: Node): Tensor | undefined {
  const [attribute] = Object.values(attributes);
  switch (attribute?.type) {
    case 'tensor':
      return attribute.value;
    case 'float':
      return tensor('float32', [], Float32Array.of(attribute.value));
    case 'floats':
      return tensor('float32', [attribute.value.length], Float32Array.from(attribute.value));
    case 'int':
      return tensor('int64', [], BigInt64Array.of(BigInt(attribute.value)));
    case 'ints':
      return tensor('int64', [attribute.value.length], BigInt64Array.from(attribute.value, BigInt));
    default:
      return undefined;
  }
}

function readValueInfo(bytes: Uint8Array): { name: string; type: TensorType | undefined } {
  let name = '';
  let type: TensorType | undefined;
  readMessage(bytes, {
    [VALUE_INFO.name]: (reader) => (name = reader.string()),
    [VALUE_INFO.type]: (reader) => {
      readMessage(reader.bytes(), { [TYPE.tensor]: (field) => (type = readTensorType(field.bytes(), name)) });
    },
  });
  return { name, type };
}

function readTensorType(bytes: Uint8Array, name: string): TensorType | undefined {
  let elementType = 0;
  let shape: (number | string)[] | undefined;
  readMessage(bytes, {
    [TENSOR_TYPE.elementType]: (reader) => (elementType = reader.int32()),
    [TENSOR_TYPE.shape]: (reader) => {
      const dims: (number | string)[] = [];
      readMessage(reader.bytes(), {
        [SHAPE.dim]: (field) => {
          let dim: number | string = `?${name}.${dims.length}`;
          readMessage(field.bytes(), {
            [DIM.value]: (value) => (dim = Number(value.int64())),
            [DIM.name]: (value) => (dim = value.string() || dim),
          });
          // A size of -1 is written by some exporters for 'any'.
          dims.push(typeof dim === 'number' && dim < 0 ? `?${name}.${dims.length}` : dim);
        },
      });
      shape = dims;
    },
  });
  const dtype = DTYPES.get(elementType);
  return dtype === undefined || shape === undefined ? undefined : { dtype, shape };
}

function parseJson<T>(json: string | undefined, fallback: T): T {
  if (json === undefined) return fallback;
  try {
    return JSON.parse(json) as T;
  } catch {
    return fallback;
  }
}
