import { GraphBuilder, relu } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { dense, dropoutLayer } from './layers.js';

export interface MlpOptions {
  readonly inputs?: number;
  /** Units of each hidden layer; one layer of 50 unless given. */
  readonly hidden?: readonly number[];
  /** Columns of the logits; 1, a binary classifier, unless given. */
  readonly outputs?: number;
  /** The rate of a Dropout layer `dropout<i>` behind each hidden layer; no such layers unless given. */
  readonly dropout?: number;
  readonly key: Key;
}

/** A perceptron with ReLU: input `x` (N, inputs), layers `fc1`, `fc2`, ..., output `logits` (N, outputs). */
export function mlp({ inputs = 2, hidden = [50], outputs = 1, dropout, key }: MlpOptions): Graph {
  const builder = new GraphBuilder('mlp');
  let x = builder.input('x', 'float32', ['N', inputs]);
  hidden.forEach((units, i) => {
    x = relu(dense(builder, x, units, { name: `fc${i + 1}`, key }));
    if (dropout !== undefined) x = dropoutLayer(x, dropout, `dropout${i + 1}`);
  });
  return builder.build({ logits: dense(builder, x, outputs, { name: `fc${hidden.length + 1}`, key }) });
}
