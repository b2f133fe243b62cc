import type { Tensor } from '../tensor/index.js';
import type { Preprocess } from './preprocess.js';

/** Rows that belong together. The arrays are values: a set in memory gives views of its own. */
export interface Batch {
  /** (n, ...shape): n is the size asked for, or what is left at the end. */
  readonly inputs: Tensor<'float32'>;
  /** (n), classes from 0; absent where the data have none. */
  readonly labels?: Tensor<'int32'>;
}

/** A data set that is read batch by batch, in its own order, as often as one likes. */
export interface DataSource {
  /** Where the data come from, in one line. */
  readonly name: string;
  /** The shape of one example, after the preprocessing. */
  readonly shape: readonly number[];
  /** Whether the batches have labels. */
  readonly labelled: boolean;
  /** How many examples there are, where that is known before all are read (not for CSV with integers as labels). */
  readonly count?: number;
  /** What label 0, 1, ... stands for, where the data or the options say so. */
  readonly classes?: readonly string[];
  /**
   * @param size examples of a batch, at least 1.
   * @throws ConfigurationError on another size; DataError, FormatError, FileError from the iteration, where the data
   *   cannot be used or read; the signal's reason once it is aborted, between two batches.
   */
  batches(size: number, options?: { readonly signal?: AbortSignal }): AsyncIterable<Batch>;
}

/** How a data set is read. What does not fit the data is a ConfigurationError, ShapeError or DataError when it is opened. */
export interface SourceOptions {
  /**
   * The array of a .npz; the feature columns of a table (CSV, Parquet), in this order. Unless given: the array called
   * x, images, data, inputs or features, or the only one; every column but that of the labels.
   */
  readonly inputs?: string | readonly string[];
  /**
   * The array of a .npz, the file beside a .npy or IDX file, or the column of a table that has the labels; false: there are none. Unless
   * given: what is called as the inputs are, with y or labels for x or images; the column called label, class, target or y,
   * or else the last.
   */
  readonly labels?: string | false;
  /**
   * The names of the classes in the order of their labels, or how many there are. A test set must be given those of the
   * validation set, or a class that it lacks would shift the others. Unless given: names are sorted, integers taken as they are.
   */
  readonly classes?: readonly string[] | number;
  /** What is done to every example: a value, a text 'scale=1/255,mean=0.13,std=0.31', or the path of a JSON file. */
  readonly preprocess?: Preprocess | string;
  /**
   * The shape of an example that the model reads, names for sizes that are not fixed. Examples are brought into it where that
   * is unambiguous: axes of size 1 come and go, flat examples are folded, channels move to where the shape has them,
   * images become grey for one channel.
   */
  readonly shape?: readonly (number | string)[];
  /**
   * Whether a CSV begins with a row of names. Unless given: yes if no field of it is a number, or each number is the
   * position of its column. Without one the columns are called 0, 1, ....
   */
  readonly header?: boolean;
  /** Between the fields of a CSV: one character. ',' unless given; a tab for .tsv. */
  readonly delimiter?: string;
}
