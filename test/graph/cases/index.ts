import type { Case } from '../harness.js';
import { attentionCases } from './attention.js';
import { binaryCases, castCases, choiceCases, unaryCases, variadicCases } from './elementwise.js';
import { convolutionCases, poolingCases } from './images.js';
import {
  generatorCases,
  layoutCases,
  paddingCases,
  resizeCases,
  scatteringCases,
  slicingCases,
} from './layout.js';
import { normalizationCases } from './normalization.js';
import { productCases } from './products.js';
import { moreReductionCases, reductionCases } from './reductions.js';

/** At least one use of every operation that Credence knows. */
export const cases: readonly Case[] = [
  ...attentionCases,
  ...binaryCases,
  ...castCases,
  ...choiceCases,
  ...convolutionCases,
  ...generatorCases,
  ...layoutCases,
  ...moreReductionCases,
  ...normalizationCases,
  ...paddingCases,
  ...poolingCases,
  ...productCases,
  ...reductionCases,
  ...resizeCases,
  ...scatteringCases,
  ...slicingCases,
  ...unaryCases,
  ...variadicCases,
];
