/// <reference lib="esnext.disposable" preserve="true" />
import { loadRuntime, providers, runtimeName, withoutFloat64, writesToOutputs } from '#onnxruntime';
import type { InferenceSession, Runtime, Tensor as RuntimeTensor } from '#onnxruntime';
import { ConfigurationError, didYouMean, RuntimeError, ShapeError } from '../errors/index.js';
import { encodeOnnx, formatShape, formatType } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import type { DataOf, DType, Tensor } from '../tensor/index.js';
import { splitFloat64Scalars } from './float64-scalars.js';
import { checkSizes } from './size-limit.js';

/** Where a graph runs. 'cpu' means the CPU of this machine, in the browser too (WebAssembly). */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

export interface SessionOptions {
  readonly provider?: Provider;
  /**
   * Threads of one run; 1 unless given. Workers with a thread each scale better than one session with many. In a browser the
   * first session's number holds for all, and more than 1 needs a page that is cross-origin isolated.
   */
  readonly threads?: number;
  /** Whether memory is kept between runs (faster) or given back after each. True unless given. */
  readonly keepMemory?: boolean;
}

/** Bytes at whose multiples a new array begins, whatever allocated it. */
const ALIGNMENT = 16;

export type Feeds = Readonly<Record<string, Tensor>>;
export type Fetches = Readonly<Record<string, Tensor>>;

/** A graph that is ready to run. It holds memory outside the JavaScript heap: close it, or declare it with `await using`. */
export interface Session extends AsyncDisposable {
  readonly graph: Graph;
  /**
   * Runs the graph on values for all its inputs and returns its outputs, or those that are named. `into`: arrays that outputs
   * are written to instead of new ones, which a loop of large outputs is faster with.
   * @throws ShapeError when a feed is missing, unknown, or not of its input's type and shape.
   * @throws RuntimeError when ONNX Runtime fails.
   */
  run(feeds: Feeds, options?: { outputs?: readonly string[]; into?: Fetches }): Promise<Fetches>;
  close(): Promise<void>;
}

/**
 * Opens a session on a graph.
 * @throws ConfigurationError on a provider that this runtime does not have.
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
  const split = withoutFloat64.has(provider) ? splitFloat64Scalars(graph) : undefined;
  const ran = split?.graph ?? graph;
  let runtime: Runtime;
  let session: InferenceSession;
  try {
    // Warnings of the runtime are about its own optimisations, and its errors are thrown here too.
    runtime = await loadRuntime(provider, threads);
    session = await runtime.InferenceSession.create(encodeOnnx(ran), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: options.keepMemory ?? true,
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
      rejectUnknown(graph, feeds);
      const checked = graph.inputs.map((input) => [input.name, toRuntime(runtime, input, feeds)] as const);
      const inputs = Object.fromEntries(split === undefined ? checked : rest(ran, checked));
      for (const [name, value] of Object.entries(split?.prepare(feeds) ?? {}))
        inputs[name] = runtimeTensor(runtime, value, value.data);
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

function toRuntime(runtime: Runtime, input: Input, feeds: Feeds): RuntimeTensor {
  const value = feeds[input.name];
  const fits =
    value !== undefined &&
    value.dtype === input.dtype &&
    value.shape.length === input.shape.length &&
    input.shape.every((dim, axis) => typeof dim === 'string' || dim === value.shape[axis]);
  if (!fits) {
    throw new ShapeError({
      what: `input '${input.name}'`,
      expected: formatType(input),
      got: value === undefined ? 'nothing' : `${value.dtype} ${formatShape(value.shape)}`,
    });
  }
  // The runtime does not take shared memory, and the order in which its kernels sum depends on the alignment of their input.
  const { data: own } = value;
  const data = isShared(own) || own.byteOffset % ALIGNMENT !== 0 ? own.slice() : own;
  return runtimeTensor(runtime, value, data);
}

/** Of what is fed, what a part of the graph still reads. */
function rest<T>({ inputs }: Graph, fed: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  return fed.filter(([name]) => inputs.some((input) => input.name === name));
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

function rejectUnknown(graph: Graph, feeds: Feeds): void {
  for (const name of Object.keys(feeds)) {
    if (graph.inputs.some((input) => input.name === name)) continue;
    const names = graph.inputs.map((input) => input.name);
    const near = didYouMean(name, names);
    throw new ShapeError({
      what: `feeds of graph '${graph.name}'`,
      expected: `its inputs (${names.join(', ')})`,
      got: `'${name}'`,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  }
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
