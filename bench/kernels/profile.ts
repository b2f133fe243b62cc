import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { z } from 'zod';
import { encodeOnnx } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import type { Feeds } from '#credence/runtime/index';
import { median } from '../statistics.js';

/** A node of a graph, after the runtime's own transformations. */
export interface NodeProfile {
  readonly name: string;
  readonly operation: string;
  /** '50x16x8x8 32x16x5x5 -> 50x32x4x4'. */
  readonly shapes: string;
  /** Median of the runs. */
  readonly milliseconds: number;
}

export interface Profile {
  readonly runs: number;
  /** Median of the runs, copies from and to JavaScript not counted. */
  readonly milliseconds: number;
  /** The slowest first. */
  readonly nodes: readonly NodeProfile[];
}

const shapes = z.array(z.record(z.string(), z.array(z.number())));
const event = z.looseObject({
  cat: z.string(),
  name: z.string(),
  /** Microseconds. */
  dur: z.number(),
  args: z.looseObject({
    op_name: z.string().optional(),
    node_index: z.string().optional(),
    input_type_shape: shapes.optional(),
    output_type_shape: shapes.optional(),
  }),
});
export type ProfileEvent = z.infer<typeof event>;

const WARM_UPS = 5;
const RUNS = 50;

/** Runs a graph in a session of one thread under ONNX Runtime's profiler, whose file goes to the scratch folder. */
export async function profileGraph(graph: Graph, feeds: Feeds, scratch: string): Promise<Profile> {
  const folder = await mkdtemp(join(scratch, 'profile-'));
  const session = await InferenceSession.create(encodeOnnx(graph), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    enableProfiling: true,
    profileFilePrefix: join(folder, 'ort'),
  });
  try {
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name }) => {
        const { dtype, data, shape } = feeds[name]!;
        return [name, new RuntimeTensor(dtype, data as Float32Array, shape)];
      }),
    );
    for (let i = 0; i < WARM_UPS + RUNS; i++) await session.run(inputs);
    session.endProfiling();
  } finally {
    await session.release();
  }
  const [file] = await readdir(folder);
  return summarise(z.array(event).parse(JSON.parse(await readFile(join(folder, file!), 'utf8'))), WARM_UPS);
}

/** Medians over the runs in a profile but for the first `skipped`. */
export function summarise(events: readonly ProfileEvent[], skipped: number): Profile {
  const runs = events.filter(({ name }) => name === 'SequentialExecutor::Execute').slice(skipped);
  const byNode = new Map<string, ProfileEvent[]>();
  for (const own of events) {
    if (own.cat !== 'Node' || !own.name.endsWith(SUFFIX)) continue;
    const id = `${own.args.node_index} ${own.name}`;
    byNode.set(id, [...(byNode.get(id) ?? []), own]);
  }
  const nodes = [...byNode.values()].map((all): NodeProfile => {
    const { name, args } = all[0]!;
    return {
      name: name.slice(0, -SUFFIX.length),
      operation: args.op_name ?? '',
      shapes: `${shapesOf(args.input_type_shape)} -> ${shapesOf(args.output_type_shape)}`,
      milliseconds: milliseconds(all.slice(skipped)),
    };
  });
  return {
    runs: runs.length,
    milliseconds: milliseconds(runs),
    nodes: nodes.toSorted((a, b) => b.milliseconds - a.milliseconds),
  };
}

const SUFFIX = '_kernel_time';

/** The median, which others on the machine disturb least. */
function milliseconds(events: readonly ProfileEvent[]): number {
  return median(events.map(({ dur }) => dur)) / 1000;
}

function shapesOf(types: z.infer<typeof shapes> = []): string {
  return types.flatMap((type) => Object.values(type).map((dims) => dims.join('x') || '()')).join(' ');
}
