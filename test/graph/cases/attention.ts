import { float, int } from '#credence/graph/index';
import type { Attributes, Shape, Value } from '#credence/graph/index';
import type { Case, CaseBuilder } from '../harness.js';

interface Use {
  readonly name: string;
  readonly q: Shape;
  readonly k: Shape;
  readonly v?: Shape;
  readonly mask?: (c: CaseBuilder) => Value;
  readonly attributes?: Attributes;
}

const attention = ({ name, q, k, v = k, mask, attributes = {} }: Use): Case => ({
  op: 'Attention',
  name,
  opset: 23,
  build: (c) =>
    c.apply('Attention', [c.floats('q', q), c.floats('k', k), c.floats('v', v), mask?.(c)], attributes),
  terms: 100,
});

const heads = { q_num_heads: int(2), kv_num_heads: int(2) };

export const attentionCases: readonly Case[] = [
  attention({ name: 'heads apart', q: ['N', 2, 3, 4], k: ['N', 2, 5, 4] }),
  attention({ name: 'heads side by side', q: ['N', 3, 8], k: ['N', 5, 8], attributes: heads }),
  attention({
    name: 'values of another size, a scale',
    q: ['N', 2, 3, 4],
    k: ['N', 2, 3, 4],
    v: ['N', 2, 3, 2],
    attributes: { scale: float(0.25) },
  }),
  attention({ name: 'causal', q: ['N', 2, 3, 4], k: ['N', 2, 3, 4], attributes: { is_causal: int(1) } }),
  attention({
    name: 'an added mask',
    q: ['N', 3, 8],
    k: ['N', 4, 8],
    mask: (c) => c.floats('mask', [3, 4]),
    attributes: heads,
  }),
  attention({
    name: 'a mask of what is seen',
    q: ['N', 2, 3, 4],
    k: ['N', 2, 3, 4],
    mask: (c) => c.constant([1, 0, 1, 1, 1, 0, 0, 1, 1], 'bool', [3, 3]),
  }),
  attention({ name: 'keys that heads share', q: ['N', 4, 3, 2], k: ['N', 2, 3, 2] }),
  attention({
    name: 'keys that heads share, side by side',
    q: ['N', 3, 8],
    k: ['N', 3, 4],
    attributes: { q_num_heads: int(4), kv_num_heads: int(2) },
  }),
];
