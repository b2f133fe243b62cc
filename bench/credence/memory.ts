import { readFileSync } from 'node:fs';

/**
 * The largest resident memory of this process so far, in bytes. Linux keeps `ru_maxrss` over exec, so that a child begins with
 * its parent's; VmHWM is this program's own.
 */
export function peakResidentBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
