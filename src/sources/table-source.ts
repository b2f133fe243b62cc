import { ConfigurationError, DataError, didYouMean } from '../errors/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import { batchSize } from './batch-size.js';
import { labelReader, sortedClasses } from './labels.js';
import type { LabelReader } from './labels.js';
import type { Preprocess } from './preprocess.js';
import type { Batch, DataSource, SourceOptions } from './source.js';
import { prepareExamples } from './stored-examples.js';
import type { Table, TablePiece } from './table.js';

const LABEL_COLUMNS = new Set(['label', 'labels', 'class', 'classes', 'target', 'y']);
/** Names of classes that a column of labels has at most: more are a column of something else. */
const MOST_CLASSES = 100_000;

/**
 * A data set of a table: feature columns (N, d) and a column of labels, integers or the names of classes.
 * @throws ConfigurationError on columns that are not there; DataError when the labels make no sense.
 */
export async function tableSource(
  table: Table,
  { name, preprocess, options }: { name: string; preprocess: Preprocess; options: SourceOptions },
): Promise<DataSource> {
  const { where, columns } = table;
  const { features, label } = chooseColumns(table, options);
  const preparation = prepareExamples([features.length], 'float64', {
    preprocess,
    target: options.shape,
    where,
    elementName: (i) => `column '${columns[features[i]!]}'`,
  });
  const used = label === undefined ? features : [...features, label];
  const { reader, byName, count } = await readLabels(table, label, options);
  async function* batches(size: number, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    let first = 0;
    for await (const rows of rowsOf(table.read(used), size)) {
      signal?.throwIfAborted();
      const values = new Float64Array(rows.length * features.length);
      let at = 0;
      for (const { piece, row } of rows) {
        for (const column of features) {
          const number = numberOf(piece.value(row, column));
          if (number === undefined) throw notNumber(table, piece, row, column);
          values[at++] = number;
        }
      }
      const inputs = preparation.run(tensor('float64', [rows.length, features.length], values), first);
      first += rows.length;
      if (label === undefined) {
        yield { inputs };
        continue;
      }
      const labels = Int32Array.from(rows, ({ piece, row }) => {
        const place = `${where}, ${piece.place(row)}, column '${columns[label]}'`;
        return labelOf(piece.value(row, label), reader, byName, place);
      });
      yield { inputs, labels: tensor('int32', [rows.length], labels) };
    }
  }
  return {
    name,
    shape: preparation.shape,
    labelled: label !== undefined,
    ...(count !== undefined && { count }),
    ...(reader.classes !== undefined && { classes: reader.classes }),
    batches: (size, { signal } = {}) => batches(batchSize(size), signal),
  };
}

function chooseColumns(
  { columns, where }: Table,
  { inputs, labels, shape }: SourceOptions,
): { features: readonly number[]; label: number | undefined } {
  const find = (option: 'inputs' | 'labels', name: string): number => {
    const column = columns.indexOf(name);
    if (column >= 0 && columns.lastIndexOf(name) === column) return column;
    const near = column >= 0 ? undefined : didYouMean(name, columns);
    throw new ConfigurationError({
      what: option,
      expected: `a column: ${columns.slice(0, 20).join(', ')}${columns.length > 20 ? ', ...' : ''}`,
      got: column >= 0 ? `'${name}', of which there are several` : `'${name}'`,
      where,
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    });
  };
  const given = inputs === undefined ? undefined : [inputs].flat().map((name) => find('inputs', name));
  // pandas writes its index as a first column without a name.
  const own = columns.map((_, i) => i).filter((i) => i > 0 || columns[0] !== '');
  const rest = given === undefined ? own : own.filter((i) => !given.includes(i));
  const wanted = shape?.every((size) => typeof size === 'number') ? elementCount(shape) : undefined;
  const named = rest.find((i) => LABEL_COLUMNS.has(columns[i]!.toLowerCase()));
  let label: number | undefined;
  if (typeof labels === 'string') label = find('labels', labels);
  else if (labels === undefined) {
    const isUnlabelled = given === undefined && (wanted === own.length || own.length === 1);
    label = named ?? (isUnlabelled ? undefined : rest.at(-1));
  }
  const features = given ?? own.filter((i) => i !== label);
  if (features.length > 0 && (label === undefined || !features.includes(label))) return { features, label };
  throw new ConfigurationError({
    what: 'inputs',
    expected: 'at least one feature column beside that of the labels',
    got: columns.join(', '),
    where,
    hint: 'name the columns (inputs, labels)',
  });
}

/** How the labels are to be read, from the first row, and where they are names, from all rows. */
async function readLabels(
  table: Table,
  label: number | undefined,
  { classes }: SourceOptions,
): Promise<{ reader: LabelReader; byName: boolean; count: number | undefined }> {
  const sample = await firstPiece(table, label === undefined ? [0] : [label]);
  if (sample === undefined) {
    throw new DataError({ what: 'data set', expected: 'at least one row', got: 'none', where: table.where });
  }
  const known = labelReader(classes);
  if (label === undefined) return { reader: known, byName: false, count: table.count };
  const value = sample.value(0, label);
  const isNumber =
    typeof value === 'string' ? /^\s*[+-]?\d+(\.0*)?\s*$/.test(value) : numberOf(value) !== undefined;
  const byName = known.classes?.includes(textOf(value)) ?? !isNumber;
  if (!byName || known.classes !== undefined) {
    return { reader: known, byName: byName || !isNumber, count: table.count };
  }
  const names = new Set<string>();
  let count = 0;
  for await (const piece of table.read([label])) {
    for (let row = 0; row < piece.rows; row++) names.add(textOf(piece.value(row, label)));
    count += piece.rows;
    if (names.size > MOST_CLASSES) {
      throw new DataError({
        what: 'labels',
        expected: `at most ${MOST_CLASSES} classes`,
        got: 'more',
        where: `${table.where}, column '${table.columns[label]}'`,
        hint: 'name the column of the labels (labels)',
      });
    }
  }
  if (names.has('')) {
    throw new DataError({
      what: 'labels',
      expected: 'a class in every row',
      got: 'an empty field',
      where: `${table.where}, column '${table.columns[label]}'`,
    });
  }
  return { reader: labelReader(sortedClasses(names, classes, table.where)), byName, count };
}

function labelOf(value: unknown, reader: LabelReader, byName: boolean, where: string): number {
  if (byName) return reader.ofName(textOf(value), where);
  const number = numberOf(value);
  if (number !== undefined) return reader.ofNumber(number, where);
  throw new DataError({
    what: 'label',
    expected: 'an integer, as the first row has',
    got: `'${textOf(value)}'`,
    where,
    hint: 'name all classes in the order of their labels (classes)',
  });
}

async function firstPiece(table: Table, columns: readonly number[]): Promise<TablePiece | undefined> {
  for await (const piece of table.read(columns)) return piece;
  return undefined;
}

interface Row {
  readonly piece: TablePiece;
  readonly row: number;
}

/** The rows of all pieces, `size` at a time. */
async function* rowsOf(pieces: AsyncIterable<TablePiece>, size: number): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  for await (const piece of pieces) {
    for (let row = 0; row < piece.rows; row++) {
      rows.push({ piece, row });
      if (rows.length === size) {
        yield rows;
        rows = [];
      }
    }
  }
  if (rows.length > 0) yield rows;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  const number = Number(value);
  // An empty text would be 0.
  return number === 0 && value.trim() === '' ? undefined : Number.isNaN(number) ? undefined : number;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : '';
}

function notNumber({ where, columns }: Table, piece: TablePiece, row: number, column: number): DataError {
  const text = textOf(piece.value(row, column));
  const isMissing = /^(nan|na|n\/a|null|none|\?)?$/i.test(text);
  return new DataError({
    what: 'inputs',
    expected: 'a number',
    got: isMissing ? `a missing value ('${text}')` : `'${text}'`,
    where: `${where}, ${piece.place(row)}, column '${columns[column]}'`,
    hint: isMissing
      ? 'fill in missing values, or leave such rows out'
      : 'name the feature columns (inputs) or the column of the labels (labels)',
  });
}
