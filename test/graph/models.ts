import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  activateDropout,
  add,
  batchNormalization,
  conv,
  dropout,
  flatten,
  gemm,
  GraphBuilder,
  maxPool,
  reduceMean,
  relu,
} from '#credence/graph/index';
import type { Graph, Value } from '#credence/graph/index';
import { fold, key, uniform } from '#credence/random/index';
import { elementCount, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** Numbers of [-1, 1), the same for the same name. */
export function draws(name: string, shape: readonly number[]): Tensor<'float32'> {
  const u = uniform(fold(key(11), name), elementCount(shape));
  return tensor(
    'float32',
    shape,
    Float32Array.from(u, (x) => 2 * x - 1),
  );
}

/** x (N, 3) → dense 4, ReLU, dropout 0.5 ('drop1') → dense 4, ReLU, dropout 0.25 ('drop2') → logits (N, 2). */
export function smallNetwork(): Graph {
  const b = new GraphBuilder('small');
  const dense = (x: Value, units: number, name: string): Value => {
    const weight = b.parameter(`${name}.weight`, draws(`${name}.weight`, [units, Number(x.shape[1])]));
    return gemm(x, weight, b.parameter(`${name}.bias`, draws(`${name}.bias`, [units])), { transB: true });
  };
  const hidden = dropout(relu(dense(b.input('x', 'float32', ['N', 3]), 4, 'fc1')), 0.5, 'drop1');
  const deeper = dropout(relu(dense(hidden, 4, 'fc2')), 0.25, 'drop2');
  return b.build({ logits: dense(deeper, 2, 'fc3') });
}

export const randomNetwork = (): Graph => activateDropout(smallNetwork());

/** Images (N, 2, 6, 6) → a residual block with batch normalisation and a projected shortcut → logits (N, 3). */
export function residualNetwork(): Graph {
  const b = new GraphBuilder('residual');
  const x = b.input('image', 'float32', ['N', 2, 6, 6]);
  const kernel = (name: string, shape: readonly number[]): Value => b.parameter(name, draws(name, shape));
  const positive = (name: string, n: number): Value => {
    const value = draws(name, [n]);
    return b.constant({ ...value, data: value.data.map((v) => 1.5 + v) }, name);
  };
  const norm = (value: Value, name: string): Value => {
    const shift = b.parameter(`${name}.shift`, draws(`${name}.shift`, [4]));
    const mean = b.constant(draws(`${name}.mean`, [4]), `${name}.mean`);
    return batchNormalization(
      value,
      positive(`${name}.scale`, 4),
      shift,
      mean,
      positive(`${name}.variance`, 4),
    );
  };
  const pads = [1, 1, 1, 1];
  const first = relu(
    norm(conv(x, kernel('conv1', [4, 2, 3, 3]), undefined, { pads, strides: [2, 2] }), 'norm1'),
  );
  const second = norm(conv(first, kernel('conv2', [4, 4, 3, 3]), undefined, { pads }), 'norm2');
  const shortcut = conv(x, kernel('shortcut', [4, 2, 1, 1]), undefined, { strides: [2, 2] });
  const pooled = reduceMean(relu(add(second, shortcut)), [2, 3]);
  const weight = b.parameter('fc', draws('fc', [3, 4]));
  return b.build({ logits: gemm(pooled, weight, undefined, { transB: true }) });
}

/** Images (N, 1, 6, 6) → convolution, max-pool → logits (N, 3). */
export function pooledNetwork(): Graph {
  const b = new GraphBuilder('pooled');
  const x = b.input('image', 'float32', ['N', 1, 6, 6]);
  const features = flatten(maxPool(relu(conv(x, b.parameter('conv', draws('conv', [2, 1, 3, 3])))), [2, 2]));
  return b.build({
    logits: gemm(features, b.parameter('fc', draws('fc', [3, 8])), undefined, { transB: true }),
  });
}

/** Protobuf by hand: fields of a message, in order. */
export class Message {
  readonly #writer = new BinaryWriter();
  #bytes: Uint8Array | undefined;

  int(field: number, value: number | bigint): this {
    this.#writer.tag(field, WireType.Varint).int64(BigInt(value));
    return this;
  }

  text(field: number, value: string): this {
    this.#writer.tag(field, WireType.LengthDelimited).string(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#writer.tag(field, WireType.LengthDelimited).bytes(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#writer.tag(field, WireType.Bit32).float(value);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  /** The bytes; nothing can be added after. */
  finish(): Uint8Array {
    // The writer starts anew when it has finished.
    this.#bytes ??= this.#writer.finish();
    return this.#bytes;
  }
}

/** A ModelProto around a GraphProto. */
export function model(graph: Message, { opset = 18 }: { opset?: number } = {}): Uint8Array {
  return new Message()
    .int(1, 10)
    .message(7, graph)
    .message(8, new Message().text(1, '').int(2, opset))
    .finish();
}

/** A ValueInfoProto: dims as numbers, names, or undefined for nothing. */
export function valueInfo(
  name: string,
  elementType: number,
  dims: readonly (number | string | undefined)[],
): Message {
  const shape = new Message();
  for (const dim of dims) {
    const field = new Message();
    if (typeof dim === 'number') field.int(1, dim);
    if (typeof dim === 'string') field.text(2, dim);
    shape.message(1, field);
  }
  const type = new Message().int(1, elementType).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, type));
}

/** A NodeProto; attributes are AttributeProtos. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: readonly Message[]
): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(4, op);
  for (const attribute of attributes) message.message(5, attribute);
  return message;
}
