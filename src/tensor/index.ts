export { assertFinite, elementCount, sliceRows, tensor, zeros } from './tensor.js';
export type { DataOf, DType, Tensor } from './tensor.js';
