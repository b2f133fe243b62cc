import { DataError, FormatError, ShapeError } from '../errors/index.js';
import { formatShape } from '../graph/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

const MOST_AXES = 16;
const EXPECTED =
  'an object {"inputs": ...} with nested arrays of numbers, or {"shape": [...], "data": [...]}';

/**
 * `{"inputs": [[...], ...]}` or `{"inputs": {"shape": [...], "data": [...]}}`.
 * @throws FormatError when it is no JSON or has other fields; ShapeError on ragged arrays and on data that do
 *   not fill the shape; DataError on what is no number.
 */
export function decodeJson(bytes: Uint8Array): Tensor<'float32'> {
  const value = parse(bytes);
  if (!isObject(value) || !Object.hasOwn(value, 'inputs')) throw notRequest(value);
  const other = Object.keys(value).find((key) => key !== 'inputs');
  if (other !== undefined) throw unknownField(other);
  const { inputs } = value;
  // A number and its comma, or an empty array, have two bytes.
  if (Array.isArray(inputs)) return nested(inputs, bytes.length / 2);
  if (isObject(inputs)) return flat(inputs);
  throw notRequest(inputs);
}

function parse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError({ what: 'request body', expected: 'JSON in UTF-8', got: got.slice(0, 200), cause });
  }
}

function nested(inputs: readonly unknown[], most: number): Tensor<'float32'> {
  const shape: number[] = [];
  let first: unknown = inputs;
  while (Array.isArray(first) && shape.length <= MOST_AXES) {
    shape.push(first.length);
    first = (first as readonly unknown[])[0];
  }
  if (shape.length > MOST_AXES) {
    throw new ShapeError({ what: 'inputs', expected: `at most ${MOST_AXES} axes`, got: 'deeper arrays' });
  }
  const count = elementCount(shape);
  if (count > most) {
    const expected = `${count} numbers, as the first row has for shape ${formatShape(shape)}`;
    throw new ShapeError({ what: 'inputs', expected, got: 'less' });
  }
  const data = new Float32Array(count);
  const path: number[] = [];
  let at = 0;
  const fill = (values: unknown, axis: number): void => {
    if (!Array.isArray(values) || values.length !== shape[axis]) throw ragged(shape, axis, values, path);
    if (axis === shape.length - 1) {
      for (let i = 0; i < values.length; i++) {
        const value = (values as readonly unknown[])[i];
        data[at++] = typeof value === 'number' ? value : notNumber(value, ...path, i);
      }
      return;
    }
    for (let i = 0; i < values.length; i++) {
      path[axis] = i;
      fill((values as readonly unknown[])[i], axis + 1);
    }
    path.length = axis;
  };
  fill(inputs, 0);
  return tensor('float32', shape, data);
}

function flat(inputs: Readonly<Record<string, unknown>>): Tensor<'float32'> {
  const other = Object.keys(inputs).find((key) => key !== 'shape' && key !== 'data');
  if (other !== undefined) throw unknownField(`inputs.${other}`);
  const { shape, data } = inputs;
  if (!Array.isArray(shape) || !Array.isArray(data)) throw notRequest(inputs);
  const sizes = (shape as readonly unknown[]).slice(0, MOST_AXES + 1);
  const isShape = sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!isShape || sizes.length > MOST_AXES) {
    throw new ShapeError({
      what: 'inputs.shape',
      expected: `at most ${MOST_AXES} integers of at least 0`,
      got: JSON.stringify(sizes).slice(0, 100),
    });
  }
  const count = elementCount(sizes as readonly number[]);
  if (count !== data.length) {
    throw new ShapeError({
      what: 'inputs.data',
      expected: `${count} numbers for shape ${formatShape(sizes as readonly number[])}`,
      got: `${data.length}`,
    });
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = (data as readonly unknown[])[i];
    values[i] = typeof value === 'number' ? value : notNumber(value, i);
  }
  return tensor('float32', sizes as readonly number[], values);
}

function notNumber(value: unknown, ...path: readonly number[]): never {
  throw new DataError({
    what: 'inputs',
    expected: 'a number',
    got: kindOf(value),
    where: `element [${path.join('][')}]`,
  });
}

function ragged(shape: readonly number[], axis: number, value: unknown, path: readonly number[]): ShapeError {
  return new ShapeError({
    what: 'inputs',
    expected: `an array of ${shape[axis]}, as the first one`,
    got: Array.isArray(value) ? `${value.length}` : kindOf(value),
    where: axis === 0 ? 'inputs' : `element [${path.slice(0, axis).join('][')}]`,
  });
}

function notRequest(value: unknown): FormatError {
  return new FormatError({ what: 'request body', expected: EXPECTED, got: kindOf(value) });
}

function unknownField(name: string): FormatError {
  return new FormatError({
    what: 'request body',
    expected: EXPECTED,
    got: `the field '${name.slice(0, 60)}'`,
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const fields = Object.keys(value)
      .slice(0, 5)
      .map((key) => `'${key.slice(0, 30)}'`);
    return fields.length === 0 ? 'an empty object' : `an object with ${fields.join(', ')}`;
  }
  return typeof value === 'string' ? `a text` : `${typeof value === 'number' ? value : typeof value}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
