import { Command, CommanderError } from 'commander';
import { packageVersion } from '../practical/versions.js';
import { addAssessCommand } from './assess-command.js';
import { addExportCommand } from './export-command.js';
import { addPracticalCommand } from './practical-command.js';
import { EXIT, printError, report } from './report-error.js';
import { addScoreCommand } from './score-command.js';
import { addServeCommand } from './serve-command.js';

const EXAMPLES = `Examples:
  $ credence practical --quick     the three weeks in about a minute
  $ credence practical             the whole practical, some minutes
  $ credence help practical        its options
  $ credence assess --model m.onnx --validation val.npz     your own classifier: which score, which threshold
`;

/** Runs the command line and returns the exit code. Data go to stdout, all else to stderr. */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('credence')
    .description('Know when your model does not know: uncertainty for deep learning, on ONNX Runtime.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortOptions: false })
    // `report` says it in the way of all errors.
    .configureOutput({ outputError: () => undefined })
    .addHelpText('before', EXAMPLES);
  const outcome: { code: number } = { code: EXIT.ok };
  addPracticalCommand(program, outcome);
  addAssessCommand(program, outcome);
  addExportCommand(program, outcome);
  addScoreCommand(program, outcome);
  addServeCommand(program, outcome);
  watchOutput(process.stdout);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error);
    const command = program.commands.find((each) => each.name() === args[0]);
    return report(error, new Set(command?.options.map((option) => option.attributeName())));
  }
}

/** Whoever reads stdout may have enough of it before its end (`| head`), or its disk may be full: no reason for a stack trace. */
function watchOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    printError('E_FILE', `cannot write to stdout: got ${error.message}`);
    process.exitCode = EXIT.failed;
  });
}

/** Help and version were printed already. The rest is what commander has to say, in the form of our own errors. */
function reportUsage({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0) return EXIT.ok;
  if (code !== 'commander.help') {
    const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
    const meant = suggestion === undefined ? '' : `; ${suggestion.replace(/^\(D(.*)\)$/, 'd$1')}`;
    printError('E_CONFIGURATION', `${what.replace(/\.$/, '')}${meant}`);
  }
  return EXIT.usage;
}
