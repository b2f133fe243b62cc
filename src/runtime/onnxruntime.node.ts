import { env } from 'onnxruntime-node';

export { InferenceSession, Tensor } from 'onnxruntime-node';

/** What runs here, and the providers it may be asked for, with its own names for them. */
export const runtimeName = 'onnxruntime-node';
export const providers: ReadonlyMap<string, string> = new Map(
  ['cpu', 'webgpu', 'cuda'].map((name) => [name, name]),
);

/** Whether a run writes to the memory of output tensors that it is given. */
export const writesToOutputs: boolean = true;

/** What must be set before a session is opened. Its threads are its own. */
export function prepare(_threads: number): void {
  env.logLevel = 'fatal';
}
