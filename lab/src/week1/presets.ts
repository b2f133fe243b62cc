import { set, signals } from './state.js';

type Values = { readonly [K in keyof typeof signals]?: (typeof signals)[K]['value'] };

export interface Preset {
  readonly name: string;
  readonly values: Values;
}

const PRACTICAL = {
  noise: 0.2,
  points: null,
  seen: null,
  beta: null,
  degree: 9,
  centres: 9,
  width: 1 / 9,
} as const;

/** The regressions of the practical. */
export const presets: readonly Preset[] = [
  { name: 'Line', values: { ...PRACTICAL, set: 'line', basis: 'linear', n: 25, alpha: 2, reach: 4 } },
  {
    name: 'Line with a hole',
    values: { ...PRACTICAL, set: 'hole', basis: 'linear', n: 20, alpha: 2, reach: 3 },
  },
  {
    name: 'Sine, polynomial',
    values: { ...PRACTICAL, set: 'sine', basis: 'polynomial', n: 50, alpha: 0.05, reach: 2 },
  },
  {
    name: 'Sine, Gaussian features',
    values: { ...PRACTICAL, set: 'sine', basis: 'gaussian', n: 50, alpha: 0.05, reach: 3 },
  },
];

export function apply({ values }: Preset): void {
  set({ ...values, first: 0, second: 1 });
}

/** Whether the state is that of a preset. */
export function isChosen({ values }: Preset): boolean {
  return Object.entries(values).every(([name, value]) => signals[name as keyof Values].value === value);
}
