import { resolve } from 'node:path';
import { ConfigurationError } from '../../errors/index.js';
import { insertDropout, inspectClassifier } from '../../inspection/index.js';
import type { ClassifierOverrides, InspectedClassifier } from '../../inspection/index.js';
import { openModel } from '../../inspection/node/index.js';
import type { DataSource, SourceOptions } from '../../sources/index.js';
import { openSource } from '../../sources/node/index.js';

/** Files, or what they would be opened as. */
export interface DataPaths {
  readonly model: string | Uint8Array | InspectedClassifier;
  readonly validation: string | DataSource;
  readonly train?: string | DataSource | undefined;
  readonly test?: string | DataSource | undefined;
  readonly ood?: Readonly<Record<string, string | DataSource>> | undefined;
  readonly tuneOod?: Readonly<Record<string, string | DataSource>> | undefined;
}

export interface OpenOptions {
  /** What is to be taken for what in the model; with the names of its classes. */
  readonly overrides?: ClassifierOverrides;
  /** Rate of a Dropout layer to insert in front of the last layer; none unless given. */
  readonly dropout?: number | undefined;
  /** How all data sets are read. */
  readonly source?: Pick<SourceOptions, 'inputs' | 'labels' | 'delimiter' | 'preprocess'>;
}

export interface OpenedData {
  readonly model: InspectedClassifier;
  readonly validation: DataSource;
  readonly train: DataSource | undefined;
  readonly test: DataSource | undefined;
  readonly ood: Readonly<Record<string, DataSource>>;
  readonly tuneOod: Readonly<Record<string, DataSource>>;
  /** Of the options, of the model, or of the folders or columns of the validation set. */
  readonly classNames: readonly string[] | undefined;
}

/**
 * Opens a model and its data: each set is read as the model's input is, and all have the classes of the validation set.
 * @throws FileError, FormatError, GraphError, DataError, ShapeError; ConfigurationError where a set is given twice that must not
 *   be: what is measured on is not fitted or tuned on.
 */
export async function openData(paths: DataPaths, options: OpenOptions = {}): Promise<OpenedData> {
  refuseShared(paths);
  const { overrides = {}, dropout } = options;
  const { model: given } = paths;
  const found =
    typeof given === 'string' || given instanceof Uint8Array
      ? inspectClassifier(await openModel(given), overrides)
      : given;
  const model = dropout === undefined ? found : insertDropout(found, dropout);
  const shape = model.input.shape.slice(1);
  const open = async (path: string | DataSource, extra: Partial<SourceOptions>): Promise<DataSource> =>
    typeof path === 'string' ? openSource(path, { ...options.source, shape, ...extra }) : path;
  const named = async (
    sets: DataPaths['ood'],
    extra: Partial<SourceOptions>,
  ): Promise<Record<string, DataSource>> => {
    const opened: Record<string, DataSource> = {};
    for (const [name, path] of Object.entries(sets ?? {})) opened[name] = await open(path, extra);
    return opened;
  };
  const known = model.classNames;
  const validation = await open(paths.validation, known === undefined ? {} : { classes: known });
  const classNames = known ?? validation.classes;
  const classes = classNames === undefined ? {} : { classes: classNames };
  return {
    model,
    validation,
    train: paths.train === undefined ? undefined : await open(paths.train, classes),
    test: paths.test === undefined ? undefined : await open(paths.test, classes),
    ood: await named(paths.ood, { labels: false }),
    tuneOod: await named(paths.tuneOod, { labels: false }),
    classNames,
  };
}

/** @throws ConfigurationError where a file has two parts that would tell one what the other is held against. */
function refuseShared({ validation, train, test, ood, tuneOod }: DataPaths): void {
  const named = (kind: string, sets: DataPaths['ood']): [string, string | DataSource][] =>
    Object.entries(sets ?? {}).map(([name, set]) => [`${kind} ${name}`, set]);
  const all: [string, string | DataSource | undefined][] = [
    ['validation', validation],
    ['train', train],
    ['test', test],
    ...named('ood', ood),
    ...named('tune-ood', tuneOod),
  ];
  const seen = new Map<string | DataSource, string>();
  for (const [part, set] of all) {
    if (set === undefined) continue;
    const identity = typeof set === 'string' ? resolve(set) : set;
    const other = seen.get(identity);
    if (other !== undefined) {
      throw new ConfigurationError({
        what: part,
        expected: `another set than ${other}`,
        got: 'the same',
        hint: 'what is measured on must not be fitted or tuned on: split the set',
      });
    }
    seen.set(identity, part);
  }
}
