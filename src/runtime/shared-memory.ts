import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** The tensor in memory that all workers see: itself if it is there already, else a copy. */
export function toShared(value: Tensor): Tensor {
  const { data } = value;
  if (data.buffer instanceof SharedArrayBuffer) return value;
  const memory = new SharedArrayBuffer(data.byteLength);
  new Uint8Array(memory).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const array = data.constructor as new (buffer: SharedArrayBuffer) => Float32Array<SharedArrayBuffer>;
  return tensor(value.dtype, value.shape, new array(memory) as Float32Array);
}
