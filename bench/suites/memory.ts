import type { PhaseReport } from '../contenders/contender.js';
import type { Context } from '../context.js';
import { measurePhase } from '../measure.js';
import type { PhaseMeasurements, SideMeasurements } from '../measure.js';
import { digits, megabytes } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { PHASE_DESCRIPTIONS } from './phases.js';

const TITLES: Readonly<Record<string, string>> = {
  classifier: 'training the classifier',
  confidnet: 'training ConfidNet',
  'mc-dropout': 'MC dropout',
  odin: 'ODIN',
};

/** Peak resident memory of each phase in a process of its own. What week3 has measured is not measured again. */
export async function memory(context: Context): Promise<readonly Section[]> {
  const { options, measured } = context;
  const rows: [string, PhaseMeasurements][] = [];
  for (const { name } of PHASE_DESCRIPTIONS.filter((phase) => options.phases.includes(phase.name))) {
    const once = { ...context, options: { ...options, repeats: 1, cached: false } };
    rows.push([name, measured.get(name) ?? (await measurePhase(once, name))]);
  }
  return [
    {
      name: 'memory',
      title: 'Peak resident memory, MB (10^6 bytes), a process each',
      table: {
        columns: ['phase', 'Credence', 'data read', 'PyTorch', 'data read', 'PyTorch / Credence'].map(
          (title) => ({ title }),
        ),
        rows: rows.map(([name, { ours, peer }]) => [
          TITLES[name]!,
          megabytes(peak(ours)),
          megabytes(base(ours)),
          megabytes(peak(peer)),
          megabytes(base(peer)),
          digits(peak(peer) / peak(ours)),
        ]),
      },
      notes: [
        "'data read': resident when the images were in memory and nothing had run.",
        ...(options.limit === undefined ? [] : [`Cut to ${options.limit} images of each set.`]),
      ],
      data: rows.map(([name, { ours, peer }]) => ({
        phase: name,
        ours: { peak: peak(ours), base: base(ours) },
        peer: peer.seconds.length === 0 ? null : { peak: peak(peer), base: base(peer) },
      })),
    },
  ];
}

function peak({ reports }: SideMeasurements): number {
  return largest(reports);
}

function base({ environments }: SideMeasurements): number {
  return largest(environments);
}

function largest(reports: readonly PhaseReport[]): number {
  return reports.length === 0 ? NaN : Math.max(...reports.map(({ peakRssBytes }) => peakRssBytes));
}
