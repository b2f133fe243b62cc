import type { ScoreName } from './evaluate.js';

/** A row of the published table: per cent, as printed. */
export interface PublishedRow {
  readonly name: string;
  readonly fprAt95Tpr: number;
  readonly auprError: number;
  readonly auprSuccess: number;
  readonly auroc: number;
}

/**
 * Failure prediction on MNIST with a small convnet, as published: Corbière, Thome, Bar-Hen, Cord, Pérez, "Addressing failure
 * prediction by learning model confidence", NeurIPS 2019.
 */
export const PUBLISHED: readonly PublishedRow[] = [
  { name: 'MCP', fprAt95Tpr: 5.56, auprError: 35.05, auprSuccess: 99.99, auroc: 98.63 },
  { name: 'MC dropout', fprAt95Tpr: 5.26, auprError: 38.5, auprSuccess: 99.99, auroc: 98.65 },
  { name: 'Trust score', fprAt95Tpr: 10, auprError: 35.88, auprSuccess: 99.98, auroc: 98.2 },
  { name: 'ConfidNet', fprAt95Tpr: 3.33, auprError: 45.89, auprSuccess: 99.99, auroc: 98.82 },
];

/**
 * Average precisions that an independent implementation of the same settings reached with five seeds, on MNIST's test digits and,
 * for out-of-distribution detection, KMNIST's.
 */
export const REFERENCE: {
  readonly failure: Partial<Readonly<Record<ScoreName, readonly number[]>>>;
  readonly kmnist: Partial<Readonly<Record<ScoreName, readonly number[]>>>;
} = {
  failure: {
    mcp: [0.343, 0.404, 0.389, 0.452, 0.393],
    'mcDropout.entropy': [0.296, 0.316, 0.308, 0.355, 0.253],
    'mcDropout.variationRatio': [0.342, 0.33, 0.403, 0.457, 0.315],
    confidnet: [0.458, 0.483, 0.411, 0.59, 0.457],
  },
  kmnist: {
    mcp: [0.976, 0.978, 0.98, 0.975, 0.966],
    'mcDropout.entropy': [0.986, 0.986, 0.99, 0.985, 0.981],
    'mcDropout.variationRatio': [0.972, 0.971, 0.977, 0.968, 0.962],
    odin: [0.982, 0.985, 0.987, 0.982, 0.976],
  },
};
