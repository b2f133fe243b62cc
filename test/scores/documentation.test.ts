import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { softmaxRows } from '#credence/scores/index';

import { fitAndScore, identityClassifier, matrixOf, relativeError, rowsOf } from './classifiers.js';
import { klMatching } from './kl-matching.js';

const page = readFileSync(new URL('../../docs/adding-a-score.md', import.meta.url), 'utf8');

describe('docs/adding-a-score.md', () => {
  it('shows the score that is tested here, with the imports of src/scores', () => {
    const code = readFileSync(new URL('./kl-matching.ts', import.meta.url), 'utf8')
      .replace(
        "import { softmaxRows } from '#credence/scores/index'",
        "import { softmaxRows } from './maximum-class-probability.js'",
      )
      .replace(
        "import type { Score } from '#credence/scores/index'",
        "import type { Score } from './score.js'",
      )
      .replaceAll(/#credence\/(graph|tensor)\/index/g, '../$1/index.js');
    const [shown] = /(?<=```ts\n\/\/ src\/scores\/kl-matching\.ts\n)[^`]*(?=```)/.exec(page) ?? [];
    expect(shown).toBe(code);
  });

  it('names only what there is', () => {
    const sources = [
      'score',
      'fit',
      'score-graph',
      'registry',
      'tail',
      'moments',
      'subsample',
      'settings',
      'needs',
    ]
      .map((name) => readFileSync(new URL(`../../src/scores/${name}.ts`, import.meta.url), 'utf8'))
      .join('\n');
    const prose = page.replaceAll(/```[^`]*```/g, '');
    for (const [, name] of prose.matchAll(/`([a-z][A-Za-z0-9]+)`/g)) {
      expect(sources, name).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  it('shows a score that is its definition', async () => {
    const [logits, inputs] = [matrixOf(1, 200, 4, 2), matrixOf(2, 30, 4, 3)];
    const labels = { dtype: 'int32', shape: [200], data: new Int32Array(200) } as const;
    const values = await fitAndScore(
      klMatching,
      identityClassifier(4),
      { logits, features: undefined, labels },
      inputs,
    );
    const softmax = (of: typeof logits): number[][] =>
      rowsOf({ ...of, dtype: 'float64', data: softmaxRows(of) });
    const examples = softmax(logits);
    const usual = [0, 1, 2, 3].map((c) => {
      const own = examples.filter((p) => p.indexOf(Math.max(...p)) === c);
      return own[0]!.map((_, k) => own.reduce((sum, p) => sum + p[k]!, 0) / own.length);
    });
    const plain = softmax(inputs).map((p) =>
      Math.min(...usual.map((d) => p.reduce((sum, value, k) => sum + value * Math.log(value / d[k]!), 0))),
    );
    expect(relativeError(values, plain, 1e-9)).toBeLessThan(2 ** -22);
  });
});
