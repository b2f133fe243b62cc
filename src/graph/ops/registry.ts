import type { Operation } from '../operation.js';
import { binaryOperations, clipOperation, extremeOperations, whereOperation } from './binary.js';
import { convOperation, convTransposeOperation } from './convolution.js';
import { layoutOperations } from './layout.js';
import { averagePoolOperation, globalPoolOperations, maxPoolOperation } from './pooling.js';
import { gemmOperation, matmulOperation } from './products.js';
import { argOperations, reductionOperations, shapeOperations, softmaxOperations } from './reduction.js';
import { selectionOperations } from './selection.js';
import { castOperation, unaryOperations } from './unary.js';

const operations = new Map<string, Operation>(
  [
    ...argOperations,
    averagePoolOperation,
    ...binaryOperations,
    castOperation,
    clipOperation,
    convOperation,
    convTransposeOperation,
    ...extremeOperations,
    gemmOperation,
    ...globalPoolOperations,
    ...layoutOperations,
    matmulOperation,
    maxPoolOperation,
    ...reductionOperations,
    ...selectionOperations,
    ...shapeOperations,
    ...softmaxOperations,
    ...unaryOperations,
    whereOperation,
  ].map((operation) => [operation.op, operation]),
);

/** What is known of an ONNX operation, or undefined: graphs with unknown operations can be read and run, not derived. */
export function operationOf(op: string): Operation | undefined {
  return operations.get(op);
}

/** The operations that Credence knows the types of, sorted. */
export function knownOperations(): readonly Operation[] {
  return [...operations.values()].toSorted((a, b) => (a.op < b.op ? -1 : 1));
}
