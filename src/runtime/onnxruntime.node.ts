export { env, InferenceSession, Tensor } from 'onnxruntime-node';

/** What runs here, and the providers it may be asked for. */
export const runtimeName = 'onnxruntime-node';
export const providers: readonly string[] = ['cpu', 'webgpu', 'cuda'];
