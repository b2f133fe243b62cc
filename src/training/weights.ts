import { didYouMean, ShapeError } from '../errors/index.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/index.js';
import { formatType } from '../graph/index.js';
import type { FlatLayout, Parameters, TensorType } from '../graph/index.js';
import { assertFinite } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Parameters as the bytes of a safetensors file, by name and in order: what other tools read. `metadata`: texts beside them. */
export function encodeParameters(
  parameters: Parameters,
  { metadata = {} }: { metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  return encodeSafetensors({ tensors: parameters, metadata });
}

/**
 * The parameters in a safetensors file, for `bindParameters`. `layout`: that of the graph they are for (`flatLayout`), which
 * they must fit exactly. `where`: what the messages call the source, a path.
 * @throws FormatError when the bytes are no such file, ShapeError listing every weight that is missing, extra or misshapen,
 * DataError when one is not finite.
 */
export function decodeParameters(
  bytes: Uint8Array,
  layout: FlatLayout,
  { where = 'safetensors data' }: { where?: string } = {},
): Map<string, Tensor<'float32'>> {
  const { tensors } = decodeSafetensors(bytes, { where });
  checkTensors('parameters', typesOf(layout), tensors, where);
  return new Map(layout.pieces.map(({ name }) => [name, tensors.get(name) as Tensor<'float32'>]));
}

/** The types by name that a layout asks for. */
export function typesOf({ pieces }: FlatLayout, prefix = ''): Map<string, TensorType> {
  return new Map(pieces.map(({ name, shape }) => [`${prefix}${name}`, { dtype: 'float32', shape }]));
}

/** @throws ShapeError listing every tensor that is missing, extra or misshapen; DataError when one is not finite. */
export function checkTensors(
  what: string,
  expected: ReadonlyMap<string, TensorType>,
  tensors: ReadonlyMap<string, Tensor>,
  where: string,
): void {
  const faults: string[] = [];
  for (const [name, type] of expected) {
    const given = tensors.get(name);
    if (given === undefined) faults.push(`'${name}' ${formatType(type)} is missing`);
    else if (formatType(given) !== formatType(type)) {
      faults.push(`'${name}' should be ${formatType(type)} and is ${formatType(given)}`);
    }
  }
  for (const name of tensors.keys()) {
    if (expected.has(name)) continue;
    const near = didYouMean(name, expected.keys());
    faults.push(`'${name}' is extra${near === undefined ? '' : ` (did you mean '${near}'?)`}`);
  }
  if (faults.length > 0) {
    throw new ShapeError({ what, expected: `${expected.size} tensors`, got: faults.join('; '), where });
  }
  for (const [name, value] of tensors) assertFinite(`'${name}' of ${where}`, value);
}
