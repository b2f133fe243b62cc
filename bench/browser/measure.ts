import type { Browser, Page } from 'playwright-core';
import type { Context } from '../context.js';
import type { Candidate, Contender } from './contenders.js';
import { pageFile } from './pages.js';
import type { Given, TaskName } from './program.js';

/** What one turn of a task should take, in milliseconds: long beside the clock, short beside the drift of the machine. */
const TURN = 1000;
const LONG = 4 * TURN;
const MOST_UNITS = 200;

/** Seconds after which a page that is not ready never will be: a driver that hangs must not stop the others. */
const PATIENCE = 300;

/**
 * Opens a candidate in a page of its own and lets it compute what is compared.
 * @throws Error when the page lacks what it needs, or takes more than five minutes.
 */
export async function openContender(
  browser: Browser,
  candidate: Candidate,
  url: string,
  given: Omit<Given, 'backend' | 'threads'>,
): Promise<Contender> {
  const page = await browser.newPage();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`not ready after ${PATIENCE} s`);
    timer = setTimeout(() => reject(error), 1000 * PATIENCE);
  });
  try {
    return await Promise.race([open(page, candidate, url, given), late]);
  } catch (error) {
    await page.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function open(
  page: Page,
  candidate: Candidate,
  url: string,
  given: Omit<Given, 'backend' | 'threads'>,
): Promise<Contender> {
  const { backend, threads } = candidate;
  // jax-js takes as many threads as there are cores.
  await page.addInitScript(
    (threads) => Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => threads }),
    threads,
  );
  await page.goto(`${url}${candidate.page}/${pageFile(candidate.page)}`);
  await page.waitForFunction(() => typeof globalThis.openProgram === 'function');
  const opened = await page.evaluate((given) => globalThis.openProgram(given), {
    ...given,
    backend,
    threads,
  });
  const checked = await page.evaluate((tasks) => globalThis.checkProgram(tasks), candidate.tasks);
  return { ...candidate, ...opened, driven: page, checked };
}

/** Milliseconds of a unit, a value for each repeat, by contender. */
export type TaskTimes = ReadonlyMap<Contender, readonly number[]>;

/** One task by all that can do it, in turns. */
export async function timeTask(
  task: TaskName,
  contenders: readonly Contender[],
  { options, signal, say }: Pick<Context, 'options' | 'signal' | 'say'>,
): Promise<TaskTimes> {
  const able = contenders.filter(({ tasks }) => tasks.includes(task));
  const turn = ({ driven }: Contender, count: number): Promise<number> =>
    driven.evaluate(([task, count]) => globalThis.timeProgram(task, count), [task, count] as const);
  const counts = new Map<Contender, number>();
  for (const contender of able) {
    signal.throwIfAborted();
    say(`${task}: ${contender.name} warms up`);
    const first = await turn(contender, 1);
    // The first of a kind compiles; a long one shows its length nevertheless.
    const unit = first > LONG ? first : await turn(contender, 1);
    counts.set(contender, Math.min(MOST_UNITS, Math.max(1, Math.floor(TURN / unit))));
  }
  const times = new Map(able.map((contender): [Contender, number[]] => [contender, []]));
  for (let repeat = 1; repeat <= options.repeats; repeat++) {
    say(`${task}: ${repeat}/${options.repeats}`);
    for (const contender of able) {
      signal.throwIfAborted();
      times.get(contender)!.push(await turn(contender, counts.get(contender)!));
    }
  }
  return times;
}
