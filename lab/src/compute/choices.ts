// In the page: how the reader wants heavy work computed, and what was chosen; kept for the visit.
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { SETTINGS } from './provider.js';
import type { Choice, Setting } from './provider.js';

const SETTING_KEY = 'credence-compute';
const CHOICES_KEY = 'credence-choices';

/** `?compute=webgpu` in the address says it for the visit, before what was chosen earlier. */
export const setting: Signal<Setting> = signal(
  settingOf(new URLSearchParams(location.search).get('compute')) ??
    settingOf(recalled(() => localStorage.getItem(SETTING_KEY))) ??
    'auto',
);

/** What was chosen under this setting, a choice a workload. */
export const choices: Signal<readonly Choice[]> = signal(recallChoices());

/** The workload that is being measured. */
export const measuring: Signal<string | undefined> = signal(undefined);

export function chooseSetting(wanted: Setting): void {
  setting.value = wanted;
  choices.value = [];
  kept(() => localStorage.setItem(SETTING_KEY, wanted));
  kept(() => sessionStorage.removeItem(CHOICES_KEY));
}

/** Keeps the newest choice for its workload, unless the reader has set something else since. */
export function take(choice: Choice, under: Setting): void {
  if (under !== setting.peek()) return;
  choices.value = [...choices.peek().filter(({ workload }) => workload !== choice.workload), choice];
  const own = { setting: setting.peek(), choices: choices.peek() };
  kept(() => sessionStorage.setItem(CHOICES_KEY, JSON.stringify(own)));
}

function recallChoices(): readonly Choice[] {
  try {
    const kept = JSON.parse(recalled(() => sessionStorage.getItem(CHOICES_KEY)) ?? 'null') as {
      setting: Setting;
      choices: readonly Choice[];
    } | null;
    return kept !== null && kept.setting === setting.peek() ? kept.choices : [];
  } catch {
    return [];
  }
}

function settingOf(text: string | null): Setting | undefined {
  return SETTINGS.find((setting) => setting === text);
}

function recalled(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Without storage it holds until the page is closed. */
function kept(store: () => void): void {
  try {
    store();
  } catch {
    // As said.
  }
}
