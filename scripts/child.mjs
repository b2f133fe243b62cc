import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';

/** One Ctrl-C arrives twice: from the terminal and, a moment later, from npm, which passes on what it got. */
const SAME_SIGNAL_MS = 300;
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGWINCH']);

/**
 * Runs a program in the foreground and gives its exit code, 128 + n when signal n ended it. The program gets a process
 * group of its own, so that signals reach it through this process alone, each exactly once; Ctrl-Z stops its whole group.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, stdout?: 'inherit' | 'stderr', stdin?: 'inherit' | 'ignore', shell?: boolean }} options
 * @returns {Promise<number>}
 */
export function runChild(command, args, { cwd, stdout = 'inherit', stdin = 'inherit', shell = false }) {
  const ownGroup = process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd,
    shell,
    detached: ownGroup,
    stdio: [stdin, stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
  });
  /** @type {Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>} */
  const listeners = new Map();
  let last = { signal: '', at: -Infinity };
  for (const signal of FORWARDED) {
    listeners.set(signal, () => {
      const at = performance.now();
      const repeated = signal === last.signal && at - last.at < SAME_SIGNAL_MS;
      last = { signal, at };
      if (ownGroup && !repeated) child.kill(signal);
    });
  }
  if (ownGroup) {
    listeners.set('SIGTSTP', () => {
      signalGroup(child.pid, 'SIGSTOP');
      process.kill(process.pid, 'SIGSTOP');
    });
    listeners.set('SIGCONT', () => signalGroup(child.pid, 'SIGCONT'));
  }
  for (const [signal, listener] of listeners) process.on(signal, listener);

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  }).finally(() => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  });
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group ended between the signal and this line.
  }
}
