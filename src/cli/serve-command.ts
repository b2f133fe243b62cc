import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { ConfigurationError, CredenceError } from '../errors/index.js';
import { openModel } from '../inspection/node/index.js';
import { packageVersion } from '../practical/index.js';
import { servedModel } from '../serving/index.js';
import { readReference, SERVE_DEFAULTS, serveModel } from '../serving/node/index.js';
import { colours as pc } from './colours.js';
import { EXIT, printError } from './report-error.js';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly maxBatch: number;
  readonly maxDelay: number;
  readonly maxQueue: number;
  readonly maxBody: number;
  readonly timeout: number;
  readonly threads: number;
  readonly reference?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `Examples:
  $ credence serve m.trust.onnx
  $ credence serve m.trust.onnx --host 0.0.0.0 --port 80 --reference validation-scores.csv
  $ curl localhost:8080/v1/predict -H 'content-type: application/json' -d '{"inputs": [[0.1, 0.2, 0.3, 0.4]]}'
`;

/** `credence serve`: an exported model behind HTTP. */
export function addServeCommand(program: Command, outcome: { code: number }): void {
  const { host, port, maxBatch, maxDelay, maxQueue, maxBody, timeout } = SERVE_DEFAULTS;
  program
    .command('serve')
    .summary('an exported model as an HTTP service')
    .description(
      'Serves a model of credence export: predictions, calibrated probabilities, scores and decisions over HTTP, with ' +
        'batching, metrics for Prometheus and an OpenAPI description (/openapi.json). SIGTERM or Ctrl-C stops it once ' +
        'all that was accepted is answered.',
    )
    .helpOption('-h, --help', 'print this')
    .addHelpText('before', EXAMPLES)
    .argument('<model>', 'what credence export wrote')
    .option('--host <address>', 'where it listens; 0.0.0.0: on all addresses of the machine', host)
    .option('--port <number>', '0: any that is free', integer('--port', 0, 65_535), port)
    .option(
      '--max-batch <count>',
      'inputs of one run at most',
      integer('--max-batch', 1, 1_000_000),
      maxBatch,
    )
    .option(
      '--max-delay <ms>',
      'a free thread waits so long for more inputs to share a run',
      integer('--max-delay', 0, 60_000),
      maxDelay,
    )
    .option(
      '--max-queue <count>',
      'inputs that wait at most; more are refused (503)',
      integer('--max-queue', 1, 10_000_000),
      maxQueue,
    )
    .option('--max-body <bytes>', 'of a request', integer('--max-body', 1, 2 ** 30), maxBody)
    .option('--timeout <ms>', 'of a request', integer('--timeout', 1, 3_600_000), timeout)
    .option('--threads <count>', 'runs at a time', integer('--threads', 1, 1024), availableParallelism())
    .option(
      '--reference <file>',
      'scores of the validation set, by credence score: what drift is measured from',
    )
    .option('--json', 'print a line of JSON on stdout once it listens')
    .option('--quiet', 'say nothing')
    .action(async (path: string, flags: Flags) => {
      outcome.code = await serve(path, flags);
    });
}

async function serve(path: string, flags: Flags): Promise<number> {
  const say = (line: string): void => void (flags.quiet === true || process.stderr.write(`${line}\n`));
  const graph = await openModel(path);
  const { scores } = servedModel(graph);
  const reference =
    flags.reference === undefined ? undefined : await readReference(flags.reference, Object.keys(scores));
  const service = await serveModel(graph, {
    ...flags,
    reference,
    version: packageVersion(),
    onFailure: (error) => {
      // Only a mistake of ours needs its stack.
      const text =
        error instanceof CredenceError
          ? `${pc.dim(error.code)} ${error.message}`
          : error instanceof Error
            ? (error.stack ?? error.message)
            : String(error);
      process.stderr.write(`${pc.red('error')} ${text}\n`);
    },
  });
  const { url, port } = service;
  say(`${pc.green('✓')} ${graph.name} on ${pc.bold(url)} ${pc.dim(`(${url}/v1/model says how to read it)`)}`);
  if (flags.json === true) {
    process.stdout.write(
      `${JSON.stringify({ url, host: flags.host, port, pid: process.pid, model: path })}\n`,
    );
  }
  const signal = await stopSignal();
  say(`${pc.yellow('stopping')} (${signal}): answering what was accepted; again to stop at once`);
  await service.stop();
  const { lateRuns } = service;
  if (lateRuns === 0) return 0;
  printError(
    'E_RUNTIME',
    `${lateRuns} ${lateRuns === 1 ? 'run' : 'runs'} of the model did not end, and went with the process`,
  );
  // It would wait for their threads for ever.
  process.kill(process.pid, signal);
  return EXIT.failed;
}

/** The first signal stops the service; the second has its usual effect. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const received = (signal: NodeJS.Signals): void => {
      process.off('SIGINT', received).off('SIGTERM', received);
      resolve(signal);
    };
    process.on('SIGINT', received).on('SIGTERM', received);
  });
}

function integer(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= least && value <= most) return value;
    throw new ConfigurationError({
      what: option,
      expected: `an integer of ${least} to ${most}`,
      got: `'${text}'`,
    });
  };
}
