import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-web';
import { RuntimeError } from '../../errors/index.js';
import type { DataOf, DType, Tensor } from '../../tensor/index.js';
import type { PlainRuntime } from '../verify.js';

interface Module {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof RuntimeTensor;
}

/** The runtimes that there are here; 'onnxruntime-web' runs its WebAssembly in Node too. */
export async function plainRuntimes(): Promise<readonly PlainRuntime[]> {
  const loaded = await Promise.all([
    import('onnxruntime-node').then(
      (module) => plainRuntime('onnxruntime-node', 'cpu', module),
      () => undefined,
    ),
    import('onnxruntime-web').then(
      (module) => plainRuntime('onnxruntime-web', 'wasm', module),
      () => undefined,
    ),
  ]);
  return loaded.filter((runtime) => runtime !== undefined);
}

function plainRuntime(name: string, provider: string, module: Module): PlainRuntime {
  return {
    name,
    readsFiles: name === 'onnxruntime-node',
    async run(model, feeds) {
      try {
        const options = { executionProviders: [provider], logSeverityLevel: 4 } as const;
        // A path, so that a model finds its external data.
        const session =
          typeof model === 'string'
            ? await module.InferenceSession.create(model, options)
            : await module.InferenceSession.create(model, options);
        try {
          const inputs = Object.entries(feeds).map(([input, { dtype, shape, data }]) => [
            input,
            new module.Tensor(dtype, data as Float32Array, shape),
          ]);
          // A map from classes to probabilities, or a text, is no array.
          const arrays = session.outputMetadata.flatMap((output) =>
            output.isTensor && output.type !== 'string' ? [output.name] : [],
          );
          const results = await session.run(
            Object.fromEntries(inputs) as Record<string, RuntimeTensor>,
            arrays,
          );
          return Object.fromEntries(
            Object.entries(results).map(([output, value]) => [output, tensorOf(value)]),
          );
        } finally {
          await session.release();
        }
      } catch (error) {
        const got = (error instanceof Error ? error.message : String(error)).trim();
        throw new RuntimeError({ what: `running the model on ${name}`, got, cause: error });
      }
    },
  };
}

function tensorOf(value: RuntimeTensor): Tensor {
  const dtype = value.type as DType;
  const data = value.data as DataOf<DType>;
  const bits = dtype === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { dtype, shape: value.dims, data: bits };
}
