import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  /** Requests that are not answered to the end. */
  active: number;
  /** `performance.now()` when the last of them was, or the connection began. */
  since: number;
  /** Bytes that had come by then. */
  bytesRead: number;
}

/** The connections of a server, so that those without a request can be ended when it stops. */
export class Connections {
  readonly #connections = new Map<Socket, Connection>();
  #accepted = 0;

  add(socket: Socket): void {
    this.#accepted++;
    this.#connections.set(socket, { active: 0, since: performance.now(), bytesRead: 0 });
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** A request has come, which `outgoing` answers. */
  begin({ socket }: IncomingMessage, outgoing: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.active++;
    outgoing.once('close', () => {
      connection.active--;
      connection.since = performance.now();
      connection.bytesRead = socket.bytesRead;
    });
  }

  /**
   * Until the server has taken all connections that wait for it, for so many milliseconds at most. Node takes one in a
   * turn of its event loop, and the system resets those that are left when the server stops to listen.
   */
  async acceptAll(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    let before: number;
    do {
      before = this.#accepted;
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (this.#accepted > before && performance.now() < deadline);
  }

  /**
   * From now on ends connections over which nothing has come for so many milliseconds. Returns what ends that.
   */
  drain(grace: number): () => void {
    const began = performance.now();
    const timer = setInterval(
      // After the event loop has read what has arrived: a server that was held up must not take its own absence for silence.
      () => setImmediate(() => this.#endIdle(began, grace)),
      Math.max(5, grace / 10),
    );
    return () => clearInterval(timer);
  }

  #endIdle(began: number, grace: number): void {
    const now = performance.now();
    for (const [socket, { active, since, bytesRead }] of this.#connections) {
      const isSilent = active === 0 && socket.bytesRead === bytesRead;
      if (isSilent && now - Math.max(began, since) >= grace) socket.destroy();
    }
  }
}
