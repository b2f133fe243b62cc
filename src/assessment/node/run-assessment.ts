import { join } from 'node:path';
import { outputFolder, writeFileAtomic } from '../../files/index.js';
import { describeClassifier, inspectClassifier } from '../../inspection/index.js';
import type { ClassifierOverrides } from '../../inspection/index.js';
import { openModel } from '../../inspection/node/index.js';
import { key as keyOf } from '../../random/index.js';
import type { Score } from '../../scores/index.js';
import { openSource } from '../../sources/node/index.js';
import type { DataSource, SourceOptions } from '../../sources/index.js';
import { assess } from '../assess.js';
import type { Assessment } from '../assess.js';
import type { Reporter } from '../reporter.js';
import { RESULTS_VERSION } from '../results.js';
import type { AssessmentResults } from '../results.js';
import { assessmentJsonSchema } from '../results-schema.js';
import { drawFigures } from './figures.js';
import { renderReport } from './report.js';

export interface RunAssessmentOptions {
  /** Paths. */
  readonly model: string;
  readonly validation: string;
  readonly train?: string | undefined;
  readonly test?: string | undefined;
  readonly ood: Readonly<Record<string, string>>;
  readonly out: string;
  readonly scores?: readonly Score[] | undefined;
  readonly risk: number;
  readonly confidence: number;
  readonly seed: number;
  readonly threads: number;
  readonly overrides: ClassifierOverrides;
  /** How all data sets are read. */
  readonly source: Pick<SourceOptions, 'inputs' | 'labels' | 'preprocess'>;
  /** What the numbers may depend on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command that reproduces the run. */
  readonly command: string;
  /** Told what was found in the model, before anything else is done. */
  readonly onModel?: (description: string) => void;
}

/**
 * Assesses the model of a file on data of files, and writes report.html, results.json and figures.
 * @param timings filled with the seconds of each phase by the reporter.
 */
export async function runAssessment(
  options: RunAssessmentOptions,
  reporter: Reporter,
  timings: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<{ results: AssessmentResults; assessment: Assessment }> {
  const { risk, confidence, seed, threads, out } = options;
  const model = inspectClassifier(await openModel(options.model), options.overrides);
  const description = describeClassifier(model);
  options.onModel?.(description);
  const shape = model.input.shape.slice(1);
  const open = async (path: string, extra: Partial<SourceOptions>): Promise<DataSource> =>
    openSource(path, { ...options.source, shape, ...extra });
  const known = model.classNames;
  const validation = await open(options.validation, known === undefined ? {} : { classes: known });
  const classNames = known ?? validation.classes;
  const classes = classNames === undefined ? {} : { classes: classNames };
  const train = options.train === undefined ? undefined : await open(options.train, classes);
  const test = options.test === undefined ? undefined : await open(options.test, classes);
  const ood: Record<string, DataSource> = {};
  for (const [name, path] of Object.entries(options.ood)) ood[name] = await open(path, { labels: false });
  await outputFolder(out);

  const assessment = await assess({
    model,
    validation,
    train,
    test,
    ood,
    ...(options.scores !== undefined && { scores: options.scores }),
    risk,
    confidence,
    key: keyOf(seed),
    threads,
    reporter,
    signal,
  });
  try {
    const figures = await reporter.phase('figures', async (onProgress) =>
      drawFigures(assessment, { measured: test ?? validation, classNames, risk }, out, onProgress),
    );
    const results: AssessmentResults = {
      schema: 'credence/assessment',
      version: RESULTS_VERSION,
      command: options.command,
      model: {
        name: model.graph.name,
        description: description.split('\n'),
        classes: model.classes,
        classNames: classNames ?? null,
      },
      settings: {
        risk,
        confidence,
        seed,
        threads,
        data: {
          validation: validation.name,
          ...(train !== undefined && { train: train.name }),
          ...(test !== undefined && { test: test.name }),
          ...Object.fromEntries(Object.entries(ood).map(([name, source]) => [`ood ${name}`, source.name])),
        },
      },
      ...assessment.findings,
      versions: options.versions,
      figures: figures.map(({ figure: { id, title }, files }) => ({ id, title, files })),
      timings: { ...timings },
    };
    await reporter.phase('report', async () => {
      await writeFileAtomic(join(out, 'results.schema.json'), json(assessmentJsonSchema()));
      await writeFileAtomic(join(out, 'results.json'), json(results));
      await writeFileAtomic(join(out, 'report.html'), renderReport(results, figures));
    });
    return { results, assessment };
  } finally {
    await assessment.trust.close();
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
