import { elementCount } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { InferenceCall, Operation, ReferenceArray } from './operation.js';
import { knownCount } from './shapes.js';
import type { Dim, TensorType } from './types.js';

/** Values with more elements are not followed: shapes are small, and a hostile file could make them grow. */
const MAXIMUM = 64;

/** The type of a constant, with its elements where they are few. */
export function typeOfConstant({ dtype, shape, data }: Tensor): TensorType {
  if (data.length > MAXIMUM || dtype === 'float16') return { dtype, shape };
  return { dtype, shape, content: Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** The types with their contents: those that the type rule tells, else those computed from known inputs. */
export function withContents(
  operation: Operation,
  call: InferenceCall,
  types: readonly (TensorType | undefined)[],
): readonly (TensorType | undefined)[] {
  const bounded = types.map((type) => (type?.content && !fits(type, type.content) ? typeOnly(type) : type));
  if (!operation.onContent || operation.evaluate === undefined || call.inputs.length === 0) return bounded;
  if (bounded.some((type) => type === undefined || (knownCount(type.shape) ?? Infinity) > MAXIMUM))
    return bounded;
  const inputs = call.inputs.map((input) => (input === undefined ? undefined : known(input)));
  if (inputs.some((input, i) => input === undefined && call.inputs[i] !== undefined)) return bounded;
  const outputs = operation.evaluate({ inputs, attributes: call.attributes, outputs: call.outputs });
  return bounded.map((type, i) => {
    const content = [...(outputs[i]?.data ?? [])];
    return type && !type.content && fits(type, content) && !content.some(Number.isNaN)
      ? { ...type, content }
      : type;
  });
}

function known({ dtype, shape, content }: TensorType): ReferenceArray | undefined {
  if (content === undefined || !content.every((x) => typeof x === 'number')) return undefined;
  const sizes = shape.filter((dim) => typeof dim === 'number');
  if (sizes.length !== shape.length || elementCount(sizes) !== content.length) return undefined;
  return { dtype, shape: sizes, data: Float64Array.from(content) };
}

function fits(type: TensorType, content: readonly Dim[]): boolean {
  return content.length <= MAXIMUM && knownCount(type.shape) === content.length;
}

function typeOnly({ dtype, shape }: TensorType): TensorType {
  return { dtype, shape };
}
