import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * What to put before a command so that it runs on `threads` cores, the same ones for everybody. Nothing when there are no more
 * than that, or no way to say it (not Linux, no taskset).
 */
export function pinning(threads: number): readonly string[] {
  if (process.platform !== 'linux' || availableParallelism() <= threads) return [];
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const allowed = parseCores(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
    const cores = spreadOverCores(allowed, siblingsOf).slice(0, threads);
    const command = ['taskset', '-c', cores.join(',')];
    return spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0 ? command : [];
  } catch {
    return [];
  }
}

/** '0-2,5' → 0, 1, 2, 5. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    if (part === '' || from === undefined || to === undefined) return [];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** The processors in an order in which the second hyperthread of a core comes only when every core has had its first. */
export function spreadOverCores(
  processors: readonly number[],
  siblings: (processor: number) => readonly number[],
): number[] {
  const rank = (processor: number): number =>
    siblings(processor).filter((other) => other < processor && processors.includes(other)).length;
  return processors.toSorted((a, b) => rank(a) - rank(b) || a - b);
}

function siblingsOf(processor: number): number[] {
  const topology = `/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`;
  return parseCores(readFileSync(topology, 'utf8').trim());
}
