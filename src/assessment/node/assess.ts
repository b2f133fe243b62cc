import { assess as assessSources } from '../assess.js';
import type { AssessOptions } from '../assess.js';
import type { AssessedTrust } from '../assessed-trust.js';
import { openData } from './open-data.js';
import type { DataPaths, OpenOptions } from './open-data.js';

export interface AssessFilesOptions
  extends
    Omit<AssessOptions, 'model' | 'validation' | 'train' | 'test' | 'ood' | 'tuneOod'>,
    DataPaths,
    Pick<OpenOptions, 'source'> {}

/**
 * `assess` of `credence/assessment`, where the model and the data sets may be paths too.
 * @throws what that one throws; FileError and FormatError of the files.
 */
export async function assess({
  model,
  validation,
  train,
  test,
  ood,
  tuneOod,
  source,
  dropout,
  overrides,
  ...options
}: AssessFilesOptions): Promise<AssessedTrust> {
  const opened = await openData(
    { model, validation, train, test, ood, tuneOod },
    { dropout, ...(overrides && { overrides }), ...(source && { source }) },
  );
  return assessSources({ ...options, ...opened, classNames: options.classNames ?? opened.classNames });
}
