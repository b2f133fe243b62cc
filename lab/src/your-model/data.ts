// In the worker: the files of the reader as a model and data sources.
import { decodeOnnx } from 'credence/graph';
import { describeClassifier, insertDropout, inspectClassifier } from 'credence/inspection';
import type { InspectedClassifier } from 'credence/inspection';
import { ConfigurationError, FormatError } from 'credence/errors';
import { openFiles, parsePreprocess } from 'credence/sources';
import type { DataSource, FileSourceOptions, GivenFile } from 'credence/sources';
import type { Choices, GivenData, Inspected, NamedFiles, Reading } from './model.js';
import { refuseShared } from './refuse-shared.js';

export interface OpenedModel {
  readonly classifier: InspectedClassifier;
  /** Of the file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is assessed: of files, or the example. */
export interface Opened {
  readonly model: OpenedModel;
  readonly validation: DataSource;
  readonly test: DataSource | undefined;
  readonly train: DataSource | undefined;
  readonly ood: Readonly<Record<string, DataSource>>;
  readonly tuneOod: Readonly<Record<string, DataSource>>;
  readonly classNames: readonly string[] | undefined;
  /** JSON of the preprocessing, if there was any. */
  readonly preprocess: string | undefined;
}

/** The classifier of a file, with files of external data beside it. @throws FormatError, GraphError, ConfigurationError */
export async function openModel(files: readonly GivenFile[], choices: Choices): Promise<OpenedModel> {
  const contents = new Map<string, Uint8Array>();
  for (const { path, blob } of files) {
    contents.set(nameOf(path), new Uint8Array(await blob.arrayBuffer()));
  }
  const [name = ''] = [...contents.keys()].toSorted((a, b) => rank(a) - rank(b));
  const bytes = contents.get(name) ?? new Uint8Array();
  const graph = decodeOnnx(bytes, {
    where: name,
    externalData(location, offset, length) {
      const beside = contents.get(nameOf(location));
      const end = length === undefined ? (beside?.length ?? 0) : offset + length;
      if (beside !== undefined && end <= beside.length) return beside.slice(offset, end);
      throw new FormatError({
        what: `external data '${location}'`,
        expected: beside === undefined ? 'the file beside the model' : `${end} bytes`,
        got: beside === undefined ? 'none' : `${beside.length}`,
        where: name,
        hint: 'choose the model and the files of its weights together',
      });
    },
  });
  const classes = listOf(choices.classes);
  const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim());
  const found = inspectClassifier(graph, {
    ...optional('input', text(choices.input)),
    ...optional('logits', text(choices.logits)),
    ...optional('probabilities', text(choices.probabilities)),
    ...optional('features', text(choices.features)),
    ...optional('link', choices.link === 'found' ? undefined : choices.link),
    ...optional('classes', classes),
  });
  const classifier = choices.dropout === 0 ? found : insertDropout(found, choices.dropout);
  return { classifier, name, bytes };
}

/** All that the reader gave; sets have the shape of the model's input and the classes of the validation set. */
export async function openGiven(given: GivenData): Promise<Opened> {
  const model = await openModel(given.model, given.choices);
  await refuseShared(given);
  const { classifier } = model;
  const shape = classifier.input.shape.slice(1);
  const reading = readingOptions(given.reading);
  const open = async (files: readonly GivenFile[], extra: FileSourceOptions): Promise<DataSource> =>
    openFiles(files, { ...reading, shape, ...extra });
  const known = classifier.classNames;
  const validation = await open(given.validation, optional('classes', known));
  const classNames = known ?? validation.classes;
  const classes = optional('classes', classNames);
  const foreign = async (sets: readonly NamedFiles[]): Promise<Record<string, DataSource>> => {
    const opened: Record<string, DataSource> = {};
    for (const { name, files } of sets) {
      if (Object.hasOwn(opened, name)) {
        throw new ConfigurationError({
          what: 'out-of-distribution sets',
          expected: 'a name of its own for each',
          got: `'${name}' twice`,
        });
      }
      opened[name] = await open(files, { labels: false });
    }
    return opened;
  };
  return {
    model,
    validation,
    test: given.test && (await open(given.test, classes)),
    train: given.train && (await open(given.train, classes)),
    ood: await foreign(given.ood),
    tuneOod: await foreign(given.tuneOod),
    classNames,
    preprocess: reading.preprocess && JSON.stringify(reading.preprocess),
  };
}

/** The options of a data set; numbers may be texts. @throws ConfigurationError on a preprocessing that makes no sense */
export function readingOptions(reading: Reading): FileSourceOptions {
  const { scale, mean, std, resize, crop, grayscale, layout, storedLayout, inputs, labels } = reading;
  const numbers = (text: string): number | (number | string)[] | string | undefined => {
    const parts = listOf(text)?.map(numberOr);
    return parts === undefined || parts.length > 1 ? parts : parts[0];
  };
  const fields = {
    ...optional('scale', scale.trim() === '' ? undefined : numberOr(scale.trim())),
    ...optional('mean', numbers(mean)),
    ...optional('std', numbers(std)),
    ...optional('grayscale', grayscale || undefined),
    ...optional('resize', numbers(resize)),
    ...optional('crop', numbers(crop)),
    ...optional('layout', layout === 'stored' ? undefined : layout),
    ...optional('storedLayout', storedLayout === 'seen' ? undefined : storedLayout),
  };
  const names = listOf(inputs);
  return {
    ...(Object.keys(fields).length > 0 && { preprocess: parsePreprocess(fields) }),
    ...optional('inputs', names !== undefined && names.length === 1 ? names[0] : names),
    ...optional('labels', labels.trim() === '' ? undefined : labels.trim()),
  };
}

/** What was found, as the command prints it. */
export function describe({ classifier }: OpenedModel): Inspected {
  const { graph } = classifier;
  const lines = describeClassifier(classifier)
    .split('\n')
    .map((line) => {
      const [name = '', ...rest] = line.split(/\s{2,}/);
      return [name, rest.join(' ')] as const;
    });
  const values = graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => {
      const type = graph.types.get(name);
      return type !== undefined && type.dtype.startsWith('float') && type.shape.length === 2;
    });
  return { lines, inputs: graph.inputs.map(({ name }) => name), values: values.toReversed() };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}

function listOf(text: string): string[] | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts;
}

function numberOr(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}

/** The model itself, of the files that were given. */
function rank(name: string): number {
  return name.endsWith('.onnx') ? 0 : 1;
}
