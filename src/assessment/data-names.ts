import type { DataSource } from '../sources/index.js';

/** The sets of an assessment; those from elsewhere by name. */
export interface AssessedSets {
  readonly validation: DataSource;
  readonly train?: DataSource | undefined;
  readonly test?: DataSource | undefined;
  readonly ood: Readonly<Record<string, DataSource>>;
  readonly tuneOod: Readonly<Record<string, DataSource>>;
}

/** What each set was read from, by its role, as results.json says it. */
export function dataNames({ validation, train, test, ood, tuneOod }: AssessedSets): Record<string, string> {
  return {
    validation: validation.name,
    ...(train !== undefined && { train: train.name }),
    ...(test !== undefined && { test: test.name }),
    ...namesOf('ood', ood),
    ...namesOf('tune-ood', tuneOod),
  };
}

function namesOf(role: string, sets: AssessedSets['ood']): Record<string, string> {
  return Object.fromEntries(Object.entries(sets).map(([name, source]) => [`${role} ${name}`, source.name]));
}
