// In the worker: what is chosen for a workload, measured when it is first asked for.
import { decide } from './provider.js';
import type { Choice, Provider, Setting } from './provider.js';
import { messageOf, tryBoth } from './trial.js';
import type { Workload } from './trial.js';

/** What the page sends with each task. */
export interface Computing {
  readonly setting: Setting;
  /** Of wasm. */
  readonly threads: number;
  /** Chosen earlier in this visit, under this setting. */
  readonly kept: readonly Choice[];
}

export interface Choosing {
  readonly signal: AbortSignal;
  readonly breathe: () => Promise<void>;
  /** What this task has chosen so far, by the workload's name. */
  readonly made: Map<string, Choice>;
  /** Told by name of the workload that is being measured, and undefined when it has been. */
  readonly onMeasure: (workload: string | undefined) => void;
  readonly onChoice: (choice: Choice) => void;
}

/** `faster` of a task's context. */
export async function faster<T>(
  workload: Workload,
  work: (provider: Provider) => Promise<T>,
  computing: Computing,
  choosing: Choosing & { readonly ifKnown: boolean },
): Promise<T> {
  const { threads, kept } = computing;
  const { made, ifKnown, onChoice, signal } = choosing;
  const { name } = workload;
  const known =
    made.get(name) ??
    kept.find(
      (choice) => choice.workload === name && choice.of === workload.of && choice.threads === threads,
    );
  if (known === undefined && ifKnown) return work('cpu');
  const take = (choice: Choice): void => {
    made.set(name, choice);
    onChoice(choice);
  };
  const choice = known ?? (await choose(workload, computing, choosing));
  if (known === undefined) take(choice);
  if (choice.backend === 'wasm') return work('cpu');
  try {
    return await work('webgpu');
  } catch (error) {
    signal.throwIfAborted();
    // What ends the same way on the CPU was no failure of WebGPU.
    const result = await work('cpu');
    take({ ...commonOf(workload, threads), backend: 'wasm', reason: 'failed', detail: messageOf(error) });
    return result;
  }
}

async function choose(
  workload: Workload,
  { setting, threads }: Computing,
  { breathe, onMeasure }: Choosing,
): Promise<Choice> {
  const common = commonOf(workload, threads);
  if (setting === 'wasm') return { ...common, backend: 'wasm', reason: 'set' };
  if (!(await hasAdapter())) return { ...common, backend: 'wasm', reason: 'absent' };
  if (setting === 'webgpu') return { ...common, backend: 'webgpu', reason: 'set' };
  onMeasure(workload.name);
  try {
    const measured = await tryBoth(workload, { now: () => performance.now(), breathe });
    return { ...common, ...decide(measured, workload.tolerance) };
  } finally {
    onMeasure(undefined);
  }
}

function commonOf(
  { name, of, unit }: Workload,
  threads: number,
): Pick<Choice, 'workload' | 'of' | 'unit' | 'threads'> {
  return { workload: name, ...(of !== undefined && { of }), unit, threads };
}

/** Asked each time: a card may come and go. */
async function hasAdapter(): Promise<boolean> {
  // The types of the page's library know no WebGPU.
  type Gpu = { requestAdapter(): Promise<unknown> };
  const gpu = Reflect.get(navigator, 'gpu') as Gpu | undefined;
  return Boolean(await gpu?.requestAdapter().catch(() => null));
}
