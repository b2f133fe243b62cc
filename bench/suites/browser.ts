import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { agreement, TOLERANCE, VARIANCE_TOLERANCE } from '../browser/agreement.js';
import { findChromium, graphicsOf, launchChromium } from '../browser/chromium.js';
import type { Graphics } from '../browser/chromium.js';
import { candidates, isOurs } from '../browser/contenders.js';
import type { Contender } from '../browser/contenders.js';
import { prepareGiven } from '../browser/given.js';
import { openContender, timeTask } from '../browser/measure.js';
import type { TaskTimes } from '../browser/measure.js';
import { buildPages, servePages } from '../browser/pages.js';
import { installPeers } from '../browser/peers.js';
import { BATCH, CHECK_STEPS, PASSES, TASKS } from '../browser/program.js';
import type { TaskName } from '../browser/program.js';
import type { Context } from '../context.js';
import { digits as number, range } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { pairedRatios, spread } from '../statistics.js';

/** Digits that are scored, and trained on in batches. */
const DIGITS = 1000;

/** Credence in a page beside TensorFlow.js and jax-js in theirs: the same steps and passes, in turns. */
export async function browser(context: Context): Promise<readonly Section[]> {
  const { options, scratch, signal, say } = context;
  const executable = findChromium();
  if (executable === undefined)
    return [missing('no Chromium in the usual places; CHROMIUM_PATH names another one')];
  const hasPeers = installPeers(say);
  const digits = Math.max(BATCH, BATCH * Math.floor((options.limit ?? DIGITS) / BATCH));
  const given = await prepareGiven(digits, { data: options.data, signal });
  const folder = join(scratch, 'pages');
  await using plain = await servePages(folder, { isolated: false });
  await using isolated = await servePages(folder, { isolated: true });
  const chromium = await launchChromium(executable);
  const close = (): void => void chromium.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    // Any address will do, found or not: a page that is not of this machine has no WebGPU.
    const graphics = await graphicsOf(chromium, `${plain.url}none.html`);
    const all = candidates(options.threads, graphics, hasPeers);
    say('building the pages');
    await buildPages([...new Set(all.map(({ page }) => page))], folder);
    const contenders: Contender[] = [];
    const failures: string[] = [];
    for (const candidate of all) {
      signal.throwIfAborted();
      say(`${candidate.name}: opening, and computing what is compared`);
      const { url } = candidate.isolated ? isolated : plain;
      try {
        contenders.push(await openContender(chromium, candidate, url, given));
      } catch (error) {
        signal.throwIfAborted();
        failures.push(`${candidate.name} failed: ${firstLine(error)}`);
      }
    }
    const sections = [agreementSection(contenders, [...setting(chromium, graphics), ...failures])];
    for (const task of TASKS) {
      // The peers' way of not computing twice; ours is always that.
      const able = contenders.map((own) =>
        task === 'mc-dropout-cached' && isOurs(own.page) ? { ...own, tasks: [task] } : own,
      );
      sections.push(taskSection(task, await timeTask(task, able, context), digits));
    }
    return sections;
  } finally {
    signal.removeEventListener('abort', close);
    await chromium.close();
  }
}

function setting(chromium: Browser, { webgpu, webgl }: Graphics): string[] {
  const none = 'none but in software: not measured';
  return [
    `Chromium ${chromium.version()}; WebGPU: ${webgpu ?? none}; WebGL: ${webgl ?? none}.`,
    `Losses of ${CHECK_STEPS} steps of Adam (nats), logits: at most ${TOLERANCE} apart; the variance over ${PASSES} passes at most ` +
      `${100 * VARIANCE_TOLERANCE} %, since each draws masks of its own.`,
  ];
}

function agreementSection(contenders: readonly Contender[], notes: readonly string[]): Section {
  const reference = contenders.find(({ page }) => isOurs(page));
  const compared = contenders.map((own) => ({
    name: own.name,
    version: own.version,
    notes: own.notes,
    ...agreement(own.checked, (reference ?? own).checked),
  }));
  const columns = ['program', 'version', 'MLP losses', 'convnet losses', 'logits', 'variance', 'same work'];
  return {
    name: 'browser: agreement',
    title: `In the browser: largest differences to ${reference?.name ?? 'nothing'}`,
    table: {
      columns: columns.map((title) => ({ title })),
      rows: compared.map((row) => [
        row.name,
        row.version,
        ...[row.mlpLosses, row.convnetLosses, row.logits].map((value) => value?.toExponential(1) ?? '-'),
        row.passVariance === undefined ? '-' : `${(100 * row.passVariance).toFixed(1)} %`,
        row.holds ? 'yes' : 'NO',
      ]),
    },
    notes: [
      ...notes,
      ...compared.flatMap(({ name, notes }) => (notes.length > 0 ? [`${name}: ${notes.join('; ')}.`] : [])),
    ],
    data: compared,
  };
}

function taskSection(task: TaskName, times: TaskTimes, digits: number): Section {
  const titles: Readonly<Record<TaskName, string>> = {
    'mlp-step': 'A step of Adam, perceptron 2-50-1, all 1,000 points',
    'convnet-step': `A step of Adam, the practical's convnet with dropout, ${BATCH} digits`,
    forward: `Forward pass, ${digits.toLocaleString('en')} digits`,
    'mc-dropout': `${PASSES} passes of MC dropout, ${digits.toLocaleString('en')} digits; the peers run the whole network in each`,
    'mc-dropout-cached': `${PASSES} passes of MC dropout, ${digits.toLocaleString('en')} digits; the peers run the layers before the first dropout once, by hand`,
  };
  const ours = [...times].filter(([{ page }]) => isOurs(page));
  const best = ours.toSorted(([, a], [, b]) => spread(a).median - spread(b).median)[0];
  const rows = [...times].map(([{ name }, milliseconds]) => ({
    name,
    milliseconds,
    ratios: best === undefined ? [] : pairedRatios(best[1], milliseconds),
  }));
  return {
    name: `browser: ${task}`,
    title: titles[task],
    table: {
      columns: ['program', 'ms', 'range', 'times ours', 'spread'].map((title) => ({ title })),
      rows: rows.map(({ name, milliseconds, ratios }) => {
        const [own, ratio] = [spread(milliseconds), spread(ratios)];
        const isBest = name === best?.[0].name;
        return [
          name,
          number(own.median),
          range(own.min, own.max),
          isBest ? '1' : number(ratio.median),
          isBest ? '' : range(ratio.min, ratio.max),
        ];
      }),
    },
    notes: [
      `'Times ours': how often its time holds ours, pair by pair; ours is ${best?.[0].name ?? 'missing'}.`,
    ],
    data: rows,
  };
}

function missing(why: string): Section {
  return {
    name: 'browser',
    title: 'In the browser',
    table: { columns: [{ title: 'program' }], rows: [] },
    notes: [`Not measured: ${why}.`],
    data: { missing: why },
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
