import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'credence-theme';

/** What the reader chose; public/theme.js has applied it before anything was drawn. */
export const theme: Signal<Theme> = signal(chosen());

export function chooseTheme(next: Theme): void {
  theme.value = next;
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // No storage: until the page is closed.
  }
}

function chosen(): Theme {
  const set = document.documentElement.dataset['theme'];
  return set === 'light' || set === 'dark' ? set : 'system';
}
