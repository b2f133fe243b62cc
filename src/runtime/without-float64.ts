import { cutAtFloat64, prune } from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { checkFeeds } from './feeds.js';
import { splitFloat64Scalars } from './float64-scalars.js';
import type { Feeds, Session } from './types.js';

/**
 * A session of a graph on a device without float64, as one: what needs none runs there, what is float64 and what is made of it runs
 * after it on the CPU. Of float64 scalars that are fed, what is computed of them alone comes first, so that a training step is on
 * the device as a whole.
 * @param open a session of a part of the graph; it throws what `openSession` throws
 */
export async function openWithoutFloat64(
  graph: Graph,
  open: (part: Graph, where: 'device' | 'cpu') => Promise<Session>,
): Promise<Session> {
  const scalars = splitFloat64Scalars(graph);
  const { trunk, head } = cutAtFloat64(scalars.graph);
  const early = new Set(trunk.outputs);
  const late = graph.outputs.filter((name) => !early.has(name));
  const device = trunk.nodes.length === 0 ? undefined : await open(trunk, 'device');
  let cpu: Session | undefined;
  try {
    if (late.length > 0) cpu = await open(prune({ ...head, outputs: late }, { inputs: 'drop' }), 'cpu');
  } catch (error) {
    await device?.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await device?.close();
    await cpu?.close();
  };
  return {
    graph,
    async run(feeds, { outputs = graph.outputs, into = {} } = {}) {
      checkFeeds(graph, feeds);
      const last = cpu === undefined ? [] : outputs.filter((name) => !early.has(name));
      const first = new Set(outputs.filter((name) => !last.includes(name)));
      if (last.length > 0) for (const name of trunk.outputs) first.add(name);
      const given: Feeds = { ...feeds, ...scalars.prepare(feeds) };
      const made =
        first.size === 0 ? {} : await device?.run(read(given, trunk), { outputs: [...first], into });
      const values = { ...given, ...made };
      const rest = last.length === 0 ? {} : await cpu?.run(read(values, cpu.graph), { outputs: last, into });
      const all = { ...made, ...rest };
      return Object.fromEntries(outputs.map((name) => [name, all[name]!]));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a part of the graph reads of what there is. */
function read(values: Feeds, { inputs }: Graph): Feeds {
  return Object.fromEntries(inputs.map(({ name }) => [name, values[name]!]));
}
