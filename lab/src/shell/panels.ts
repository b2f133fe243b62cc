import type { JSX } from 'preact';

/** A tab: its name in the address, its title, and its module, which is loaded when it is first shown. */
export interface PanelEntry {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<{ readonly Panel: () => JSX.Element }>;
}

export const panels: readonly PanelEntry[] = [
  { name: 'week1', title: 'Week 1', load: () => import('../week1/index.js') },
  { name: 'week2', title: 'Week 2', load: () => import('../week2/index.js') },
  { name: 'week3', title: 'Week 3', load: () => import('../week3/index.js') },
  { name: 'your-model', title: 'Your model', load: () => import('../your-model/index.js') },
];
