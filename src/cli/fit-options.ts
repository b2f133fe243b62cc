import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { ConfigurationError } from '../errors/index.js';
import { readFileBytes } from '../files/index.js';
import { FIT_EXAMPLES } from '../assessment/index.js';
import type { DataPaths, OpenOptions } from '../assessment/node/index.js';
import { scoreNamed, scores as allScores } from '../scores/index.js';
import type { Score, Settings } from '../scores/index.js';
import { addNamingOptions, scoreNames } from './model-options.js';
import type { NamingFlags } from './model-options.js';
import { integer, namedSet, share } from './option-values.js';

/** Settings of scores that were given by hand, by the name of the score. */
export type GivenSettings = Readonly<Record<string, Settings>>;

/** What `assess` and `export` are asked alike: a model, data, and how scores are fitted. */
export interface FitFlags extends NamingFlags {
  readonly model: string;
  readonly validation: string;
  readonly train?: string;
  readonly tuneOod?: Readonly<Record<string, string>>;
  readonly set?: GivenSettings;
  readonly dropout?: number;
  readonly fitExamples: number;
  readonly classes?: string;
  readonly seed: number;
  readonly threads: number;
}

/** The model and the data first, the naming last: `more` goes between. */
export function addFitOptions(command: Command, more: (command: Command) => Command): Command {
  command
    .requiredOption('--model <file>', 'the classifier, ONNX')
    .requiredOption(
      '--validation <data>',
      'labelled examples that it was not trained on: .npz, .npy, IDX, CSV, Parquet, or images in a folder per class',
    )
    .option('--train <data>', 'labelled examples that it was trained on, for the scores that want them');
  more(command)
    .option(
      '--tune-ood <name=data>',
      'inputs from elsewhere that settings are chosen by; never measured on; may be given several times',
      namedSet('--tune-ood'),
    )
    .option(
      '--set <score.setting=value>',
      'a setting of a score, not chosen by data then: odin.temperature=1000, knn.k=10, mcDropout.entropy.passes=100',
      addSetting,
    )
    .option(
      '--dropout <rate>',
      'insert Dropout in front of the last layer, for MC dropout',
      share('--dropout'),
    )
    .option(
      '--fit-examples <count>',
      'examples that scores are fitted on at most, of each set',
      integer('--fit-examples', 40),
      FIT_EXAMPLES,
    )
    .option(
      '--classes <names>',
      'what the classes are called, in order: a,b,c or a file with a name a line; or how many',
    )
    .option('--seed <S>', 'decides how the validation set is split', integer('--seed', 0), 1)
    .option('--threads <count>', 'threads', integer('--threads', 1), availableParallelism());
  return addNamingOptions(command);
}

/** Where the model and the data are. */
export function pathsOf({ model, validation, train, tuneOod }: FitFlags): DataPaths {
  return { model, validation, train, tuneOod };
}

/** How they are read. @throws ConfigurationError, FileError on class names that are none. */
export async function openOptions({
  features,
  logits,
  probabilities,
  link,
  inputs,
  labels,
  delimiter,
  preprocess,
  classes,
  dropout,
}: FitFlags): Promise<OpenOptions> {
  const names = inputs?.split(',').map((name) => name.trim());
  return {
    overrides: {
      ...(features !== undefined && { features }),
      ...(logits !== undefined && { logits }),
      ...(probabilities !== undefined && { probabilities }),
      ...(link !== undefined && { link }),
      ...(classes !== undefined && { classes: await classNames(classes) }),
    },
    dropout,
    source: {
      ...(names !== undefined && { inputs: names.length === 1 ? names[0]! : names }),
      ...(labels !== undefined && { labels }),
      ...(delimiter !== undefined && { delimiter }),
      ...(preprocess !== undefined && { preprocess }),
    },
  };
}

/**
 * The scores of a list, or all, with the settings that were given. @throws ConfigurationError on an unknown score, one that
 * is there twice, or settings of one that is not.
 */
export function scoresWith(list: string | undefined, given: GivenSettings = {}): readonly Score[] {
  const isAll = list === undefined || list.trim() === 'all';
  const names = isAll ? allScores.map(({ name }) => name) : scoreNames(list);
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) {
    throw new ConfigurationError({
      what: '--set',
      expected: `settings of the scores that are asked for (${names.join(', ')})`,
      got: `'${other}'`,
    });
  }
  return names.map((name) => scoreNamed(name, given[name]));
}

/** The command that reproduces a run, and its own options. */
export function fitArguments(flags: FitFlags): readonly (readonly [option: string, value: string])[] {
  const named = ['train', 'dropout', 'classes', 'preprocess', 'inputs', 'labels', 'delimiter'] as const;
  const values = ['features', 'logits', 'probabilities', 'link'] as const;
  return [
    ['model', flags.model],
    ['validation', flags.validation],
    ...Object.entries(flags.tuneOod ?? {}).map(([name, path]) => ['tune-ood', `${name}=${path}`] as const),
    ...Object.entries(flags.set ?? {}).flatMap(([name, settings]) =>
      Object.entries(settings).map(([key, value]) => ['set', `${name}.${key}=${value}`] as const),
    ),
    ...[...named, ...values].flatMap((name) =>
      flags[name] === undefined ? [] : [[name, `${flags[name]}`] as const],
    ),
    ...(flags.fitExamples === FIT_EXAMPLES ? [] : [['fit-examples', `${flags.fitExamples}`] as const]),
    ['seed', `${flags.seed}`],
  ];
}

/** A command line that a shell takes as it is meant. */
export function commandLine(
  command: string,
  options: readonly (readonly [option: string, value: string])[],
): string {
  return [command, ...options.map(([option, value]) => `--${option} ${quoted(value)}`)].join(' ');
}

function quoted(text: string): string {
  return /^[\w./,=:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** 'a,b,c', the names of a file, a line each or a JSON array, or how many there are. @throws ConfigurationError, FileError */
async function classNames(text: string): Promise<readonly string[] | number> {
  if (/^\d+$/.test(text)) return Number(text);
  const content = text.includes(',')
    ? text.replaceAll(',', '\n')
    : new TextDecoder().decode(await readFileBytes(text));
  const names = (content.trimStart().startsWith('[') ? jsonNames(content, text) : content.split('\n'))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 1 && new Set(names).size === names.length) return names;
  throw new ConfigurationError({
    what: '--classes',
    expected: 'at least two names, each once',
    got: names.slice(0, 10).join(', ') || 'none',
    where: text,
  });
}

function jsonNames(content: string, where: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw new ConfigurationError({
    what: '--classes',
    expected: 'a JSON array of texts',
    got: 'something else',
    where,
  });
}

/** 'odin.temperature=1000'. @throws ConfigurationError, with the nearest name. */
function addSetting(text: string, before: GivenSettings = {}): GivenSettings {
  const [, name, setting, value = ''] = /^(.+)\.([^.=]+)=(.*)$/.exec(text.trim()) ?? [];
  if (name === undefined || setting === undefined || value.trim() === '') {
    throw new ConfigurationError({
      what: '--set',
      expected: 'SCORE.SETTING=VALUE, such as odin.temperature=1000',
      got: `'${text}'`,
    });
  }
  const number = Number(value);
  const own = { ...before[name], [setting]: Number.isNaN(number) ? value.trim() : number };
  // Now, so that what is wrong is said before anything is read.
  scoreNamed(name, own);
  return { ...before, [name]: own };
}
