import { openSession } from '#credence/runtime/index';
import type { Context } from '../context.js';
import { graphCases, otherCases } from '../kernels/cases.js';
import { profileGraph } from '../kernels/profile.js';
import type { GraphCase } from '../kernels/cases.js';
import { timeRepeatedly } from '../kernels/timer.js';
import type { Timing } from '../kernels/timer.js';
import { digits } from '../report/numbers.js';
import type { Section } from '../report/section.js';

/** Nodes of a profile that are shown. */
const SHOWN_NODES = 15;

/** Single graphs in one session of one thread, and what else a step or a start consists of. */
export async function kernels({ options, scratch, signal, say }: Context): Promise<readonly Section[]> {
  const results: { readonly name: string; readonly timing: Timing }[] = [];
  const profiles: Section[] = [];
  for (const own of graphCases()) {
    signal.throwIfAborted();
    say(own.name);
    await using session = await openSession(own.graph);
    results.push({ name: own.name, timing: await timeRepeatedly(() => session.run(own.feeds)) });
    if (options.profile) profiles.push(await profiled(own, scratch));
  }
  for (const { name, run } of otherCases()) {
    signal.throwIfAborted();
    say(name);
    results.push({ name, timing: await timeRepeatedly(run) });
  }
  return [
    {
      name: 'kernels',
      title: 'Pieces, one thread',
      table: {
        columns: ['what', 'median ms', 'fastest ms', 'runs'].map((title) => ({ title })),
        rows: results.map(({ name, timing }) => [
          name,
          digits(timing.median),
          digits(timing.fastest),
          `${timing.runs}`,
        ]),
      },
      notes: ['Runs include the copies between JavaScript and the runtime.'],
      data: results,
    },
    ...profiles,
  ];
}

async function profiled(own: GraphCase, scratch: string): Promise<Section> {
  const { runs, milliseconds, nodes } = await profileGraph(own.graph, own.feeds, scratch);
  const inNodes = nodes.reduce((sum, node) => sum + node.milliseconds, 0);
  const shown = nodes.slice(0, SHOWN_NODES);
  const rest = nodes.slice(SHOWN_NODES);
  const row = (name: string, operation: string, shapes: string, value: number): string[] => [
    name,
    operation,
    shapes,
    digits(value),
    `${((100 * value) / milliseconds).toFixed(1)} %`,
  ];
  return {
    name: `profile: ${own.name}`,
    title: `Profile: ${own.name}`,
    table: {
      columns: [
        { title: 'node' },
        { title: 'operation', align: 'left' },
        { title: 'inputs -> output', align: 'left' },
        { title: 'ms a run' },
        { title: 'share' },
      ],
      rows: [
        ...shown.map((node) => row(node.name, node.operation, node.shapes, node.milliseconds)),
        row(
          `${rest.length} others`,
          '',
          '',
          rest.reduce((sum, node) => sum + node.milliseconds, 0),
        ),
        row('between nodes', '', '', milliseconds - inNodes),
        row('whole run', '', '', milliseconds),
      ],
    },
    notes: [`Medians of ${runs} runs; the profiler slows small nodes down.`],
    data: { runs, milliseconds, nodes },
  };
}
