import type { Claim } from '../claims.js';
import type { Week2Run } from './result.js';
export function week2Claims(_run: Week2Run): readonly Claim[] {
  return [];
}
