import { serve } from '#workers';
import type { Job, PoolMessage, PoolReply } from './prediction-pool.js';
import { openSession } from './session.js';
import type { Session } from './types.js';
import { runTask } from './tasks.js';
import { reportOf } from './worker-errors.js';

let current: { job: Job; session: Session } | undefined;

serve(async (message): Promise<PoolReply> => {
  try {
    return await answer(message as PoolMessage);
  } catch (error) {
    return { error: reportOf(error) };
  }
});

async function answer(message: PoolMessage): Promise<PoolReply> {
  switch (message.kind) {
    case 'job':
      await current?.session.close();
      current = { job: message, session: await openSession(message.graph, message.session) };
      return {};
    case 'task':
      return { outputs: await runTask(current!.session, current!.job.data, message.task, current!.job.key) };
    case 'done':
      await current?.session.close();
      current = undefined;
      return {};
  }
}
