import { batch, computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { decodeValues, encodeValues, formatAddress, parseAddress } from './address.js';
import type { Parameters, Values } from './address.js';
import type { ValueOf } from './parameters.js';

export type Signals<P extends Parameters> = { readonly [K in keyof P]: Signal<ValueOf<P[K]>> };

/** The state of a panel: a signal for each parameter. Signal and address follow each other while the panel is shown. */
export interface PanelState<P extends Parameters> {
  readonly signals: Signals<P>;
  /** The address of the panel in its present state. */
  readonly href: ReadonlySignal<string>;
  /** Sets several at once; the others keep their values. */
  readonly set: (values: Partial<Values<P>>) => void;
  /** All as they are initially. */
  readonly reset: () => void;
}

/** What could not be read of the address. */
export const problems: Signal<readonly string[]> = signal([]);
/** The panel that the address names, the first one where it names none. */
export const shownPanel: Signal<string> = signal('');

interface Entry {
  readonly href: ReadonlySignal<string>;
  read(query: ReadonlyMap<string, string>): void;
}
const entries: Signal<ReadonlyMap<string, Entry>> = signal(new Map());

/** Browsers limit how often the address may change. */
const WRITE_DELAY_MS = 250;
let pendingWrite: ReturnType<typeof setTimeout> | undefined;
/** The fragment that the signals agree with, or are to be written over. */
let followed = '';

/** Makes the state of a panel, once, where its module is loaded. The present address is read at once. */
export function panelState<P extends Parameters>(panel: string, parameters: P): PanelState<P> {
  const made: Record<string, Signal> = {};
  for (const [name, { initial }] of Object.entries(parameters)) made[name] = signal(initial);
  const signals = made as Signals<P>;
  const values = (): Values<P> =>
    Object.fromEntries(Object.entries(signals).map(([name, { value }]) => [name, value])) as Values<P>;
  const set = (given: Partial<Values<P>>): void => {
    batch(() => {
      for (const [name, value] of Object.entries(given)) signals[name]!.value = value as never;
    });
  };
  const href = computed(() => formatAddress({ panel, query: encodeValues(parameters, values()) }));
  const read = (query: ReadonlyMap<string, string>): void => {
    const decoded = decodeValues(parameters, query);
    if (decoded.problems.length > 0) problems.value = [...problems.peek(), ...decoded.problems];
    set(decoded.values);
  };
  entries.value = new Map(entries.value).set(panel, { href, read });
  const { panel: shown, query } = parseAddress(location.hash);
  if (shown === panel) read(query);
  return { signals, href, set, reset: () => set(decodeValues(parameters, new Map()).values) };
}

/** The link of a panel: with its present state where it has been open. */
export function panelHref(panel: string): string {
  return entries.value.get(panel)?.href.value ?? `#/${panel}`;
}

/**
 * Shows a panel as its link does, at once: between a click on a link and the event that tells of it, an address that is
 * about to be written would take its place.
 */
export function openPanel(panel: string): void {
  writeAddress();
  history.pushState(null, '', panelHref(panel));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Keeps address and signals together from now on. `names`: the panels that there are. */
export function followAddress(names: readonly string[]): void {
  const follow = (): void => {
    forgetWrite();
    followed = location.hash;
    const { panel, query } = parseAddress(followed);
    const isKnown = names.includes(panel);
    const unknown = `'${panel}' in the address: expected one of ${names.join(', ')}`;
    batch(() => {
      problems.value = isKnown || panel === '' ? [] : [unknown];
      shownPanel.value = isKnown ? panel : (names[0] ?? '');
      entries
        .peek()
        .get(shownPanel.peek())
        ?.read(isKnown ? query : new Map());
    });
    // What could not be read must not stay in the address, even where no signal has changed.
    scheduleWrite();
  };
  follow();
  addEventListener('hashchange', follow);
  effect(() => {
    // Read here, so that the effect follows it, and again when it is written.
    const href = entries.value.get(shownPanel.value)?.href.value;
    if (href !== undefined) scheduleWrite();
  });
  addEventListener('pagehide', writeAddress);
}

/** The whole address of the page in its present state, which the location is set to. */
export function currentAddress(): string {
  writeAddress();
  return location.href;
}

function writeAddress(): void {
  forgetWrite();
  // Of a link that was clicked the event may still be on its way; written now, the address would go back.
  if (location.hash !== followed) return;
  const href = entries.peek().get(shownPanel.peek())?.href.peek();
  if (href === undefined || href === followed) return;
  history.replaceState(history.state, '', href);
  followed = location.hash;
}

function scheduleWrite(): void {
  pendingWrite ??= setTimeout(writeAddress, WRITE_DELAY_MS);
}

function forgetWrite(): void {
  clearTimeout(pendingWrite);
  pendingWrite = undefined;
}
