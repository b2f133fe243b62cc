import { elementTypeOf } from '../elements.js';
import type { Dim, TensorType } from '../types.js';
import { bytesField, intField, readMessage, textField } from './reader.js';
import { DIM, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from './schema.js';

/** The name and type of an input, output or inner value; undefined where it is no tensor of numbers of known rank. */
export function readValueInfo(bytes: Uint8Array): { name: string; type: TensorType | undefined } {
  let name = '';
  let type: Uint8Array | undefined;
  readMessage(bytes, {
    [VALUE_INFO.name]: textField((text) => (name = text)),
    [VALUE_INFO.type]: bytesField((message) => {
      readMessage(message, { [TYPE.tensor]: bytesField((field) => (type = field)) });
    }),
  });
  return { name, type: type && readTensorType(type, name) };
}

function readTensorType(bytes: Uint8Array, name: string): TensorType | undefined {
  let elementType = 0;
  let shape: Dim[] | undefined;
  readMessage(bytes, {
    [TENSOR_TYPE.elementType]: intField((value) => (elementType = value)),
    [TENSOR_TYPE.shape]: bytesField((message) => {
      const dims: Dim[] = [];
      readMessage(message, {
        [SHAPE.dim]: bytesField((field) => {
          const unknown = `?${name}.${dims.length}`;
          let dim: Dim = unknown;
          readMessage(field, {
            [DIM.value]: intField((value) => (dim = value)),
            // Some exporters call all sizes '?'.
            [DIM.name]: textField((text) => (dim = text === '' || text.startsWith('?') ? dim : text)),
          });
          // A size of -1 is written by some exporters for 'any'.
          dims.push(typeof dim === 'number' && dim < 0 ? unknown : dim);
        }),
      });
      shape = dims;
    }),
  });
  const dtype = elementTypeOf(elementType);
  return dtype === undefined || shape === undefined ? undefined : { dtype, shape };
}
