import { assess } from '#credence/assessment/index';
import { Trust } from '#credence/export/index';
import { key } from '#credence/random/index';
import { confidnet, energy, entropy, knn, mahalanobis, mcp, odin, scoreNamed } from '#credence/scores/index';
import { tensorSource } from '#credence/sources/index';
import { tensor } from '#credence/tensor/index';

/** What is assessed: the bytes of a model of two numbers, examples in memory and inputs from elsewhere. */
export interface AssessmentGiven {
  readonly model: Uint8Array;
  readonly validation: readonly number[];
  readonly labels: readonly number[];
  readonly elsewhere: readonly number[];
}

/** What is found, as plain numbers. */
export interface AssessmentFound {
  readonly counts: readonly number[];
  readonly recommended: string;
  readonly tuned: string;
  /** Accuracy, calibration, temperature. */
  readonly classifier: readonly number[];
  readonly certificates: Readonly<Record<string, number | null>>;
  /** On the measured examples, and on the inputs from elsewhere. */
  readonly scores: Readonly<Record<string, readonly number[]>>;
  readonly ood: Readonly<Record<string, readonly number[]>>;
  readonly errors: readonly boolean[];
  readonly failure: Readonly<Record<string, number>>;
  readonly oodAuroc: Readonly<Record<string, number>>;
  /** The exported model. */
  readonly trust: readonly number[];
  /** Whether it gives again what it gave, saved and loaded. */
  readonly loadedTheSame: boolean;
}

const PROVENANCE = {
  date: '2026-01-02',
  model: { name: 'points', sha256: 'a'.repeat(64) },
  data: [],
};

/** The same program for Node and a page: a model is assessed, saved, loaded and scored with. */
export async function assessPoints(given: AssessmentGiven): Promise<AssessmentFound> {
  const rows = (values: readonly number[]): ReturnType<typeof tensor<'float32'>> =>
    tensor('float32', [values.length / 2, 2], Float32Array.from(values));
  const inputs = rows(given.validation);
  const trust = await assess({
    model: given.model,
    validation: tensorSource(inputs, { labels: given.labels, name: 'points' }),
    ood: { elsewhere: tensorSource(rows(given.elsewhere)) },
    scores: [
      mcp,
      entropy,
      energy(),
      mahalanobis(),
      knn({ k: 5 }),
      scoreNamed('laplace.full'),
      confidnet({ hidden: [8], epochs: 2 }),
      odin(),
    ],
    risk: 0.05,
    confidence: 0.9,
    key: key(1),
    resamples: 5,
  });
  const bytes = trust.toBytes(PROVENANCE);
  const loaded = Trust.fromBytes(bytes);
  const [before, after] = [await trust.score(inputs), await loaded.score(inputs)];
  await trust.close();
  await loaded.close();
  const { findings, measured } = trust;
  const { classifier, examples, scores } = findings;
  const numbers = (of: ReadonlyMap<string, Float32Array>): Record<string, number[]> =>
    Object.fromEntries([...of].map(([name, values]) => [name, [...values]]));
  return {
    counts: [examples.fit, examples.threshold, examples.measured, classifier.errors],
    recommended: findings.recommendation.score,
    tuned: JSON.stringify(findings.tuned.map(({ score, chosen }) => [score, chosen])),
    classifier: [
      classifier.accuracy,
      classifier.before.nll,
      classifier.before.brier,
      classifier.temperature ?? 0,
      classifier.after?.nll ?? 0,
    ],
    certificates: Object.fromEntries(
      scores.map(({ name, certificate }) => [name, certificate?.threshold ?? null]),
    ),
    scores: numbers(measured.scores),
    ood: numbers(measured.ood['elsewhere']!),
    errors: measured.errors,
    failure: Object.fromEntries(scores.map(({ name, failure }) => [name, failure!.auroc])),
    oodAuroc: Object.fromEntries(scores.map(({ name, ood }) => [name, ood['elsewhere']!.auroc])),
    trust: [...bytes],
    loadedTheSame: JSON.stringify(numbersOf(before.scores)) === JSON.stringify(numbersOf(after.scores)),
  };
}

function numbersOf(scores: Readonly<Record<string, Float32Array>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, [...values]]));
}
