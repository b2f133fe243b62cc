import { CredenceError, FormatError } from '../../errors/index.js';
import { tensor } from '../../tensor/index.js';
import type { Tensor } from '../../tensor/index.js';
import { GraphBuilder, OPSET } from '../builder.js';
import { tensorOfNumbers } from '../elements.js';
import { readsOf } from '../types.js';
import type { Graph, Input, Node, TensorType } from '../types.js';
import { readNode } from './nodes.js';
import { readMetadata } from './metadata.js';
import { bytesField, intField, readMessage, textField } from './reader.js';
import { ENTRY, GRAPH, MODEL, OPSET_ID } from './schema.js';
import { readTensor } from './tensors.js';
import type { ExternalData } from './tensors.js';
import { upgrade } from './upgrade.js';
import { readValueInfo } from './value-info.js';

export interface DecodeOptions {
  /** What the messages call the source: a path. */
  readonly where?: string;
  /** The bytes that tensors kept in other files refer to; without it such a file is an error. */
  readonly externalData?: ExternalData;
}

/**
 * A graph from the bytes of an ONNX file. Operations of older opsets are brought to the forms of opset 18 (but for models with
 * subgraphs, which stay as they are, without types). Types are inferred where the operations are known; what is not known is
 * kept. Constant nodes become constants; Dropout layers are inactive, whatever mode they were exported in.
 * @throws FormatError when the bytes are not an ONNX model, are truncated, or name values that do not exist.
 * @throws GraphError when an operation cannot be applied to its inputs.
 */
export function decodeOnnx(
  bytes: Uint8Array,
  { where = 'ONNX model', externalData }: DecodeOptions = {},
): Graph {
  try {
    const graph = readModel(bytes, externalData);
    checkNames(graph, where);
    if (graph.opset < OPSET && !graph.nodes.some(hasSubgraph)) return upgrade(graph);
    return GraphBuilder.from(graph).build(graph.outputs);
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

function hasSubgraph(node: Node): boolean {
  return Object.values(node.attributes).some(({ type }) => type === 'opaque') && node.op !== 'Constant';
}

function readModel(bytes: Uint8Array, externalData: ExternalData | undefined): Graph {
  let graph: GraphParts | undefined;
  let opset = 0;
  const domains = new Map<string, number>();
  const entries = new Map<string, string>();
  readMessage(bytes, {
    [MODEL.graph]: bytesField((message) => (graph = readGraph(message, externalData))),
    [MODEL.opsetImport]: bytesField((message) => {
      let domain = '';
      let version = 0;
      readMessage(message, {
        [OPSET_ID.domain]: textField((text) => (domain = text)),
        [OPSET_ID.version]: intField((value) => (version = value)),
      });
      if (domain === '' || domain === 'ai.onnx') opset = version;
      else domains.set(domain, version);
    }),
    [MODEL.metadata]: bytesField((message) => {
      let [key, value] = ['', ''];
      readMessage(message, {
        [ENTRY.key]: textField((text) => (key = text)),
        [ENTRY.value]: textField((text) => (value = text)),
      });
      entries.set(key, value);
    }),
    [MODEL.functions]: bytesField(() => {
      throw new FormatError({
        what: 'ONNX model',
        expected: "ONNX's own operations and custom ones",
        got: 'functions defined in the model',
        hint: 'export it with its functions inlined',
      });
    }),
  });
  if (graph === undefined || opset < 1) {
    const missing = graph === undefined ? 'no graph' : 'no opset';
    throw new FormatError({ what: 'ONNX model', expected: 'a graph and an opset', got: missing });
  }
  const { metadata, parameters, random } = readMetadata(entries);
  const { constants } = graph;
  return {
    ...graph,
    opset,
    domains: Object.fromEntries(domains),
    metadata,
    parameters: [...new Set(parameters)].filter((name) => constants.has(name)),
    inputs: graph.inputs.map((input) => {
      const law = random.get(input.name);
      return law === undefined ? input : { ...input, random: law };
    }),
  };
}

type GraphParts = Pick<Graph, 'name' | 'inputs' | 'outputs' | 'nodes' | 'constants' | 'types'>;

function readGraph(bytes: Uint8Array, externalData: ExternalData | undefined): GraphParts {
  const nodes: Node[] = [];
  const constants = new Map<string, Tensor>();
  const inputs: Input[] = [];
  const outputs: string[] = [];
  const types = new Map<string, TensorType>();
  let name = '';
  const addConstant = (constant: string, value: Tensor): void => {
    if (constant === '') throw new FormatError({ what: 'constant', expected: 'a name', got: 'none' });
    if (constants.has(constant)) throw definedTwice(constant);
    constants.set(constant, value);
  };
  readMessage(bytes, {
    [GRAPH.name]: textField((text) => (name = text)),
    [GRAPH.node]: bytesField((message) => {
      const node = readNode(message, externalData);
      const constant = node.op === 'Constant' && node.domain === '' ? constantOf(node) : undefined;
      if (constant === undefined) nodes.push(inactive(node));
      else addConstant(node.outputs[0] ?? '', constant);
    }),
    [GRAPH.initializer]: bytesField((message) => {
      const read = readTensor(message, externalData);
      addConstant(read.name, read.value);
    }),
    [GRAPH.sparseInitializer]: bytesField(() => {
      throw new FormatError({ what: 'ONNX model', expected: 'dense initialisers', got: 'a sparse one' });
    }),
    [GRAPH.input]: bytesField((message) => {
      const info = readValueInfo(message);
      if (info.type === undefined) {
        throw new FormatError({
          what: `input '${info.name}'`,
          expected: 'a tensor of numbers of known rank',
          got: 'another type',
        });
      }
      inputs.push({ name: info.name, ...info.type });
    }),
    [GRAPH.output]: bytesField((message) => {
      const info = readValueInfo(message);
      outputs.push(info.name);
      if (info.type !== undefined) types.set(info.name, info.type);
    }),
    [GRAPH.valueInfo]: bytesField((message) => {
      const info = readValueInfo(message);
      if (info.type !== undefined) types.set(info.name, info.type);
    }),
  });
  return {
    name: name || 'graph',
    // Before IR version 4 initialisers were listed among the inputs.
    inputs: inputs.filter((input) => !constants.has(input.name)),
    outputs,
    nodes,
    constants,
    types,
  };
}

/** A Dropout layer that the exporter left on (its third input) is off, as all are, until `activateDropout` feeds it. */
function inactive(node: Node): Node {
  return node.op === 'Dropout' && node.domain === '' ? { ...node, inputs: node.inputs.slice(0, 2) } : node;
}

/** @throws FormatError unless every name is given once, and before it is used (so there is no cycle). */
function checkNames(graph: Graph, where: string): void {
  const defined = new Set<string>(graph.constants.keys());
  const define = (name: string): void => {
    if (defined.has(name)) throw definedTwice(name, where);
    defined.add(name);
  };
  for (const { name } of graph.inputs) define(name);
  for (const node of graph.nodes) {
    for (const name of readsOf(node)) {
      if (name === '' || defined.has(name)) continue;
      throw new FormatError({
        what: `input '${name}' of node '${node.name || node.op}'`,
        expected: 'a value defined before it',
        got: 'an unknown name',
        where,
      });
    }
    for (const name of node.outputs) if (name !== '') define(name);
  }
  for (const name of graph.outputs) {
    if (defined.has(name)) continue;
    throw new FormatError({
      what: `output '${name}'`,
      expected: 'a value of the graph',
      got: 'an unknown name',
      where,
    });
  }
}

function definedTwice(name: string, where?: string): FormatError {
  return new FormatError({
    what: `value '${name}'`,
    expected: 'to be defined once',
    got: 'two definitions',
    ...(where !== undefined && { where }),
  });
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
      return tensorOfNumbers('int64', [], Float64Array.of(attribute.value));
    case 'ints':
      return tensorOfNumbers('int64', [attribute.value.length], Float64Array.from(attribute.value));
    default:
      return undefined;
  }
}
