import { GraphBuilder } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { dense } from './layers.js';

/**
 * Logistic regression: input `x` (N, inputs), output `logits` (N, 1), the log odds w'x + b of label 1. Flat
 * parameters: w, then b.
 */
export function logistic({ inputs = 2, key }: { readonly inputs?: number; readonly key: Key }): Graph {
  const builder = new GraphBuilder('logistic');
  const x = builder.input('x', 'float32', ['N', inputs]);
  return builder.build({ logits: dense(builder, x, 1, { name: 'fc', key }) });
}
