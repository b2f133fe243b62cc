import { describe, expect, it } from 'vitest';

import { dropoutLayers, flatLayout } from '#credence/graph/index';
import { logistic, mlp } from '#credence/models/index';
import { key } from '#credence/random/index';

describe('logistic', () => {
  it('has weights, then a bias, and gives one logit', () => {
    const model = logistic({ inputs: 3, key: key(1) });
    expect(flatLayout(model)).toEqual({
      size: 4,
      pieces: [
        { name: 'fc.weight', shape: [1, 3], offset: 0 },
        { name: 'fc.bias', shape: [1], offset: 3 },
      ],
    });
    expect(model.types.get('logits')).toEqual({ dtype: 'float32', shape: ['N', 1] });
  });
});

describe('mlp', () => {
  it('is 2-50-1 unless told otherwise', () => {
    expect(flatLayout(mlp({ key: key(1) })).pieces.map(({ shape }) => shape)).toEqual([
      [50, 2],
      [50],
      [1, 50],
      [1],
    ]);
    expect(dropoutLayers(mlp({ key: key(1) }))).toEqual([]);
  });

  it('has a Dropout layer behind each hidden one where a rate is given, and the same weights', () => {
    const [plain, dropped] = [undefined, 0.2].map((rate) =>
      mlp({
        inputs: 4,
        hidden: [8, 6],
        outputs: 3,
        key: key(2),
        ...(rate === undefined ? {} : { dropout: rate }),
      }),
    );
    expect(dropoutLayers(dropped!)).toEqual([
      { name: 'dropout1', rate: Math.fround(0.2) },
      { name: 'dropout2', rate: Math.fround(0.2) },
    ]);
    for (const name of plain!.parameters)
      expect(dropped!.constants.get(name)).toEqual(plain!.constants.get(name));
    expect(dropped!.types.get('logits')?.shape).toEqual(['N', 3]);
  });
});
