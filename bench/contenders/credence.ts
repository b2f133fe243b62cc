import { fileURLToPath } from 'node:url';
import { week3Settings } from '#credence/practical/week3/settings';
import type { SetFolders } from '../sets.js';
import { argumentsOf, parseReports } from './contender.js';
import type { Contender } from './contender.js';
import { outputOf } from './process.js';

const PROGRAM = fileURLToPath(new URL('../credence/main.js', import.meta.url));

/** Credence, with as many workers as threads are asked for. */
export function credence(sets: SetFolders, signal: AbortSignal): Contender {
  return {
    name: 'Credence',
    async run(job) {
      // More workers than logical shards would have nothing to do.
      const shards = Math.max(week3Settings({ quick: false, published: false }).shards, job.threads);
      const command = [process.execPath, PROGRAM, sets.mnist, '--ood', sets.ood, ...argumentsOf(job)];
      const output = await outputOf([...command, '--shards', `${shards}`], { threads: job.threads, signal });
      return parseReports(output, 'Credence');
    },
  };
}
