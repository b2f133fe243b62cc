import type { Week2Run } from './result.js';
export function week2Differences(_run: Week2Run): readonly string[] {
  return [];
}
