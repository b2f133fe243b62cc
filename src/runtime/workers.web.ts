import { ConfigurationError } from '../errors/index.js';
import type { WorkerHandle } from './workers.node.js';

/** In a browser all work runs in the calling thread: the runtime has threads of its own, and pages put Credence in a worker. */
export function availableWorkers(): number {
  return 0;
}

export function startWorker(): WorkerHandle {
  throw new ConfigurationError({ what: 'workers', expected: '0 in a browser', got: 'more' });
}

export const ownData: unknown = undefined;

export function serve(): void {}
