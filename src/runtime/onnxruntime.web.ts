export { env, InferenceSession, Tensor } from 'onnxruntime-web';

/** What runs here, and the providers it may be asked for. */
export const runtimeName = 'onnxruntime-web';
export const providers: readonly string[] = ['wasm', 'webgpu'];
