import { set, signals } from './state.js';

type Values = { readonly [K in keyof typeof signals]?: (typeof signals)[K]['value'] };

export interface Preset {
  readonly name: string;
  readonly values: Values;
}

const COMMON = {
  noise: null,
  points: null,
  lr: null,
  hidden: 50,
  rate: 0.2,
  members: 5,
  samples: 30,
  ray: null,
} as const;
const BLOBS = { ...COMMON, set: 'blobs', n: 400, alpha: 1 } as const;
const MOONS = { ...COMMON, set: 'moons', n: 200 } as const;

/** Where the draws of the Bayesian network disagree. */
const TO_THE_LOWER_LEFT = [
  [0.5, 0.25],
  [-1.5, -2.8],
] as const;

/** The methods of the practical on its sets, and an ensemble. */
export const presets: readonly Preset[] = [
  { name: 'Ensemble', values: { ...MOONS, n: 100, alpha: 0.02, method: 'ensemble', epoch: 300 } },
  { name: 'MAP', values: { ...BLOBS, method: 'map', epoch: 100 } },
  { name: 'Laplace', values: { ...BLOBS, method: 'laplace', epoch: 300 } },
  { name: 'VI', values: { ...BLOBS, method: 'variational', epoch: 300 } },
  {
    name: 'Bayesian network',
    values: { ...MOONS, alpha: 1, method: 'bayesian', epoch: 600, ray: TO_THE_LOWER_LEFT },
  },
  { name: 'MC dropout', values: { ...MOONS, method: 'dropout', epoch: 300 } },
];

/** What may differ from a preset. */
const FREE = new Set(['epoch', 'ray']);

export function apply({ values }: Preset): void {
  set(values);
}

/** Whether the state is that of a preset, trained for however long and seen along whatever ray. */
export function isChosen({ values }: Preset): boolean {
  return Object.entries(values).every(
    ([name, value]) => FREE.has(name) || signals[name as keyof Values].value === value,
  );
}
