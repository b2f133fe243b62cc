import { env } from 'onnxruntime-web';

export { InferenceSession, Tensor } from 'onnxruntime-web';

/** What runs here, and the providers it may be asked for, with its own names for them. */
export const runtimeName = 'onnxruntime-web';
export const providers: ReadonlyMap<string, string> = new Map([
  ['cpu', 'wasm'],
  ['webgpu', 'webgpu'],
]);

/** Whether a run writes to the memory of output tensors that it is given: WebAssembly has only its own. */
export const writesToOutputs: boolean = false;

/** What must be set before a session is opened. The runtime starts its threads once, so the first session's number holds for all. */
export function prepare(threads: number): void {
  env.logLevel = 'fatal';
  env.wasm.numThreads ??= threads;
}
