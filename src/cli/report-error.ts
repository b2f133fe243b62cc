import process from 'node:process';
import { CredenceError, InterruptedError } from '../errors/index.js';
import { colours } from './colours.js';
import { inOptions } from './in-options.js';

/** What the process ends with. 2: the command line makes no sense; 130: interrupted, as shells expect. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Says what went wrong, and returns the exit code.
 * @param options of the command, by which an error of the library is told in its terms.
 */
export function report(error: unknown, options: ReadonlySet<string> = new Set()): number {
  if (error instanceof InterruptedError) {
    process.stderr.write(`${colours.yellow('interrupted')} ${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof CredenceError) {
    printError(error.code, inOptions(error, options));
    return error.code === 'E_CONFIGURATION' ? EXIT.usage : EXIT.failed;
  }
  // Anything else is a mistake of ours: whoever reports it needs the stack.
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError('E_INTERNAL', `this should not happen, please report it\n${detail}`);
  return EXIT.failed;
}

export function printError(code: string, message: string): void {
  process.stderr.write(`${colours.red('error')} ${colours.dim(code)} ${message}\n`);
}
