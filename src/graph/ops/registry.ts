import type { Operation } from '../operation.js';
import type { Node } from '../types.js';
import { activationOperations } from './activations.js';
import { attentionOperations } from './attention.js';
import { binaryOperations } from './binary.js';
import { blockOperations } from './blocks.js';
import { castOperations } from './casts.js';
import { choiceOperations } from './choice.js';
import { convOperation } from './convolution.js';
import { cumulativeOperations } from './cumulative.js';
import { einsumOperation } from './einsum.js';
import { gatheringOperations } from './gathering.js';
import { generatorOperations } from './generators.js';
import { globalPoolOperations } from './global-pooling.js';
import { layoutOperations } from './layout.js';
import { normalizationOperations } from './normalization.js';
import { normOperations } from './norms.js';
import { orderOperations } from './order.js';
import { padOperation } from './padding.js';
import { poolingOperations } from './pooling.js';
import { productOperations } from './products.js';
import { reductionOperations } from './reduction.js';
import { repetitionOperations } from './repetition.js';
import { resizeOperation } from './resize.js';
import { scatteringOperations } from './scattering.js';
import { slicingOperations } from './slicing.js';
import { softmaxOperations } from './softmax.js';
import { convTransposeOperation } from './transposed.js';
import { unaryOperations } from './unary.js';
import { variadicOperations } from './variadic.js';

const operations = new Map<string, Operation>(
  [
    ...activationOperations,
    ...attentionOperations,
    ...binaryOperations,
    ...blockOperations,
    ...castOperations,
    ...choiceOperations,
    convOperation,
    convTransposeOperation,
    ...cumulativeOperations,
    einsumOperation,
    ...gatheringOperations,
    ...generatorOperations,
    ...globalPoolOperations,
    ...layoutOperations,
    ...normalizationOperations,
    ...normOperations,
    ...orderOperations,
    padOperation,
    ...poolingOperations,
    ...productOperations,
    ...reductionOperations,
    ...repetitionOperations,
    resizeOperation,
    ...scatteringOperations,
    ...slicingOperations,
    ...softmaxOperations,
    ...unaryOperations,
    ...variadicOperations,
  ].map((operation) => [operation.op, operation]),
);

/** What is known of a node's operation, or undefined: graphs with unknown operations can be read and run, not derived. */
export function operationOf({ op, domain }: Pick<Node, 'op' | 'domain'>): Operation | undefined {
  return domain === '' ? operations.get(op) : undefined;
}

/** The operations that Credence knows the types of, sorted. */
export function knownOperations(): readonly Operation[] {
  return [...operations.values()].toSorted((a, b) => (a.op < b.op ? -1 : 1));
}
