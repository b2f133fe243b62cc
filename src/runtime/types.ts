/// <reference lib="esnext.disposable" preserve="true" />
import type { Graph } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/**
 * Where a graph runs. 'cpu' means the CPU of this machine, in the browser too (WebAssembly). 'webgpu' has no float64: what a graph
 * computes in it, and of it, runs on the CPU.
 */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** Where and how a graph runs. */
export interface SessionOptions {
  /** 'cpu' unless given. */
  readonly provider?: Provider;
  /**
   * Threads of one run; 1 unless given. Workers with a thread each scale better than one session with many. In a browser the
   * first session's number holds for all, and more than 1 needs a page that is cross-origin isolated.
   */
  readonly threads?: number;
  /** Whether memory is kept between runs (faster) or given back after each. True unless given. */
  readonly keepMemory?: boolean;
}

/** Of options that have more, those of the session: what is handed on, to a worker too. */
export function sessionOptions({ provider, threads, keepMemory }: SessionOptions): SessionOptions {
  return {
    ...(provider !== undefined && { provider }),
    ...(threads !== undefined && { threads }),
    ...(keepMemory !== undefined && { keepMemory }),
  };
}

/** Values for the inputs of a graph, by name. */
export type Feeds = Readonly<Record<string, Tensor>>;
/** Values of a graph's outputs, by name. */
export type Fetches = Readonly<Record<string, Tensor>>;

/** A graph that is ready to run. It holds memory outside the JavaScript heap: close it, or declare it with `await using`. */
export interface Session extends AsyncDisposable {
  readonly graph: Graph;
  /**
   * Runs the graph on values for all its inputs and returns its outputs, or those that are named. `into`: arrays that outputs
   * are written to instead of new ones, which a loop of large outputs is faster with.
   * @throws ShapeError when a feed is missing, unknown, or not of its input's type and shape.
   * @throws RuntimeError when ONNX Runtime fails, or the session is closed.
   */
  run(feeds: Feeds, options?: { outputs?: readonly string[]; into?: Fetches }): Promise<Fetches>;
  /** Gives the memory back. A second time does nothing. */
  close(): Promise<void>;
}
