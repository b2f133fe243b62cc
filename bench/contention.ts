import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Clock ticks of Linux, whatever the kernel's own. */
const TICKS_PER_SECOND = 100;
/** Of a core: an editor, a shell, the system itself. */
const NEGLIGIBLE_CORES = 0.1;

/**
 * Starts watching how many cores other programs use. The function that it gives returns their number since then: NaN where the
 * system does not say (not Linux). Processes of ours count only once they have ended.
 */
export function watchOthers(): () => number {
  const [began, all, own] = [performance.now(), busySeconds(), ownSeconds()];
  return () => {
    const seconds = (performance.now() - began) / 1000;
    return Math.max(0, (busySeconds() - all - (ownSeconds() - own)) / seconds);
  };
}

/** Whether so many cores in other hands leave too few for a program of `threads` threads. */
export function isCrowded(others: number, threads: number, cores: number = availableParallelism()): boolean {
  return cores - others < threads - NEGLIGIBLE_CORES;
}

function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** Of this process and of its children that have ended. */
function ownSeconds(): number {
  try {
    // The name in parentheses may hold spaces; utime, stime, cutime and cstime are fields 14 to 17 of proc_pid_stat(5).
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  } catch {
    return NaN;
  }
}
