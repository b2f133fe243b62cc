import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { addressOf, eventually, hasChromium, labTest } from './lab.js';

/** Of what the page keeps, as it lies in the browser. */
interface KeptRecord {
  version: number;
  readonly settings: { epochs: number; seed: number };
  readonly measures: object | undefined;
  checkpoint: Uint8Array<ArrayBuffer>;
}

const CHANGES = ['version', 'seed', 'cut', 'flip'] as const;

const test = labTest({ isolated: true });

describe.skipIf(!hasChromium)('week 3 keeps a training', () => {
  test('one that is paused and gone on with after a reload comes to the same bytes, and stays when it is done', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/week3?epochs=2&seed=3');
    await trainToItsEnd(opened.page);
    const whole = (await kept(opened.page))!;

    await using other = await lab.open('#/week3?epochs=2&seed=3');
    const { page } = other;
    await holdUntilPaused(page);
    await button(page, 'Train').click();
    await page.getByText('step 10 of 40').waitFor();
    await button(page, 'Pause').click();
    await page.getByText(/Paused: 2 epochs, seed 3\. Kept in this browser since .* 20\d\d, /).waitFor();
    const half = (await kept(page))!;
    expect(half.digest).not.toBe(whole.digest);

    // With settings of its own, which give way.
    await page.goto(`${lab.url}#/week3`);
    await page.reload();
    await page.getByText('step 10 of 40').waitFor();
    await page.getByText('Paused: 2 epochs, seed 3.').waitFor();
    await changeThreads(page);
    await changeThreads(page);
    await button(page, 'Continue the paused one').click();
    await eventually(() => number(page, 'live-accuracy')).toBeGreaterThan(0);
    expect(addressOf(page).get('seed')).toBe('3');
    expect(await kept(page)).toEqual(whole);

    const accuracy = await number(page, 'live-accuracy');
    await page.reload();
    await page.getByText('Trained: 2 epochs, seed 3. Kept').waitFor();
    await eventually(() => number(page, 'live-accuracy')).toBe(accuracy);
    await eventually(() => number(page, 'live-probability')).toBeGreaterThan(0);
    expect([opened.complaints, other.complaints]).toEqual([[], []]);
  });

  test('one of another version and a damaged one are told, and the next takes their place', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/week3?epochs=1');
    const { page } = opened;
    await trainToItsEnd(page);
    const before = await kept(page);
    const foreign = /keeps was made by another version of the page and cannot be gone on with/;
    const damaged = /keeps is damaged and cannot be gone on with/;
    // The seed is in the checkpoint as well, by its key.
    for (const change of CHANGES) {
      expect(await kept(page, change)).not.toEqual(before);
      await page.reload();
      await page.getByText(change === 'version' || change === 'seed' ? foreign : damaged).waitFor();
    }
    await trainToItsEnd(page);
    expect(await kept(page)).toEqual(before);
    expect(await page.getByText(damaged).count()).toBe(0);

    await button(page, 'Discard').click();
    await eventually(() => kept(page)).toBeUndefined();
    await page.reload();
    await eventually(() => number(page, 'entropy')).toBeDefined();
    await eventually(() => page.getByText(/Kept in this browser/).count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  // What the worker is told before all else.
  test.for([
    ['keeps no data for the page', `Object.defineProperty(globalThis, 'indexedDB', { value: undefined });`],
    [
      'has no room left for the page',
      `IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };`,
    ],
  ])('a browser that %s', async ([sentence, before], { lab }) => {
    await using opened = await lab.open('about:blank', { serviceWorkers: 'block' });
    const { page } = opened;
    const complaints = () =>
      opened.complaints.filter((line) => !line.startsWith('Service Worker registration'));
    await page.route(/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${before}\n${await response.text()}` });
    });
    await page.goto(`${lab.url}#/week3?epochs=1`);
    await holdUntilPaused(page);
    await button(page, 'Train').click();
    await page.getByText('step 10 of 20').waitFor();
    await button(page, 'Pause').click();
    await page.getByText(`This browser ${sentence}: the training is lost when`).waitFor();
    await button(page, 'Continue').click();
    await eventually(() => number(page, 'live-accuracy')).toBeGreaterThan(0);
    expect(await page.getByText(/Kept in this browser/).count()).toBe(0);
    expect(complaints()).toEqual([]);
  });

  test('of two tabs the one that keeps a training over the other says so, and discards its own only', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/week3?epochs=1&seed=1');
    const { page } = opened;
    await trainToItsEnd(page);
    const other = await page.context().newPage();
    await other.goto(`${lab.url}#/week3?epochs=1&seed=2`);
    await other.getByText('Trained: 1 epoch, seed 1. Kept').waitFor();
    const said = (tab: Page): Locator => tab.getByText('Another tab had kept a training meanwhile');

    await trainToItsEnd(other);
    // It was shown what it takes the place of.
    expect(await said(other).count()).toBe(0);
    const second = await kept(other);
    await button(page, 'Discard').click();
    await page.getByText('Press Train').waitFor();
    expect(await kept(page)).toEqual(second);
    await trainToItsEnd(page);
    await said(page).waitFor();
    expect(await kept(page)).not.toEqual(second);
    expect(opened.complaints).toEqual([]);
  });
});

function button(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'Train it here' }).getByRole('button', { name, exact: true });
}

/** A number of the page in full; undefined while there is none. */
async function number(page: Page, name: string): Promise<number | undefined> {
  const values = await page
    .locator(`[data-quantity="${name}"][data-value]`)
    .evaluateAll((elements) => elements.map((element) => element.getAttribute('data-value')));
  return values[0] === undefined ? undefined : Number(values[0]);
}

async function trainToItsEnd(page: Page): Promise<void> {
  await button(page, 'Train').click();
  await page.locator('[data-training="running"]').waitFor();
  await page.locator('[data-training="idle"]').waitFor();
  await eventually(() => number(page, 'live-accuracy')).toBeGreaterThan(0);
}

/** From now on a task of the page's worker that lets a cancellation arrive waits until one does. */
async function holdUntilPaused(page: Page): Promise<void> {
  await eventually(() => number(page, 'entropy')).toBeDefined();
  const worker = page.workers().find((own) => /\/worker-[^/]*$/.test(own.url()))!;
  await worker.evaluate(() => {
    const post = Reflect.get(MessagePort.prototype, 'postMessage') as (this: MessagePort, _: unknown) => void;
    const held: (() => void)[] = [];
    MessagePort.prototype.postMessage = function (this: MessagePort, message: unknown) {
      held.push(() => post.call(this, message));
    };
    addEventListener('message', ({ data }: MessageEvent<{ kind: string }>) => {
      if (data.kind !== 'cancel') return;
      MessagePort.prototype.postMessage = post;
      // The cancellation is to be known before.
      setTimeout(() => held.forEach((release) => release()));
    });
  });
}

/** Ends the worker: another one is begun with another number of threads. Where there is one core there is no choice. */
async function changeThreads(page: Page): Promise<void> {
  const threads = page.getByRole('switch', { name: /^Threads/ });
  if (await threads.isEnabled()) await threads.click();
}

interface Kept {
  readonly version: number;
  readonly settings: { readonly epochs: number; readonly seed: number };
  readonly isDone: boolean;
  /** SHA-256 of the checkpoint. */
  readonly digest: string;
}

/** What the page keeps, after `change` of what it kept when it was first changed. */
async function kept(page: Page, change?: (typeof CHANGES)[number]): Promise<Kept | undefined> {
  return page.evaluate(async (how) => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error!));
      });
    const database = await answer(indexedDB.open('credence'));
    const store = database.transaction('kept', 'readwrite').objectStore('kept');
    const intact = how === undefined ? undefined : await answer<unknown>(store.get('intact'));
    const record = (intact ?? (await answer<unknown>(store.get('week3-training')))) as KeptRecord | undefined;
    if (record === undefined) return undefined;
    if (how !== undefined) await answer(store.put(record, 'intact'));
    if (how === 'version') record.version = 2;
    if (how === 'seed') record.settings.seed = 2;
    if (how === 'cut') record.checkpoint = record.checkpoint.slice(1);
    if (how === 'flip') record.checkpoint[500_000]! ^= 1;
    if (how !== undefined) await answer(store.put(record, 'week3-training'));
    database.close();
    const { version, settings, measures, checkpoint } = record;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', checkpoint));
    return { version, settings, isDone: measures !== undefined, digest: digest.join(' ') };
  }, change);
}
