// Your model in the worker: `assess` of credence/assessment on files of the page.
import {
  assess as assessModel,
  imagesAt,
  reliabilityDrawing,
  riskCoverageDrawing,
  samplesDrawing,
} from 'credence/assessment';
import type { AssessedTrust, Assessment, Drawing, Reporter, SampleKind } from 'credence/assessment';
import type { ImageGridData } from 'credence/figures';
import { key as keyOf } from 'credence/random';
import { scores } from 'credence/scores';
import { openFiles } from 'credence/sources';
import type { DataSource } from 'credence/sources';
import type { Provider } from 'credence/runtime';
import type { TaskContext } from '../compute/task.js';
import { describe, openGiven, openModel, readingOptions } from './data.js';
import type { Opened } from './data.js';
import { provenanceOf, resultsOf } from './documents.js';
import { openExample } from './example.js';
import type {
  Assessed,
  AssessInput,
  AssessProgress,
  InspectInput,
  Inspected,
  Look,
  LookInput,
} from './model.js';
import { assessmentWorkload } from './workload.js';

const CONFIDNET = 'confidnet';

export const tasks = {
  /** Says that the worker is free. */
  answer(): boolean {
    return true;
  },

  /** What a model is found to be. */
  async inspect({ model, choices }: InspectInput): Promise<Inspected> {
    return describe(await openModel(model, choices));
  },

  /** What a data set is, from its first examples. */
  async look({ files, reading, labelled }: LookInput): Promise<Look> {
    const options = readingOptions(reading);
    const source = await openFiles(files, labelled ? options : { ...options, labels: false });
    for await (const batch of source.batches(1)) {
      const { labels } = batch;
      return {
        count: source.count,
        shape: source.shape,
        labelled: labels !== undefined,
        classes: source.classes?.length,
      };
    }
    return { count: 0, shape: source.shape, labelled: source.labelled, classes: source.classes?.length };
  },

  async assess(input: AssessInput, context: TaskContext<AssessProgress>): Promise<Assessed> {
    const { risk, confidence, seed } = input;
    const { signal, threads } = context;
    const start = performance.now();
    const timings: Record<string, number> = {};
    const opened = breathing(
      input.given === undefined ? await openExample(context) : await openGiven(input.given),
      context,
    );
    const { model, validation, test, train, ood, tuneOod, classNames } = opened;
    let computedWith: Provider = 'cpu';
    const assessOn = async (provider: Provider): Promise<AssessedTrust> => {
      computedWith = provider;
      return assessModel({
        model: model.classifier,
        validation,
        test,
        train,
        ood,
        tuneOod,
        classNames,
        risk,
        confidence,
        scores: input.confidnet ? scores : scores.filter(({ name }) => name !== CONFIDNET),
        key: keyOf(seed),
        provider,
        threads,
        signal,
        reporter: reporterTo(context, timings),
      });
    };
    // The example is over before a runtime with WebGPU would be loaded.
    const assessment = await (input.given === undefined
      ? assessOn('cpu')
      : context.faster(await assessmentWorkload(opened, threads), assessOn));
    await assessment.close();
    const findings = input.confidnet ? assessment.findings : withLeftOut(assessment.findings);
    const { lines } = describe(model);
    const samplesOf = async (kind: SampleKind): Promise<Drawing<ImageGridData> | undefined> => {
      const rows = findings.samples[kind].map(({ index }) => index);
      return samplesDrawing(findings, kind, await imagesAt(test ?? validation, rows), classNames);
    };
    const drawings = {
      reliability: reliabilityDrawing(findings),
      riskCoverage: riskCoverageDrawing(assessment, risk),
      suspicious: await samplesOf('suspicious'),
      overconfident: await samplesOf('overconfident'),
    };
    const bytes = assessment.toBytes(await provenanceOf(opened, signal));
    await context.breathe();
    return {
      isExample: input.given === undefined,
      model: model.name,
      lines,
      classNames,
      findings,
      risk,
      confidence,
      drawings,
      trust: bytes,
      results: resultsOf({ opened, input, lines, findings, threads, timings, computedWith }),
      seconds: (performance.now() - start) / 1000,
    };
  },
};

/** What is not asked for is said among what could not be had. */
function withLeftOut(findings: Assessment['findings']): Assessment['findings'] {
  const reason = 'left out: it trains a network of its own, which takes minutes here; the settings have it';
  return {
    ...findings,
    unavailable: [...findings.unavailable, { name: CONFIDNET, title: 'ConfidNet', reason }],
  };
}

/** The same data, with a turn of the event loop before each batch: a cancellation arrives there. */
function breathing(opened: Opened, context: TaskContext<AssessProgress>): Opened {
  const slow = (source: DataSource): DataSource => ({
    ...source,
    async *batches(size, options) {
      for await (const batch of source.batches(size, options)) {
        await context.breathe();
        yield batch;
      }
    },
  });
  const slowAll = (sets: Opened['ood']): Opened['ood'] =>
    Object.fromEntries(Object.entries(sets).map(([name, source]) => [name, slow(source)]));
  return {
    ...opened,
    validation: slow(opened.validation),
    test: opened.test && slow(opened.test),
    train: opened.train && slow(opened.train),
    ood: slowAll(opened.ood),
    tuneOod: slowAll(opened.tuneOod),
  };
}

function reporterTo(context: TaskContext<AssessProgress>, timings: Record<string, number>): Reporter {
  return {
    async phase(phase, work) {
      context.report({ phase, share: undefined, detail: '' });
      await context.breathe();
      const start = performance.now();
      const result = await work((done, total, detail = '') =>
        context.report({ phase, share: done / total, detail }),
      );
      timings[phase] = (performance.now() - start) / 1000;
      return result;
    },
    note: () => undefined,
  };
}
