import { describe, expect, test } from 'vitest';
import { inOptions } from '#credence/cli/in-options';
import { ConfigurationError, CredenceError, DataError, GraphError } from '#credence/errors/index';

const OPTIONS = new Set([
  'inputs',
  'labels',
  'link',
  'logits',
  'features',
  'preprocess',
  'dropout',
  'set',
  'score',
  'maxBatch',
  'port',
]);

const hinted = (hint: string): CredenceError =>
  new DataError({ what: 'data', expected: 'some', got: 'none', where: 'a (labels).csv', hint });

describe('a hint of the library', () => {
  test.each([
    ['name the columns (inputs, labels)', 'name the columns (--inputs, --labels)'],
    ["say so (link: 'sigmoid'); or not", "say so (--link 'sigmoid'); or not"],
    ['send fewer (maxBatch: 64)', 'send fewer (--max-batch 64)'],
    ['name the features', 'name the features (--features)'],
    [
      "name the last layer's input as the features",
      "name the last layer's input as the features (--features)",
    ],
    ['expected 3, as the logits have', 'expected 3, as the logits have'],
    ['preprocess with grayscale', '--preprocess grayscale=true'],
    [
      'bring them to one size: preprocess with resize: [height, width]',
      'bring them to one size: --preprocess resize=HxW',
    ],
    [
      'no Dropout layer: export the model with it kept',
      'no Dropout layer: export the model with it kept, or insert one (--dropout 0.2)',
    ],
    ['take more, or a smaller k', 'take more, or a smaller k (--set knn.k=K)'],
    // What the command has no option for, or what is none.
    ['name the character (delimiter)', 'name the character (delimiter)'],
    ['name both (inputs, delimiter)', 'name both (inputs, delimiter)'],
    ['name the logits (once)', 'name the logits (once)'],
  ])('%s', (hint, said) => {
    expect(inOptions(hinted(hint), OPTIONS)).toBe(`data: expected some, got none (a (labels).csv); ${said}`);
  });

  test('without a command it stays as it is', () => {
    const error = hinted('preprocess with resize: [height, width] (inputs)');
    expect(inOptions(error, new Set())).toBe(error.message);
  });
});

describe('the value of an option', () => {
  test.each([
    ['inputs', '--inputs: expected one, got two'],
    ['maxBatch', '--max-batch: expected one, got two'],
    ['preprocess: resize', '--preprocess: resize: expected one, got two'],
    ['--inputs', '--inputs: expected one, got two'],
    ['delimiter', 'delimiter: expected one, got two'],
    // It may be one of `--scores`, or of `--set`.
    ['score', 'score: expected one, got two'],
  ])('%s', (what, said) => {
    expect(inOptions(new ConfigurationError({ what, expected: 'one', got: 'two' }), OPTIONS)).toBe(said);
  });

  test('what is wrong within data or a model is no option', () => {
    const details = { what: 'inputs', expected: 'one', got: 'two' };
    expect(inOptions(new DataError(details), OPTIONS)).toBe('inputs: expected one, got two');
    expect(inOptions(new GraphError(details), OPTIONS)).toBe('inputs: expected one, got two');
  });
});
