import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { GivenFile } from 'credence/sources';
import { choice, flag, integer, number, panelState } from '../state/index.js';
import type { Parameter } from '../state/index.js';
import type { Choices, Reading } from './model.js';

const LONGEST = 500;

/** A short text of the reader's; empty initially. */
function words(): Parameter<string> {
  return {
    initial: '',
    expected: `a text of at most ${LONGEST} letters`,
    encode: (value) => value,
    decode: (text) => (text.length <= LONGEST ? text : undefined),
  };
}

export const { signals, reset } = panelState('your-model', {
  risk: number({ initial: 0.05, min: 0.001, max: 0.5 }),
  confidence: number({ initial: 0.95, min: 0.5, max: 0.999 }),
  seed: integer({ initial: 1, min: 0, max: 999_999 }),
  confidnet: flag(false),
  input: words(),
  logits: words(),
  probabilities: words(),
  features: words(),
  link: choice(['found', 'softmax', 'sigmoid'], 'found'),
  dropout: number({ initial: 0, min: 0, max: 0.95 }),
  classes: words(),
  inputs: words(),
  labels: words(),
  scale: words(),
  mean: words(),
  std: words(),
  resize: words(),
  crop: words(),
  grayscale: flag(false),
  layout: choice(['stored', 'nchw', 'nhwc'], 'stored'),
  storedLayout: choice(['seen', 'nchw', 'nhwc'], 'seen'),
});

/** What was dropped or chosen; not in the address. */
export type Role = 'model' | 'validation' | 'test' | 'train';
export const files: Readonly<Record<Role, Signal<readonly GivenFile[] | undefined>>> = {
  model: signal(undefined),
  validation: signal(undefined),
  test: signal(undefined),
  train: signal(undefined),
};

/** Whether a set from elsewhere is measured on, or settings are chosen by it. */
export type OodUse = 'measure' | 'tune';

export interface OodSet {
  readonly id: number;
  readonly name: string;
  readonly files: readonly GivenFile[];
  readonly use: OodUse;
}
export const ood: Signal<readonly OodSet[]> = signal([]);

export function choices(): Choices {
  const { input, logits, probabilities, features, link, dropout, classes } = signals;
  return {
    input: input.value,
    logits: logits.value,
    probabilities: probabilities.value,
    features: features.value,
    link: link.value,
    dropout: dropout.value,
    classes: classes.value,
  };
}

export function reading(): Reading {
  const { inputs, labels, scale, mean, std, resize, crop, grayscale, layout, storedLayout } = signals;
  return {
    inputs: inputs.value,
    labels: labels.value,
    scale: scale.value,
    mean: mean.value,
    std: std.value,
    resize: resize.value,
    crop: crop.value,
    grayscale: grayscale.value,
    layout: layout.value,
    storedLayout: storedLayout.value,
  };
}
