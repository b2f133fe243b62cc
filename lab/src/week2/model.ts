// What the page and the worker say to each other about a classifier of the plane: plain data.

/** MAP, Laplace and variational inference are of logistic regression, the others of a network with one hidden layer. */
export type Method = 'map' | 'laplace' | 'variational' | 'bayesian' | 'dropout' | 'ensemble';

/** A rectangle of the plane. */
export interface Region {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A data set, a model of it and how it is trained: with the number of epochs, all that the weights depend on. */
export interface Problem {
  /** Another number for another problem. */
  readonly version: number;
  /** (N, 2), row by row. */
  readonly points: Float32Array;
  /** 0 or 1, (N). */
  readonly labels: Uint8Array;
  readonly method: Method;
  readonly hidden: number;
  readonly dropoutRate: number;
  /** Networks of an ensemble. */
  readonly members: number;
  /** Of the prior N(0, I / priorPrecision) on all weights, biases too. */
  readonly priorPrecision: number;
  readonly learningRate: number;
  readonly seed: number;
}

export interface FitInput {
  readonly problem: Problem;
  /** Epochs of training; each is one step on all points. */
  readonly epoch: number;
  /** Draws behind each mean. */
  readonly samples: number;
  readonly region: Region;
  /** Whether states on the way are wanted. */
  readonly frames: boolean;
}

/** Means over places. */
export interface Uncertainty {
  readonly epistemic: number;
  readonly aleatoric: number;
}

/** What a classifier says over the plane after some epochs. */
export interface Fit {
  /** Names these weights, for what else is asked of them. */
  readonly snapshot: string;
  readonly epoch: number;
  readonly region: Region;
  /** Cells to a side of the maps. */
  readonly size: number;
  /** Mean of p(y = 1), (size, size), row by row from the smallest y. */
  readonly probability: Float64Array;
  /** Mutual information, nats, as above. */
  readonly epistemic: Float64Array;
  /** Expected entropy, nats, as above. */
  readonly aleatoric: Float64Array;
  /** Lines of equal mean probability, one list for each of CONTOURS: (x1, y1, x2, y2) of segments. */
  readonly contours: readonly Float32Array[];
  /** Decision boundaries of single draws, as above. */
  readonly boundaries: readonly Float32Array[];
  /** Mean loss of each epoch, nats an example; of an ensemble the mean over its networks. */
  readonly losses: Float64Array;
  /** Share of the points on the right side, at some epochs. */
  readonly accuracies: { readonly epochs: readonly number[]; readonly values: readonly number[] };
  readonly accuracy: number;
  /** Mean of -log mean p(label) over the points, nats. */
  readonly nll: number;
  /** At the points. */
  readonly near: Uncertainty;
  /** At the map's edge. */
  readonly far: Uncertainty;
  /** Laplace: how far the weights are from the mode, in posterior standard deviations. */
  readonly distanceToMode: number | undefined;
  /** Wall time of an epoch, the mean over those just trained, and of the maps, milliseconds. */
  readonly time: { readonly epoch: number | undefined; readonly maps: number };
}

/** Mean probabilities that get a line. */
export const CONTOURS = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

export interface RayInput {
  /** Of the newest fit. */
  readonly snapshot: string;
  readonly from: { readonly x: number; readonly y: number };
  /** Of length 1. */
  readonly direction: { readonly x: number; readonly y: number };
  readonly length: number;
}

/** What the classifier says along a ray. */
export interface Ray {
  /** From the ray's origin, (n). */
  readonly distance: Float64Array;
  readonly probability: Float64Array;
  readonly epistemic: Float64Array;
  readonly aleatoric: Float64Array;
  /** Whether a training point is near it, 0 or 1, (n). */
  readonly near: Uint8Array;
  /** What the mean probability tends to, by the posterior itself and not by draws; of logistic regression. */
  readonly limit: number | undefined;
}
