export { GraphBuilder, OPSET } from './builder.js';
export type { GraphHeader, Replacement } from './builder.js';
export * from './functions/arithmetic.js';
export * from './functions/network.js';
export * from './functions/shaping.js';
export { evaluateReference, fromReference, referenceArray, toReference } from './reference.js';
export { float, formatShape, formatType, int, ints, text } from './types.js';
export type * from './types.js';
export type { Underived } from './gradient.js';
export type { ReferenceArray } from './operation.js';
export { gradient, gradientName, underivedOperations } from './gradient.js';
export { decodeOnnx } from './onnx/decode.js';
export type { DecodeOptions } from './onnx/decode.js';
export { encodeOnnx } from './onnx/encode.js';
export { bindParameters, parametersOf } from './transforms/bind.js';
export type { Parameters } from './transforms/bind.js';
export { cutAtFloat64, cutAtRandom, cutAtTrained, extract } from './transforms/cut.js';
export type { CutGraph } from './transforms/cut.js';
export { dropIdentities } from './transforms/drop-identities.js';
export { expose } from './transforms/expose.js';
export { foldConstants } from './transforms/fold.js';
export { merge } from './transforms/merge.js';
export { prune } from './transforms/prune.js';
export { shareCommon } from './transforms/share.js';
export { widen } from './transforms/widen.js';
export { activateDropout, dropoutLayers, removeDropout } from './transforms/stochastic.js';
export type { DropoutOptions } from './transforms/stochastic.js';
export {
  flatLayout,
  flattenParameters,
  packParameters,
  PARAMETERS,
  unpackParameters,
} from './transforms/flat-parameters.js';
export type { FlatLayout } from './transforms/flat-parameters.js';
