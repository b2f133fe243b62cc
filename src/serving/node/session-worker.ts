import { ownData, serve } from '#workers';
import { runRows } from '../../export/index.js';
import type { Graph } from '../../graph/index.js';
import { openSession } from '../../runtime/index.js';
import type { Fetches } from '../../runtime/index.js';
import { reportOf } from '../../runtime/worker-errors.js';
import type { ErrorReport } from '../../runtime/worker-errors.js';
import type { Tensor } from '../../tensor/index.js';

export interface WorkerData {
  readonly graph: Graph;
  readonly where: string;
}

/** Rows to run; undefined: only open the session. */
export type WorkerOrder = Tensor<'float32'> | undefined;
export type WorkerReply = { readonly outputs?: Fetches; readonly error?: ErrorReport };

const { graph, where } = ownData as WorkerData;
let session: ReturnType<typeof openSession> | undefined;

serve(async (order): Promise<WorkerReply> => {
  try {
    session ??= openSession(graph);
    const open = await session;
    if (order === undefined) return {};
    return { outputs: await runRows(open, order as Tensor<'float32'>, { where }) };
  } catch (error) {
    return { error: reportOf(error) };
  }
});
