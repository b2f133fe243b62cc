import { loadRuntime, providers, runtimeName, withoutFloat64, writesToOutputs } from '#onnxruntime';
import type { InferenceSession, Runtime, Tensor as RuntimeTensor } from '#onnxruntime';
import { ConfigurationError, didYouMean, RuntimeError, ShapeError } from '../errors/index.js';
import { encodeOnnx, formatType } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import type { DataOf, DType, Tensor } from '../tensor/index.js';
import { checkFeeds } from './feeds.js';
import { checkSizes } from './size-limit.js';
import type { Provider, Session, SessionOptions } from './types.js';
import { openWithoutFloat64 } from './without-float64.js';

/** Bytes at whose multiples a new array begins, whatever allocated it. */
const ALIGNMENT = 16;

/**
 * Opens a session on a graph.
 * @throws ConfigurationError on a provider that this runtime does not have, or a number of threads that is none.
 * @throws RuntimeError when ONNX Runtime cannot run the graph, or one of its values would have more than 4 GiB.
 */
export async function openSession(graph: Graph, options: SessionOptions = {}): Promise<Session> {
  const provider = providerName(options.provider ?? 'cpu');
  const threads = options.threads ?? 1;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ConfigurationError({
      what: 'threads',
      expected: 'an integer of at least 1',
      got: `${threads}`,
    });
  }
  checkSizes(graph);
  if (!withoutFloat64.has(provider)) return openOn(graph, provider, options);
  return openWithoutFloat64(graph, (part, where) =>
    openOn(part, where === 'device' ? provider : providerName('cpu'), options),
  );
}

/** On a provider that has all that the graph computes; `provider`: the runtime's name of it. */
async function openOn(graph: Graph, provider: string, options: SessionOptions): Promise<Session> {
  const { threads = 1, keepMemory = true } = options;
  let runtime: Runtime;
  let session: InferenceSession;
  try {
    // Warnings of the runtime are about its own optimisations, and its errors are thrown here too.
    runtime = await loadRuntime(provider, threads);
    session = await runtime.InferenceSession.create(encodeOnnx(graph), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: keepMemory,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw failure(`opening graph '${graph.name}' on ${provider}`, error);
  }
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await session.release();
  };
  return {
    graph,
    async run(feeds, { outputs = graph.outputs, into = {} } = {}) {
      if (closed)
        throw new RuntimeError({
          what: `session of '${graph.name}'`,
          expected: 'an open one',
          got: 'a closed one',
        });
      checkFeeds(graph, feeds);
      const inputs = Object.fromEntries(
        graph.inputs.map(({ name }) => [name, toRuntime(runtime, feeds[name]!)]),
      );
      try {
        const targets = outputs.map(
          (name) => [name, writesToOutputs ? targetOf(runtime, into[name]) : null] as const,
        );
        const results = await session.run(inputs, Object.fromEntries(targets));
        return Object.fromEntries(outputs.map((name) => [name, placed(results[name]!, into[name])]));
      } catch (error) {
        throw failure(`running graph '${graph.name}'`, error);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function providerName(provider: Provider): string {
  const name = providers.get(provider);
  if (name !== undefined) return name;
  const near = didYouMean(provider, providers.keys());
  throw new ConfigurationError({
    what: 'provider',
    expected: `one of ${[...providers.keys()].join(', ')} (${runtimeName})`,
    got: `'${provider}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}

function toRuntime(runtime: Runtime, value: Tensor): RuntimeTensor {
  // The runtime does not take shared memory, and the order in which its kernels sum depends on the alignment of their input.
  const { data: own } = value;
  const data = isShared(own) || own.byteOffset % ALIGNMENT !== 0 ? own.slice() : own;
  return runtimeTensor(runtime, value, data);
}

function runtimeTensor({ Tensor }: Runtime, { dtype, shape }: Tensor, data: DataOf<DType>): RuntimeTensor {
  return new Tensor(dtype, data as Float32Array, shape);
}

function targetOf(runtime: Runtime, target: Tensor | undefined): RuntimeTensor | null {
  return target === undefined ? null : runtimeTensor(runtime, target, target.data);
}

/** The result, in `target` where there is one. */
function placed(result: RuntimeTensor, target: Tensor | undefined): Tensor {
  if (target === undefined) return fromRuntime(result);
  if (writesToOutputs) return target;
  if (result.type !== target.dtype || result.dims.join() !== target.shape.join()) {
    const expected = formatType({ dtype: result.type as DType, shape: result.dims });
    throw new ShapeError({ what: 'array for an output', expected, got: formatType(target) });
  }
  (target.data as Float32Array).set(result.data as Float32Array);
  return target;
}

function fromRuntime(value: RuntimeTensor): Tensor {
  const dtype = value.type as DType;
  const data = value.data as DataOf<DType>;
  // Where the platform has a Float16Array the runtime gives one; a float16 tensor holds bits.
  const bits = dtype === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { dtype, shape: value.dims, data: bits };
}

function isShared(data: DataOf<DType>): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer;
}

function failure(what: string, error: unknown): RuntimeError {
  return new RuntimeError({
    what,
    got: (error instanceof Error ? error.message : String(error)).trim(),
    cause: error,
  });
}
