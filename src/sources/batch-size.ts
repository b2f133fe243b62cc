import { ConfigurationError } from '../errors/index.js';

/** @throws ConfigurationError when it is no size of a batch. */
export function batchSize(size: number): number {
  if (Number.isInteger(size) && size >= 1) return size;
  throw new ConfigurationError({ what: 'batch size', expected: 'an integer of at least 1', got: `${size}` });
}
