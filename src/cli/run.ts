import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { CredenceError, InterruptedError } from '../errors/index.js';
import { packageVersion } from '../practical/index.js';
import { addPracticalCommand } from './practical-command.js';

/** What the process ends with. 2: the command line makes no sense; 130: interrupted, as shells expect. */
const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Runs the command line and returns the exit code. Data go to stdout, all else to stderr. */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('credence')
    .description('Know when your model does not know: uncertainty for deep learning, on ONNX Runtime.')
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortOptions: false })
    .addHelpText(
      'after',
      '\nBegin with:\n  $ credence practical --quick     the three weeks in about a minute\n',
    );
  const outcome: { code: number } = { code: EXIT.ok };
  addPracticalCommand(program, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof InterruptedError) {
    process.stderr.write(`${pc.yellow('interrupted')} ${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof CredenceError) {
    process.stderr.write(`${pc.red('error')} ${pc.dim(error.code)} ${error.message}\n`);
    return error.code === 'E_CONFIGURATION' ? EXIT.usage : EXIT.failed;
  }
  // Anything else is a mistake of ours: whoever reports it needs the stack.
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${pc.red('error')} E_INTERNAL this should not happen, please report it\n${detail}\n`);
  return EXIT.failed;
}
