export { arrayOf, assertFinite, elementCount, sliceRows, tensor, zeros } from './tensor.js';
export type { ArrayConstructor, DataOf, DType, Tensor } from './tensor.js';
