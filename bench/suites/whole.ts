import { PHASES } from '../contenders/contender.js';
import type { Contender, Job } from '../contenders/contender.js';
import type { Context } from '../context.js';
import { PHASE_DESCRIPTIONS, WHOLE_FLOOR } from './phases.js';
import type { Comparison } from './week3.js';

/** The third week run whole on both sides, `repeats` times in turns. */
export async function measureWhole({ options, ours, peer, say }: Context): Promise<Comparison> {
  const times = Object.fromEntries(PHASE_DESCRIPTIONS.map((phase) => [phase.name, phase.times]));
  const job: Job = {
    phases: PHASES,
    threads: options.threads,
    epochs: times['classifier']!,
    confidnetEpochs: times['confidnet']!,
    passes: options.passes,
    repeats: times['mc-dropout']!,
    limit: options.limit,
  };
  const comparison = { ours: [] as number[], peer: [] as number[] };
  for (let repeat = 1; repeat <= options.repeats; repeat++) {
    say(`the whole week, ${repeat}/${options.repeats}: ${ours.name}`);
    comparison.ours.push(await wholeSeconds(ours, job));
    if (peer === undefined) continue;
    say(`the whole week, ${repeat}/${options.repeats}: ${peer.name}`);
    comparison.peer.push(await wholeSeconds(peer, job));
  }
  return {
    name: 'whole',
    title: 'the third week, run whole',
    floor: WHOLE_FLOOR,
    startUp: [],
    ...comparison,
  };
}

async function wholeSeconds(contender: Contender, job: Job): Promise<number> {
  const [, ...reports] = await contender.run(job);
  return reports.reduce((total, report) => {
    const all = report.seconds.reduce((sum, seconds) => sum + seconds, 0);
    return total + all + (report.startUpSeconds ?? 0) + (report.encodingSeconds ?? 0);
  }, 0);
}
