import { env, InferenceSession, Tensor } from 'onnxruntime-node';

export type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What runs here, and the providers it may be asked for, with its own names for them. */
export const runtimeName = 'onnxruntime-node';
export const providers: ReadonlyMap<string, string> = new Map(
  ['cpu', 'webgpu', 'cuda'].map((name) => [name, name]),
);

/** Providers whose runtime has no kernels of float64. */
export const withoutFloat64: ReadonlySet<string> = new Set();

/** Whether a run writes to the memory of output tensors that it is given. */
export const writesToOutputs: boolean = true;

export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** The runtime, ready for sessions on any provider. Their threads are their own. */
export async function loadRuntime(_provider: string, _threads: number): Promise<Runtime> {
  env.logLevel = 'fatal';
  return { InferenceSession, Tensor };
}
