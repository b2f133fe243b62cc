// In the worker: the files that the reader may keep.
import { dataNames, FIT_EXAMPLES } from 'credence/assessment';
import type { Assessment, AssessmentResults } from 'credence/assessment';
import type { DataProvenance, Provenance } from 'credence/export';
import type { Provider } from 'credence/runtime';
import type { DataSource } from 'credence/sources';
import about from '../../../package.json' with { type: 'json' };
import type { Opened } from './data.js';
import type { AssessInput, Inspected } from './model.js';
import { Sha256 } from './sha256.js';

const BATCH = 250;

/** Of what a trust was made: the SHA-256 of the model's file and of the examples as the model reads them. */
export async function provenanceOf(opened: Opened, signal: AbortSignal): Promise<Provenance> {
  const { model, validation, train, preprocess } = opened;
  const data = [await dataOf('validation', validation, preprocess, signal)];
  if (train !== undefined) data.push(await dataOf('training', train, preprocess, signal));
  return {
    date: new Date().toISOString(),
    model: { name: model.name, sha256: new Sha256().update(model.bytes).digest() },
    data,
  };
}

async function dataOf(
  role: DataProvenance['role'],
  source: DataSource,
  preprocess: string | undefined,
  signal: AbortSignal,
): Promise<DataProvenance> {
  const hash = new Sha256();
  const labels: Uint8Array[] = [];
  let examples = 0;
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  for await (const batch of source.batches(BATCH, { signal })) {
    hash.update(bytesOf(batch.inputs.data));
    if (batch.labels !== undefined) labels.push(bytesOf(batch.labels.data).slice());
    examples += batch.inputs.shape[0] ?? 0;
  }
  for (const bytes of labels) hash.update(bytes);
  return { role, name: source.name, sha256: hash.digest(), examples, ...(preprocess && { preprocess }) };
}

export interface ResultsCall {
  readonly opened: Opened;
  readonly input: AssessInput;
  readonly lines: Inspected['lines'];
  readonly findings: Assessment['findings'];
  readonly threads: number;
  readonly computedWith: Provider;
  /** Seconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The content of results.json, as the command `credence assess` writes it. */
export function resultsOf({
  opened,
  input,
  lines,
  findings,
  threads,
  computedWith,
  timings,
}: ResultsCall): string {
  const { model, validation, train, test, ood, tuneOod, classNames } = opened;
  const { risk, confidence, seed } = input;
  const sets = Object.entries(ood);
  const tunedOn = Object.entries(tuneOod);
  const words = [
    `--model ${quoted(model.name)} --validation ${quoted(validation.name)}`,
    ...(train === undefined ? [] : [`--train ${quoted(train.name)}`]),
    ...tunedOn.map(([name, source]) => `--tune-ood ${quoted(`${name}=${source.name}`)}`),
  ];
  const tested = [
    ...(test === undefined ? [] : [`--test ${quoted(test.name)}`]),
    ...sets.map(([name, source]) => `--ood ${quoted(`${name}=${source.name}`)}`),
  ];
  const asked = `--risk ${risk} --confidence ${confidence}`;
  const results: AssessmentResults = {
    schema: 'credence/assessment',
    version: 2,
    command: ['credence assess', ...words, ...tested, asked, `--seed ${seed}`].join(' '),
    exportCommand: [
      'credence export',
      ...words,
      `--scores ${findings.recommendation.score}`,
      ...(findings.recommendation.threshold === null ? [] : [asked]),
      `--seed ${seed}`,
    ].join(' '),
    model: {
      name: model.name,
      description: lines.map(([name, found]) => `${name}  ${found}`),
      classes: model.classifier.classes,
      classNames: classNames === undefined ? null : [...classNames],
    },
    settings: {
      risk,
      confidence,
      fitExamples: FIT_EXAMPLES,
      seed,
      threads,
      data: dataNames({ validation, train, test, ood, tuneOod }),
    },
    ...findings,
    versions: {
      credence: about.version,
      browser: navigator.userAgent,
      'computed with': computedWith === 'webgpu' ? 'WebGPU' : 'wasm',
    },
    figures: [],
    timings,
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

function quoted(text: string): string {
  return /^[\w./=:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
