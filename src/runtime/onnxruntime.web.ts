import type { InferenceSession, Tensor } from 'onnxruntime-web';

export type { InferenceSession, Tensor } from 'onnxruntime-web';

/** What runs here, and the providers it may be asked for, with its own names for them. */
export const runtimeName = 'onnxruntime-web';
export const providers: ReadonlyMap<string, string> = new Map([
  ['cpu', 'wasm'],
  ['webgpu', 'webgpu'],
]);

/** Providers whose runtime has no kernels of float64. */
export const withoutFloat64: ReadonlySet<string> = new Set(['webgpu']);

/** Whether a run writes to the memory of output tensors that it is given: WebAssembly has only its own. */
export const writesToOutputs: boolean = false;

export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/**
 * The runtime for a provider, ready for sessions of `threads` threads. It starts its threads once, so the first session's number
 * holds for all.
 */
export async function loadRuntime(provider: string, threads: number): Promise<Runtime> {
  // Each is loaded when it is first asked for: that with WebGPU is twice as large. The package's default build, which has float64 and an
  // older WebGPU, would not do: it returns zeros where a node has more outputs than a shader has buffers.
  const { env, InferenceSession, Tensor } =
    provider === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
  env.logLevel = 'fatal';
  env.wasm.numThreads ??= threads;
  return { InferenceSession, Tensor };
}
