import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FormatError } from '../../errors/index.js';
import type { Tensor } from '../../tensor/index.js';
import { ELEMENT_TYPES, toInt64 } from '../elements.js';
import type { Attribute, Graph, Node, TensorType } from '../types.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPES,
  DIM,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './schema.js';
import { operationOf } from '../ops/registry.js';
import { metadataOf } from './metadata.js';

/** IR version 10 is what opsets up to 22 came with, and ONNX Runtime reads it since 1.18. */
const IR_VERSION = 10;

/** What a message of protobuf may have at most, and what is left for all but the constants. */
const [LARGEST, REST] = [2 ** 31 - 1, 2 ** 24];

/**
 * The bytes of an ONNX file. The same graph gives the same bytes.
 * @throws FormatError on constants of 2 GiB and more, which no single file of ONNX can hold.
 */
export function encodeOnnx(graph: Graph): Uint8Array {
  const size = [...graph.constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > LARGEST - REST) {
    throw new FormatError({
      what: `graph '${graph.name}' as one ONNX file`,
      expected: 'constants of less than 2 GiB together, the limit of the format',
      got: `${(size / 2 ** 30).toFixed(2)} GiB`,
      hint: 'use a model in half precision, or of fewer parameters',
    });
  }
  const writer = new BinaryWriter();
  writer.tag(MODEL.irVersion, WireType.Varint).int64(IR_VERSION);
  writer.tag(MODEL.producer, WireType.LengthDelimited).string('credence');
  message(writer, MODEL.graph, () => writeGraph(writer, graph));
  for (const [domain, version] of [['', graph.opset] as const, ...Object.entries(graph.domains)]) {
    message(writer, MODEL.opsetImport, () => {
      string(writer, OPSET_ID.domain, domain);
      writer.tag(OPSET_ID.version, WireType.Varint).int64(version);
    });
  }
  for (const [key, value] of Object.entries(metadataOf(graph))) {
    message(writer, MODEL.metadata, () => {
      string(writer, ENTRY.key, key);
      string(writer, ENTRY.value, value);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, GRAPH.node, () => writeNode(writer, node));
  string(writer, GRAPH.name, graph.name);
  for (const [name, value] of graph.constants) {
    message(writer, GRAPH.initializer, () => writeTensor(writer, value, name));
  }
  for (const input of graph.inputs)
    message(writer, GRAPH.input, () => writeValueInfo(writer, input.name, input));
  for (const name of graph.outputs) {
    message(writer, GRAPH.output, () => writeValueInfo(writer, name, graph.types.get(name)));
  }
  // The types of all others are inferred again.
  for (const node of graph.nodes) {
    const isTyped = node.inputs.every((name) => name === '' || graph.types.has(name));
    if (isTyped && operationOf(node) !== undefined) continue;
    for (const name of node.outputs) {
      const type = graph.types.get(name);
      if (type === undefined || graph.outputs.includes(name)) continue;
      message(writer, GRAPH.valueInfo, () => writeValueInfo(writer, name, type));
    }
  }
}

function writeNode(writer: BinaryWriter, node: Node): void {
  for (const name of node.inputs) string(writer, NODE.input, name, 'always');
  for (const name of node.outputs) string(writer, NODE.output, name, 'always');
  string(writer, NODE.name, node.name);
  string(writer, NODE.op, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) writeAttribute(writer, name, attribute);
  string(writer, NODE.domain, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  if (attribute.type === 'opaque') {
    writer.tag(NODE.attribute, WireType.LengthDelimited).bytes(attribute.value);
    return;
  }
  message(writer, NODE.attribute, () => {
    string(writer, ATTRIBUTE.name, name);
    switch (attribute.type) {
      case 'int':
        writer.tag(ATTRIBUTE.int, WireType.Varint).int64(toInt64(attribute.value));
        break;
      case 'ints':
        for (const value of attribute.value)
          writer.tag(ATTRIBUTE.ints, WireType.Varint).int64(toInt64(value));
        break;
      case 'float':
        writer.tag(ATTRIBUTE.float, WireType.Bit32).float(Math.fround(attribute.value));
        break;
      case 'floats':
        for (const value of attribute.value)
          writer.tag(ATTRIBUTE.floats, WireType.Bit32).float(Math.fround(value));
        break;
      case 'string':
        string(writer, ATTRIBUTE.string, attribute.value, 'always');
        break;
      case 'strings':
        for (const value of attribute.value) string(writer, ATTRIBUTE.strings, value, 'always');
        break;
      case 'tensor':
        message(writer, ATTRIBUTE.tensor, () => writeTensor(writer, attribute.value));
    }
    writer.tag(ATTRIBUTE.type, WireType.Varint).int32(ATTRIBUTE_TYPES[attribute.type]);
  });
}

function writeTensor(writer: BinaryWriter, value: Tensor, name?: string): void {
  for (const size of value.shape) writer.tag(TENSOR.dims, WireType.Varint).int64(size);
  writer.tag(TENSOR.dataType, WireType.Varint).int32(ELEMENT_TYPES[value.dtype]);
  if (name !== undefined) string(writer, TENSOR.name, name);
  const { buffer, byteOffset, byteLength } = value.data;
  writer.tag(TENSOR.rawData, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValueInfo(writer: BinaryWriter, name: string, type: TensorType | undefined): void {
  string(writer, VALUE_INFO.name, name);
  if (type === undefined) return;
  message(writer, VALUE_INFO.type, () =>
    message(writer, TYPE.tensor, () => {
      writer.tag(TENSOR_TYPE.elementType, WireType.Varint).int32(ELEMENT_TYPES[type.dtype]);
      message(writer, TENSOR_TYPE.shape, () => {
        for (const dim of type.shape) {
          message(writer, SHAPE.dim, () => {
            if (typeof dim === 'number') writer.tag(DIM.value, WireType.Varint).int64(dim);
            // A name that inference made up means 'unknown', which ONNX writes as an empty dimension.
            else if (!dim.startsWith('?')) string(writer, DIM.name, dim);
          });
        }
      });
    }),
  );
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function string(writer: BinaryWriter, field: number, value: string, empty: 'always' | 'omit' = 'omit'): void {
  if (value !== '' || empty === 'always') writer.tag(field, WireType.LengthDelimited).string(value);
}
