import type { Contender, Job, PhaseName, PhaseReport } from './contenders/contender.js';
import { watchOthers } from './contention.js';
import type { Context } from './context.js';
import { median, steadyEpoch } from './statistics.js';

/** One phase of one side, a value for each repeat. */
export interface SideMeasurements {
  /** An epoch, or one run of a scoring phase. */
  readonly seconds: number[];
  /** What a user pays once beside them: threads, sessions, frozen layers. */
  readonly startUp: number[];
  readonly reports: PhaseReport[];
  /** Of the moment when the data were read and nothing had run. */
  readonly environments: PhaseReport[];
  /** Cores that other programs used meanwhile. */
  readonly others: number[];
}

export interface PhaseMeasurements {
  readonly ours: SideMeasurements;
  readonly peer: SideMeasurements;
  /** The peer with the layers before the first dropout run once, where that was asked for and makes a difference. */
  readonly peerCached: SideMeasurements;
  readonly threads: number;
}

/** Epochs of a training that is timed: the first of them carries the start. */
const EPOCHS = 2;
const HAVE_CACHED = new Set(['confidnet', 'mc-dropout']);

/** A phase in `repeats` rounds, each side in a process of its own, in turns. Without a peer its measurements are empty. */
export async function measurePhase(
  { ours, peer, options, say }: Pick<Context, 'ours' | 'peer' | 'options' | 'say'>,
  phase: PhaseName,
  { threads = options.threads, limit = options.limit, epochs = EPOCHS, cached = options.cached } = {},
): Promise<PhaseMeasurements> {
  const job = { threads, epochs, confidnetEpochs: epochs, passes: options.passes, repeats: 1, limit };
  const measurements = {
    ours: noMeasurements(),
    peer: noMeasurements(),
    peerCached: noMeasurements(),
    threads,
  };
  for (let repeat = 1; repeat <= options.repeats; repeat++) {
    const turn = async (contender: Contender, name: string, into: SideMeasurements): Promise<void> => {
      say(
        `${name}, ${threads} thread${threads === 1 ? '' : 's'}, ${repeat}/${options.repeats}: ${contender.name}`,
      );
      await measureSide(contender, { ...job, phases: [name] }, into);
    };
    await turn(ours, phase, measurements.ours);
    if (peer === undefined) continue;
    await turn(peer, phase, measurements.peer);
    if (cached && HAVE_CACHED.has(phase)) await turn(peer, `${phase}-cached`, measurements.peerCached);
  }
  return measurements;
}

async function measureSide(contender: Contender, job: Job, into: SideMeasurements): Promise<void> {
  const others = watchOthers();
  const [environment, report] = await contender.run(job);
  into.others.push(others());
  const { seconds, startUp } = timesOf(report!);
  into.seconds.push(seconds);
  into.startUp.push(startUp);
  into.reports.push(report!);
  into.environments.push(environment!);
}

/** A training reports an epoch after the other, a scoring phase the same work several times. */
export function timesOf(report: PhaseReport): { readonly seconds: number; readonly startUp: number } {
  return report.startUpSeconds === undefined && isTraining(report.phase)
    ? steadyEpoch(report.seconds, report.encodingSeconds)
    : { seconds: median(report.seconds), startUp: report.startUpSeconds ?? 0 };
}

function isTraining(phase: string): boolean {
  return phase.startsWith('classifier') || phase.startsWith('confidnet');
}

function noMeasurements(): SideMeasurements {
  return { seconds: [], startUp: [], reports: [], environments: [], others: [] };
}
