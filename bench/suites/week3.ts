import type { Context } from '../context.js';
import { measurePhase } from '../measure.js';
import type { PhaseMeasurements, SideMeasurements } from '../measure.js';
import { digits, range, verdict } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { median, pairedRatios, spread } from '../statistics.js';
import { fairness } from './fairness.js';
import { PHASE_DESCRIPTIONS, WHOLE_FLOOR } from './phases.js';
import { measureWhole } from './whole.js';

/** One line of the table: seconds of both sides, a value for each repeat. */
export interface Comparison {
  readonly name: string;
  readonly title: string;
  readonly floor: number;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** Of ours, not in its seconds. */
  readonly startUp: readonly number[];
}

const COLUMNS = ['phase', 'Credence s', 'start-up s', 'PyTorch s', 'ratio', 'spread', 'floor', 'met'];

/** Each phase beside PyTorch, and the third week as a whole. */
export async function week3(context: Context): Promise<readonly Section[]> {
  const { options, peer, measured } = context;
  const described = PHASE_DESCRIPTIONS.filter(({ name }) => options.phases.includes(name));
  const comparisons: Comparison[] = [];
  for (const { name, title, floor } of described) {
    const phase = await measurePhase(context, name);
    measured.set(name, phase);
    const { ours } = phase;
    comparisons.push({
      name,
      title,
      floor,
      ours: ours.seconds,
      peer: phase.peer.seconds,
      startUp: ours.startUp,
    });
    if (phase.peerCached.seconds.length > 0) {
      const cached = {
        name: `${name}-cached`,
        title: '  its deterministic layers once on both sides',
        floor: NaN,
      };
      comparisons.push({ ...cached, ours: ours.seconds, peer: phase.peerCached.seconds, startUp: [] });
    }
  }
  const notes: string[] = [];
  if (options.full) {
    comparisons.push(await measureWhole(context));
    notes.push(
      'The third week was run whole: for PyTorch a second run over the test digits stands for the other set.',
    );
  } else if (described.length === PHASE_DESCRIPTIONS.length && options.limit === undefined) {
    comparisons.push(composedWhole(measured));
    notes.push(
      `The third week is composed: ${PHASE_DESCRIPTIONS.map(({ name, times }) => `${times} x ${name}`).join(' + ')}, start-up once each (--full runs it).`,
    );
  }
  if (options.passes !== 100) notes.push(`MC dropout ran ${options.passes} passes; the floor is for 100.`);
  if (options.limit !== undefined) {
    notes.push(`Cut to ${options.limit} images of each set: no times of the practical, no floors.`);
  }
  notes.push(...fairness(peer, [...measured.values()]), ...notesOnScores(measured));
  return [
    {
      name: 'week3',
      title: `Third week, ${options.threads} threads a side, ${options.repeats} ${options.repeats === 1 ? 'pair' : 'pairs'} of runs in turns`,
      table: {
        columns: COLUMNS.map((title) => ({ title })),
        rows: comparisons.map(rowOf(options.limit === undefined)),
      },
      notes,
      data: {
        threads: options.threads,
        peer: peer?.name ?? null,
        comparisons: comparisons.map((own) => ({ ...own, ratios: pairedRatios(own.ours, own.peer) })),
        phases: Object.fromEntries(measured),
      },
    },
  ];
}

function rowOf(withFloors: boolean): (comparison: Comparison) => string[] {
  return ({ title, floor, ours, peer, startUp }) => {
    const ratio = spread(pairedRatios(ours, peer));
    return [
      title,
      digits(median(ours)),
      digits(median(startUp), 2),
      digits(median(peer)),
      digits(ratio.median),
      range(ratio.min, ratio.max),
      Number.isNaN(floor) ? '' : `${floor}`,
      Number.isNaN(floor) || !withFloors ? '' : verdict(ratio, floor),
    ];
  };
}

/** Seconds of all phases, as often as the third week has them, and what each of them costs once. */
export function composedWhole(measured: ReadonlyMap<string, PhaseMeasurements>): Comparison {
  const sum = (side: 'ours' | 'peer'): number[] => {
    const parts = PHASE_DESCRIPTIONS.map(({ name, times }) => {
      const { seconds, startUp } = measured.get(name)![side];
      return seconds.map((value, i) => times * value + startUp[i]!);
    });
    return (parts[0] ?? []).map((_, i) => parts.reduce((total, part) => total + part[i]!, 0));
  };
  return {
    name: 'whole',
    title: 'the third week as a whole',
    floor: WHOLE_FLOOR,
    ours: sum('ours'),
    peer: sum('peer'),
    startUp: [],
  };
}

/** Both sides must have done the same work: what they learnt says so. */
function notesOnScores(measured: ReadonlyMap<string, PhaseMeasurements>): string[] {
  const classifier = measured.get('classifier');
  if (classifier === undefined) return [];
  const accuracies = (side: SideMeasurements): string =>
    digits(100 * median(side.reports.flatMap(({ accuracy }) => accuracy ?? [])), 4);
  const peer = classifier.peer.reports.length > 0 ? `, PyTorch's ${accuracies(classifier.peer)} %` : '';
  return [`After 2 epochs Credence's accuracy is ${accuracies(classifier.ours)} %${peer}.`];
}
