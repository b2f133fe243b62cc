import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isIPv6, Server as TcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { ConfigurationError } from '../../errors/index.js';
import type { Graph } from '../../graph/index.js';
import { rowsOfRun } from '../../export/index.js';
import { createApp } from '../app.js';
import { Batcher } from '../batcher.js';
import { DriftMonitor } from '../drift.js';
import { servedModel } from '../model.js';
import { PROBLEM_TYPE, problemFor } from '../problem.js';
import { BodyReader } from './body.js';
import { Connections } from './connections.js';
import { prometheusMetrics } from './metrics.js';
import { SessionPool } from './session-pool.js';

export interface ServeOptions {
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  /** Examples of one run of the model at most. */
  readonly maxBatch?: number;
  /** Milliseconds that an example waits for others while a run could begin. */
  readonly maxDelay?: number;
  /** Examples that wait at most. */
  readonly maxQueue?: number;
  /** Bytes of a request at most. */
  readonly maxBody?: number;
  /** Milliseconds of a request at most. */
  readonly timeout?: number;
  /** Runs of the model at a time, each in a thread of its own. */
  readonly threads?: number;
  /** Scores of the validation set, by name, which those of requests are compared with. */
  readonly reference?: Readonly<Record<string, Float32Array>> | undefined;
  /** Values of each score that are compared. */
  readonly driftWindow?: number;
  /**
   * Milliseconds that connections without a request are kept after the service began to stop: one may be
   * under way.
   */
  readonly grace?: number;
  /** Of what serves, for the OpenAPI description. */
  readonly version?: string;
  /** Gets errors that are no fault of a request. */
  readonly onFailure?: (error: unknown) => void;
}

export const SERVE_DEFAULTS: Required<Omit<ServeOptions, 'threads' | 'reference' | 'version' | 'onFailure'>> =
  {
    host: '127.0.0.1',
    port: 8080,
    maxBatch: 64,
    // While all threads are at work rows gather anyway, and a thread that is free had better begin.
    maxDelay: 0,
    maxQueue: 1024,
    maxBody: 16 * 2 ** 20,
    timeout: 10_000,
    driftWindow: 1000,
    grace: 1000,
  };

/**
 * Longer than the 60 s after which load balancers give up a connection, so that they do, and not the service.
 */
const KEEP_ALIVE_MILLISECONDS = 65_000;

export interface Service extends AsyncDisposable {
  /** Such as http://127.0.0.1:8080, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Runs of the model that go on beyond the time limit of a request, or its stop. The process cannot end by itself before they do. */
  readonly lateRuns: number;
  /** Accepts nothing more, answers what was accepted, and ends. The same promise for every call. */
  stop(): Promise<void>;
}

/**
 * Serves a model that `credence export` wrote until it is stopped.
 * @throws FormatError when it was not exported; ConfigurationError on a port that is taken, a host that is
 *   none of this machine's, a number out of its range; RuntimeError when the model cannot be run.
 */
export async function serveModel(graph: Graph, options: ServeOptions = {}): Promise<Service> {
  const settings = { ...SERVE_DEFAULTS, threads: 1, version: '0', onFailure: () => undefined, ...options };
  const model = servedModel(graph);
  const maxBatch = Math.min(settings.maxBatch, rowsOfRun(graph, settings.maxBatch));
  const limits = {
    maxBatch,
    maxExamples: settings.maxQueue,
    maxBody: settings.maxBody,
    timeout: settings.timeout,
  };
  const pool = await SessionPool.open(model.graph, {
    workers: settings.threads,
    limit: settings.timeout,
    onLate: settings.onFailure,
  });
  try {
    const drift =
      settings.reference && new DriftMonitor(settings.reference, { window: settings.driftWindow });
    const metrics = prometheusMetrics(() => batcher, drift);
    const batcher = new Batcher((rows) => pool.run(rows), {
      maxBatch,
      maxDelay: settings.maxDelay,
      maxQueue: settings.maxQueue,
      slots: settings.threads,
      onRun: (rows, seconds) => metrics.run(rows, seconds),
    });
    const bodies = new BodyReader(limits.maxBody);
    let isDraining = false;
    const app = createApp({
      model,
      batcher,
      metrics,
      limits,
      version: settings.version,
      readBody: ({ env }, signal) => {
        const { incoming, outgoing } = env as HttpBindings;
        return bodies.read(incoming, outgoing, signal);
      },
      isDraining: () => isDraining,
      isStuck: () => pool.isStuck,
      onFailure: settings.onFailure,
    });
    const connections = new Connections();
    const server = httpServer(
      getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false }),
      connections,
      settings.timeout,
    );
    const { address, port } = await listen(server, settings);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      isDraining = true;
      stopped ??= close(server, connections, settings).then(() => pool.close());
      return stopped;
    };
    const url = `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
    return {
      url,
      port,
      get lateRuns() {
        return pool.lateRuns;
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

function httpServer(listener: Listener, connections: Connections, timeout: number): Server {
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    // A client that leaves is no error of the service.
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    connections.begin(incoming, outgoing);
    void listener(incoming, outgoing);
  };
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      headersTimeout: timeout,
      // The service itself is the first to say that a body is late.
      requestTimeout: timeout + 1000,
      connectionsCheckingInterval: 1000,
    },
    handle,
  );
  server.on('connection', (socket: Socket) => connections.add(socket));
  // Asked for only once the body is wanted.
  server.on('checkContinue', handle);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  return server;
}

/** What is no HTTP never reaches a route. */
function refuse({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const message =
    status === 431
      ? 'header fields: expected fewer, or shorter ones'
      : status === 408
        ? 'request: expected all of it in time, got a part'
        : 'request: expected HTTP/1.1, got something else';
  const own = status === 408 ? 'E_TIMEOUT' : 'E_REQUEST';
  const problem = problemFor(status, { code: own, message });
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(notListening(cause, host, port)));
    server.listen({ host, port }, resolve);
  });
  return server.address() as AddressInfo;
}

function notListening(cause: NodeJS.ErrnoException, host: string, port: number): ConfigurationError {
  const { code = cause.message } = cause;
  if (code === 'EADDRINUSE') {
    const got = `${port}, which another program has`;
    const hint = 'the system finds a free one (port: 0)';
    return new ConfigurationError({ what: 'port', expected: 'a free one', got, hint, cause });
  }
  if (code === 'EACCES') {
    const [expected, got] = ['one that may be used', `${port}: no permission`];
    return new ConfigurationError({ what: 'port', expected, got, hint: 'use one from 1024', cause });
  }
  return new ConfigurationError({
    what: 'host',
    expected: 'an address of this machine, such as 127.0.0.1 or 0.0.0.0',
    got: `'${host}' (${code})`,
    cause,
  });
}

/** Until every connection is closed, at the latest when every request has timed out. */
async function close(
  server: Server,
  connections: Connections,
  { timeout, grace }: { timeout: number; grace: number },
): Promise<void> {
  await connections.acceptAll(grace);
  const closed = new Promise<void>((resolve) => {
    // `server.close` would cut idle connections at once, and with them requests that are under way to here.
    TcpServer.prototype.close.call(server, () => resolve());
  });
  const endDrain = connections.drain(grace);
  const all = setTimeout(() => server.closeAllConnections(), timeout + grace + 1000);
  await closed;
  endDrain();
  clearTimeout(all);
  // Ends the interval that looks for late requests.
  server.close();
}
