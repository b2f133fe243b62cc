/** Which noise precision: `published`, what the course hands out, or `corrected`, that of the data. */
export type Setting = 'published' | 'corrected';

/** `count` numbers from `from` to `to`, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export type BasisSettings =
  | { readonly kind: 'linear' }
  | { readonly kind: 'polynomial'; readonly degree: number }
  | { readonly kind: 'gaussian'; readonly centres: readonly number[]; readonly width: number };

export type SetName = 'linear' | 'hole' | 'sinusoidal';
export type RegressionName = 'linear' | 'hole' | 'polynomial' | 'gaussian';

export interface RegressionSettings {
  readonly set: SetName;
  /** The precision of the weights' prior N(0, I / alpha). */
  readonly alpha: number;
  readonly basis: BasisSettings;
  /** The inputs at which the regression is tested. */
  readonly test: Range;
}

/** Everything that fixes a run of week 1, but the key. */
export interface Week1Settings {
  readonly published: boolean;
  /** The noise precision of the run: `betas.published` or `betas.corrected`. */
  readonly beta: number;
  readonly betas: Readonly<Record<Setting, number>>;
  /** The standard deviation of the noise in all data sets. */
  readonly noise: number;
  /** N of each data set. */
  readonly sizes: Readonly<Record<SetName, number>>;
  readonly regressions: Readonly<Record<RegressionName, RegressionSettings>>;
  /** Question 1.2: after how many points the posterior is shown, and the values of w0 and of w1. */
  readonly posterior: { readonly observations: readonly number[]; readonly weights: Range };
}

const NOISE = 0.2;
const SIZES = { linear: 25, hole: 20, sinusoidal: 50 } as const;
const SINUSOIDAL = { set: 'sinusoidal', alpha: 0.05, test: { from: -1, to: 2, count: 500 } } as const;

/**
 * The settings of week 1; `published` picks the noise precision 12.5 = 1 / (2 noise^2) for 25 = 1 / noise^2.
 */
export function week1Settings({ published = false }: { readonly published?: boolean } = {}): Week1Settings {
  const betas = { published: 12.5, corrected: 25 };
  return deepFreeze({
    published,
    beta: published ? betas.published : betas.corrected,
    betas,
    noise: NOISE,
    sizes: SIZES,
    regressions: {
      linear: { set: 'linear', alpha: 2, basis: { kind: 'linear' }, test: { from: -10, to: 10, count: 250 } },
      hole: { set: 'hole', alpha: 2, basis: { kind: 'linear' }, test: { from: -12, to: 12, count: 100 } },
      polynomial: { ...SINUSOIDAL, basis: { kind: 'polynomial', degree: 9 } },
      gaussian: {
        ...SINUSOIDAL,
        basis: { kind: 'gaussian', centres: Array.from({ length: 9 }, (_, j) => j / 9), width: 1 / 9 },
      },
    },
    posterior: { observations: [0, 1, 2, 10, SIZES.linear], weights: { from: -2, to: 2, count: 161 } },
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
