import { join } from 'node:path';
import { writeFileAtomic } from '../../files/index.js';
import { describeClassifier } from '../../inspection/index.js';
import { key as keyOf } from '../../random/index.js';
import type { Score } from '../../scores/index.js';
import { assess } from '../assess.js';
import { dataNames } from '../data-names.js';
import type { Assessment } from '../assessed-trust.js';
import type { Reporter } from '../reporter.js';
import { RESULTS_VERSION } from '../results.js';
import type { AssessmentFindings, AssessmentResults } from '../results.js';
import { assessmentJsonSchema } from '../results-schema.js';
import { drawFigures } from './figures.js';
import { openData } from './open-data.js';
import type { DataPaths, OpenOptions } from './open-data.js';
import { renderReport } from './report/page.js';
import { stageFolder } from './staged-folder.js';

export interface RunAssessmentOptions {
  readonly paths: DataPaths;
  readonly open: OpenOptions;
  readonly out: string;
  /** All unless given. */
  readonly scores?: readonly Score[] | undefined;
  readonly risk: number;
  readonly confidence: number;
  readonly fitExamples: number;
  readonly seed: number;
  readonly threads: number;
  /** What the numbers may depend on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command that reproduces the run. */
  readonly command: string;
  /** The command that exports the model with what is recommended. */
  readonly exportCommand: (findings: AssessmentFindings) => string;
  /** Told of a folder that must not stay where the process is ended by force. */
  readonly onTemporary?: (path: string) => void;
  /** Told what was found in the model, before anything else is done. */
  readonly onModel?: (description: string) => void;
}

/**
 * Assesses the model of a file on data of files, and writes report.html, results.json and figures, all or none.
 * @param timings filled with the seconds of each phase by the reporter.
 */
export async function runAssessment(
  options: RunAssessmentOptions,
  reporter: Reporter,
  timings: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<{ results: AssessmentResults; assessment: Assessment }> {
  const { scores, risk, confidence, fitExamples, seed, threads, out } = options;
  const opened = await openData(options.paths, options.open);
  const { model, validation, train, test, ood, tuneOod, classNames } = opened;
  const description = describeClassifier(model);
  options.onModel?.(description);
  await using staged = await stageFolder(out, options.onTemporary);

  const settings = { scores, risk, confidence, fitExamples, key: keyOf(seed), threads };
  await using assessment = await assess({ ...opened, ...settings, reporter, signal });
  const figures = await reporter.phase('figures', async (onProgress) =>
    drawFigures(assessment, { measured: test ?? validation, classNames, risk }, staged.stage, (...done) => {
      signal.throwIfAborted();
      onProgress(...done);
    }),
  );
  const results: AssessmentResults = {
    schema: 'credence/assessment',
    version: RESULTS_VERSION,
    command: options.command,
    exportCommand: options.exportCommand(assessment.findings),
    model: {
      name: model.graph.name,
      description: description.split('\n'),
      classes: model.classes,
      classNames: classNames ?? null,
    },
    settings: {
      risk,
      confidence,
      fitExamples,
      seed,
      threads,
      data: dataNames({ validation, train, test, ood, tuneOod }),
    },
    ...assessment.findings,
    versions: options.versions,
    figures: figures.map(({ figure: { id, title }, files }) => ({ id, title, files })),
    timings: { ...timings },
  };
  await reporter.phase('report', async () => {
    const { stage } = staged;
    await writeFileAtomic(join(stage, 'results.schema.json'), json(assessmentJsonSchema()));
    await writeFileAtomic(join(stage, 'results.json'), json(results));
    await writeFileAtomic(join(stage, 'report.html'), renderReport(results, figures));
    signal.throwIfAborted();
    await staged.commit();
  });
  return { results, assessment };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
