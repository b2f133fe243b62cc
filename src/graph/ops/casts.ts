import { GraphError } from '../../errors/index.js';
import type { DType } from '../../tensor/index.js';
import { elementTypeOf } from '../elements.js';
import { cast } from '../functions/arithmetic.js';
import { intAttribute, required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation, ReferenceArray } from '../operation.js';
import type { TensorType, Value } from '../types.js';
import { mapArrays } from './reference-arrays.js';

/** Cast and CastLike: the adjoint is cast back; nothing flows through integers. */
export const castOperations: readonly Operation[] = [
  {
    op: 'Cast',
    onContent: true,
    infer: ({ inputs, attributes }: InferenceCall) => {
      const dtype = elementTypeOf(intAttribute(attributes, 'to', 0));
      // Strings, bfloat16 and the 8-bit floats run, but no type of Credence holds them.
      return [dtype && castType(required(inputs, 0), dtype)];
    },
    evaluate: ({ inputs, attributes }: EvaluationCall) => {
      const dtype = elementTypeOf(intAttribute(attributes, 'to', 0));
      if (dtype === undefined)
        throw new GraphError({ what: 'Cast', expected: 'a numeric type', got: 'another' });
      return [castReference(required(inputs, 0), dtype)];
    },
    gradient: castGradient,
  },
  {
    op: 'CastLike',
    onContent: true,
    infer: ({ inputs }: InferenceCall) => [castType(required(inputs, 0), required(inputs, 1).dtype)],
    evaluate: ({ inputs }: EvaluationCall) => [castReference(required(inputs, 0), required(inputs, 1).dtype)],
    gradient: castGradient,
  },
];

/** Names of sizes stay known from one integer type to another. */
function castType({ dtype, shape, content }: TensorType, to: DType): TensorType {
  const whole = [dtype, to].every((type) => type.startsWith('int') || type.startsWith('uint'));
  return { dtype: to, shape, ...(whole && content && { content }) };
}

function castReference(x: ReferenceArray, to: DType): ReferenceArray {
  if (to === 'bool') return mapArrays([x], (element) => Number(element !== 0), to);
  return to.startsWith('float') ? { ...x, dtype: to } : mapArrays([x], Math.trunc, to);
}

function castGradient({ inputs, outputs, adjoints }: GradientCall): (Value | undefined)[] {
  const x = required(inputs, 0);
  const flows = x.dtype.startsWith('float') && outputs[0]!.dtype.startsWith('float');
  return [flows ? cast(adjoints[0]!, x.dtype) : undefined];
}
