import { WireType } from '@bufbuild/protobuf/wire';
import { FormatError } from '../../errors/index.js';
import type { Attribute, Node } from '../types.js';
import { bytesField, floatField, intField, numbersField, readMessage, textField } from './reader.js';
import { ATTRIBUTE, ATTRIBUTE_TYPES, GRAPH, NODE } from './schema.js';
import { readTensor } from './tensors.js';
import type { ExternalData } from './tensors.js';

/** Subgraphs lie in one another no deeper than this. */
const MAXIMUM_DEPTH = 32;

export function readNode(bytes: Uint8Array, externalData: ExternalData | undefined): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [name, op, domain] = ['', '', ''];
  readMessage(bytes, {
    [NODE.input]: textField((input) => inputs.push(input)),
    [NODE.output]: textField((output) => outputs.push(output)),
    [NODE.name]: textField((value) => (name = value)),
    [NODE.op]: textField((value) => (op = value)),
    [NODE.domain]: textField((value) => (domain = value)),
    [NODE.attribute]: bytesField((field) => {
      const read = readAttribute(field, externalData);
      attributes.set(read.name, read.attribute);
    }),
  });
  return {
    op,
    domain: domain === 'ai.onnx' ? '' : domain,
    name: name || (outputs[0] ?? op),
    inputs,
    outputs,
    // Own properties, whatever their names ('__proto__' is one).
    attributes: Object.fromEntries(attributes),
  };
}

function readAttribute(
  bytes: Uint8Array,
  externalData: ExternalData | undefined,
): { name: string; attribute: Attribute } {
  let name = '';
  let type = 0;
  let [float, int, string] = [0, 0, ''];
  let tensorBytes: Uint8Array | undefined;
  const [floats, ints, strings, graphs]: [number[], number[], string[], Uint8Array[]] = [[], [], [], []];
  readMessage(bytes, {
    [ATTRIBUTE.name]: textField((value) => (name = value)),
    [ATTRIBUTE.type]: intField((value) => (type = value)),
    [ATTRIBUTE.float]: floatField((value) => (float = value)),
    [ATTRIBUTE.int]: intField((value) => (int = value)),
    [ATTRIBUTE.string]: textField((value) => (string = value)),
    [ATTRIBUTE.tensor]: bytesField((value) => (tensorBytes = value)),
    [ATTRIBUTE.graph]: bytesField((value) => graphs.push(value)),
    [ATTRIBUTE.graphs]: bytesField((value) => graphs.push(value)),
    [ATTRIBUTE.floats]: numbersField(WireType.Bit32, (reader) => floats.push(reader.float())),
    [ATTRIBUTE.ints]: numbersField(WireType.Varint, (reader) => ints.push(Number(reader.int64()))),
    [ATTRIBUTE.strings]: textField((value) => strings.push(value)),
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
    case ATTRIBUTE_TYPES.tensor: {
      // Strings and the like stay as they are: the runtime reads them.
      const value = tensorBytes && readTensor(tensorBytes, externalData, { otherTypes: 'skip' })?.value;
      if (value !== undefined) return { name, attribute: { type: 'tensor', value } };
    }
  }
  const captures = [...new Set(graphs.flatMap((graph) => [...capturesOf(graph, 1)]))];
  return {
    name,
    attribute: { type: 'opaque', value: new Uint8Array(bytes), ...(captures.length > 0 && { captures }) },
  };
}

/** The names that a subgraph reads and does not make: values of the graph around it. */
function capturesOf(bytes: Uint8Array, depth: number): Set<string> {
  if (depth > MAXIMUM_DEPTH) {
    throw new FormatError({
      what: 'subgraphs',
      expected: `at most ${MAXIMUM_DEPTH} in one another`,
      got: 'more',
    });
  }
  const read = new Set<string>();
  const made = new Set<string>();
  const name = (field: number) => (value: Uint8Array) =>
    readMessage(value, { [field]: textField((text) => made.add(text)) });
  readMessage(bytes, {
    [GRAPH.input]: bytesField(name(1)),
    [GRAPH.initializer]: bytesField(name(8)),
    [GRAPH.output]: bytesField((value) => readMessage(value, { 1: textField((text) => read.add(text)) })),
    [GRAPH.node]: bytesField((node) =>
      readMessage(node, {
        [NODE.input]: textField((text) => read.add(text)),
        [NODE.output]: textField((text) => made.add(text)),
        [NODE.attribute]: bytesField((attribute) => {
          const inner = bytesField((graph) => {
            for (const text of capturesOf(graph, depth + 1)) read.add(text);
          });
          readMessage(attribute, { [ATTRIBUTE.graph]: inner, [ATTRIBUTE.graphs]: inner });
        }),
      }),
    ),
  });
  return new Set([...read].filter((text) => text !== '' && !made.has(text)));
}
