import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What became of the requests of all clients. */
export interface LoadReport {
  /** Milliseconds of those that were answered with 200. */
  readonly latencies: number[];
  /** By status, of the others that were answered. */
  readonly failed: Record<number, number>;
  /** Sent on a connection that ended before their answer. */
  lost: number;
  /** Connections that the service ended as announced (`connection: close`). */
  closed: number;
  seconds: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly clients: number;
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Until it is aborted, or the service has ended all connections. */
  readonly signal: AbortSignal;
  /** Whether the body of an answer is right; unless given, all of them are. */
  readonly isRight?: (text: string) => boolean;
}

/**
 * Clients that send a request on a connection of their own, wait for its answer, and send the next. Plain
 * sockets, since a client of Node takes longer for a request than the service.
 */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const report: LoadReport = { latencies: [], failed: {}, lost: 0, closed: 0, seconds: 0 };
  const head = [
    'POST /v1/predict HTTP/1.1',
    'host: 127.0.0.1',
    `content-type: ${options.contentType}`,
    `content-length: ${options.body.length}`,
  ].join('\r\n');
  const request = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), options.body]);
  const started = performance.now();
  await Promise.all(Array.from({ length: options.clients }, () => client(request, options, report)));
  report.seconds = (performance.now() - started) / 1000;
  return report;
}

async function client(
  request: Uint8Array,
  { port, signal, isRight = () => true }: LoadOptions,
  report: LoadReport,
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true).on('error', () => undefined);
  await once(socket, 'connect');
  const answers = answersOf(socket);
  while (!signal.aborted) {
    const started = performance.now();
    socket.write(request);
    const { value: answer, done } = await answers.next();
    if (done === true) {
      report.lost++;
      return;
    }
    if (answer.status === 200 && isRight(answer.body)) report.latencies.push(performance.now() - started);
    else report.failed[answer.status] = (report.failed[answer.status] ?? 0) + 1;
    if (answer.closes) {
      report.closed++;
      break;
    }
  }
  socket.destroy();
}

interface Answer {
  readonly status: number;
  readonly closes: boolean;
  readonly body: string;
}

async function* answersOf(socket: Socket): AsyncGenerator<Answer, undefined> {
  let text = '';
  try {
    for await (const chunk of socket.setEncoding('latin1')) {
      text += chunk as string;
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? NaN);
      if (end < 0 || text.length < end + 4 + length) continue;
      yield {
        status: Number(text.slice(9, 12)),
        closes: /\r\nconnection: close/i.test(text.slice(0, end)),
        body: text.slice(end + 4, end + 4 + length),
      };
      text = text.slice(end + 4 + length);
    }
  } catch {
    // A connection that was cut has no more answers.
  }
  return undefined;
}
