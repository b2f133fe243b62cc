import { ConfigurationError } from '../errors/index.js';
import type { CredenceError } from '../errors/index.js';

/** What the library calls differently from the command line, and the option that it is about. */
const PHRASES: readonly (readonly [option: string, library: string, commandLine: string])[] = [
  ['preprocess', 'preprocess with grayscale', '--preprocess grayscale=true'],
  ['preprocess', 'preprocess with ', '--preprocess '],
  ['preprocess', 'resize: [height, width]', 'resize=HxW'],
  ['preprocess', '[height, width]', 'HxW'],
  ['preprocess', "layout: 'nchw' or 'nhwc'", 'layout=nchw or nhwc'],
  ['features', 'name the features', 'name the features (--features)'],
  ['features', "last layer's input as the features", "last layer's input as the features (--features)"],
  ['logits', 'before the softmax as the logits', 'before the softmax as the logits (--logits)'],
  [
    'dropout',
    'export the model with it kept',
    'export the model with it kept, or insert one (--dropout 0.2)',
  ],
  ['set', 'or a smaller k', 'or a smaller k (--set knn.k=K)'],
  ['set', 'or a smaller dimension', 'or a smaller dimension (--set vim.dimension=D)'],
  ['set', 'give a prior precision', 'give a prior precision (--set SCORE.priorPrecision=P)'],
  ['set', 'shrink it more', 'shrink it more (--set SCORE.shrinkage=S)'],
];

/** A list of options in parentheses, the last with its value or not: (inputs, labels), (link: 'sigmoid'). */
const LIST = /\(([a-zA-Z]+(?:, [a-zA-Z]+)*)(?:: ('[^']*'|\d+))?\)/g;

/**
 * The message of an error with the options of a command in place of those of the library. The library's hints name options in
 * parentheses, and the errors of an option's value begin with its name; all that the command does not have stays as it is.
 * @param options as the library calls them: `preprocess`, `maxBatch`.
 */
export function inOptions(error: CredenceError, options: ReadonlySet<string>): string {
  const { message, hint = '' } = error;
  const isHinted = hint !== '' && message.endsWith(`; ${hint}`);
  const body = isHinted ? message.slice(0, -hint.length) : message;
  const named = error instanceof ConfigurationError ? body.replace(/^[a-zA-Z]+(?=: )/, flag) : body;
  return phrased(named, options) + (isHinted ? phrased(hint.replace(LIST, list), options) : '');

  function flag(name: string): string {
    // A score that there is not may be one of `--scores` or of `--set` as well.
    return options.has(name) && name !== 'score' ? flagOf(name) : name;
  }

  function list(whole: string, text: string, value?: string): string {
    const names = text.split(', ');
    if (!names.every((name) => options.has(name))) return whole;
    return `(${names.map(flagOf).join(', ')}${value === undefined ? '' : ` ${value}`})`;
  }
}

/** A text of the library that is no error, such as why there is no score, with the options of a command. */
export function phrased(text: string, options: ReadonlySet<string>): string {
  return PHRASES.reduce(
    (said, [option, library, commandLine]) =>
      options.has(option) ? said.replaceAll(library, commandLine) : said,
    text,
  );
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
