import { adam, sgd } from '../../training/index.js';
import type { Optimiser } from '../../training/index.js';

/** `published`, as the course hands it out, with its mistakes; `corrected`, the posterior that was meant. */
export type Setting = 'published' | 'corrected';
export type SetName = 'blobs' | 'moons';

export type OptimiserSettings =
  | {
      readonly kind: 'sgd';
      readonly learningRate: number;
      readonly momentum: number;
      readonly weightDecay: number;
    }
  | { readonly kind: 'adam'; readonly learningRate: number };

/** Full batch: an epoch is a step. */
export interface TrainingSettings {
  readonly optimiser: OptimiserSettings;
  readonly epochs: number;
}

/** `count` numbers from `from` to `to`, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Everything that fixes a run of week 2, but the key. */
export interface Week2Settings {
  readonly published: boolean;
  readonly sets: {
    readonly blobs: { readonly n: number; readonly std: number };
    readonly moons: { readonly n: number; readonly noise: number };
  };
  /** Standard deviation of the prior N(0, priorDeviation²) on all weights, biases too. */
  readonly priorDeviation: number;
  /** Figure 3. */
  readonly map: Readonly<Record<Setting, TrainingSettings>>;
  /** Figure 4. */
  readonly laplace: { readonly samples: number };
  /** Figures 5 and 6. */
  readonly variational: TrainingSettings & {
    /** Where the corrected training begins: at the prior. The published one begins at 0.1. */
    readonly initialDeviation: number;
    /**
     * The corrected figure 5 is the posterior that training converges to: the mean of the parameters over the
     * last epochs.
     */
    readonly converged: TrainingSettings & { readonly averaged: number };
    readonly samples: number;
  };
  /** Draws of the weights behind what is said of points far from the data. */
  readonly rays: { readonly samples: number };
  /** Figure 7. */
  readonly variationalMlp: TrainingSettings & {
    readonly hidden: number;
    readonly samples: number;
    /**
     * The corrected posterior is the mean of the parameters over so many last epochs; the published one is
     * the last epoch's.
     */
    readonly averaged: number;
  };
  /** Figure 8. */
  readonly dropout: TrainingSettings & {
    readonly hidden: number;
    readonly rate: number;
    readonly samples: number;
  };
  /** The part of the plane that is drawn, and the coarser grid of figure 6's frames. */
  readonly planes: Readonly<Record<SetName | 'frames', { readonly x: Range; readonly y: Range }>>;
}

export function week2Settings({ published = false }: { readonly published?: boolean } = {}): Week2Settings {
  const square = (from: number, to: number, count: number): Week2Settings['planes']['blobs'] => ({
    x: { from, to, count },
    y: { from, to, count },
  });
  return deepFreeze({
    published,
    sets: { blobs: { n: 400, std: 0.8 }, moons: { n: 1000, noise: 0.05 } },
    priorDeviation: 1,
    map: {
      published: {
        optimiser: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-2 },
        epochs: 20,
      },
      // The prior is in the loss, and 20 steps do not reach its minimum.
      corrected: {
        optimiser: { kind: 'sgd', learningRate: 0.5, momentum: 0.9, weightDecay: 0 },
        epochs: 500,
      },
    },
    laplace: { samples: 400 },
    variational: {
      optimiser: { kind: 'adam', learningRate: 0.1 },
      epochs: 30,
      initialDeviation: 1,
      converged: { optimiser: { kind: 'adam', learningRate: 0.1 }, epochs: 1500, averaged: 1000 },
      samples: 100,
    },
    rays: { samples: 2000 },
    variationalMlp: {
      optimiser: { kind: 'adam', learningRate: 0.1 },
      epochs: 1000,
      averaged: 500,
      hidden: 50,
      samples: 100,
    },
    dropout: {
      optimiser: { kind: 'adam', learningRate: 0.01 },
      epochs: 500,
      hidden: 50,
      rate: 0.2,
      samples: 100,
    },
    planes: {
      blobs: square(-8, 8, 101),
      moons: { x: { from: -3, to: 4, count: 81 }, y: { from: -3.25, to: 3.75, count: 81 } },
      frames: square(-8, 8, 51),
    },
  });
}

export function optimiserOf({ optimiser }: TrainingSettings): Optimiser {
  return optimiser.kind === 'sgd' ? sgd(optimiser) : adam(optimiser);
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
