import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SetFolders } from '../sets.js';
import { argumentsOf, parseReports } from './contender.js';
import type { Contender } from './contender.js';
import { outputOf } from './process.js';

/** Compiled, this file lies in bench/dist/contenders. */
const PROGRAM = fileURLToPath(new URL('../../pytorch/practical.py', import.meta.url));
const PATIENCE_MILLISECONDS = 60_000;

/** Matrix products slower than this are a reference BLAS: no competent user's PyTorch. */
export const SLOW_GEMM_GFLOPS = 20;

/** The first Python 3 that has torch: $PYTHON, /usr/bin/python3, python3. */
export function findPython(): string | undefined {
  const candidates = [process.env['PYTHON'] ?? '', '/usr/bin/python3', 'python3'];
  return candidates.find((python) => python !== '' && hasTorch(python));
}

function hasTorch(python: string): boolean {
  const code = 'import sys, torch; sys.exit(sys.version_info < (3, 10))';
  return spawnSync(python, ['-c', code], { stdio: 'ignore', timeout: PATIENCE_MILLISECONDS }).status === 0;
}

/** PyTorch, as pytorch/practical.py uses it. */
export function pytorch(python: string, sets: SetFolders, signal: AbortSignal): Contender {
  return {
    name: 'PyTorch',
    async run(job) {
      const command = [python, PROGRAM, sets.mnist, '--ood', sets.ood, ...argumentsOf(job)];
      // OpenBLAS does not know torch's number of threads.
      const env = { OMP_NUM_THREADS: `${job.threads}` };
      return parseReports(await outputOf(command, { threads: job.threads, env, signal }), 'PyTorch');
    },
  };
}
