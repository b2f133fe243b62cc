import { availableWorkers } from '#workers';
import { ConfigurationError } from '../errors/index.js';

/**
 * How many workers to use: what is wanted, else one a core, and never more than there are pieces of work. 0 or 1: the
 * calling thread does it all. @throws ConfigurationError
 */
export function workerCount(wanted: number | undefined, pieces: number): number {
  const available = availableWorkers();
  const none = available === 0;
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 0 && (wanted <= 1 || !none))) {
    throw new ConfigurationError({
      what: 'workers',
      expected: none ? '0: a browser has none' : 'an integer of at least 0',
      got: `${wanted}`,
    });
  }
  return Math.min(wanted ?? available, pieces);
}
