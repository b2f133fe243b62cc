import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trustGraph } from '#credence/export/index';
import { encodeNpy } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { inspectClassifier } from '#credence/inspection/index';
import { mnistConvnet } from '#credence/models/index';
import { key, uniformInteger } from '#credence/random/index';
import { energy, fitScore, mcp } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Context } from '../context.js';
import { digits } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { load } from '../serving/load.js';
import type { LoadReport } from '../serving/load.js';
import { startService } from '../serving/service.js';

const SECONDS = 5;
/** Before the clock starts: the compiler and the first batches of each size. */
const WARM_UP_SECONDS = 1;
const CLIENTS = [1, 8, 64];

interface Measured {
  readonly format: string;
  readonly clients: number;
  readonly report: LoadReport;
  /** Examples of a run. */
  readonly batch: number;
}

/** `credence serve` with the practical's convnet, an image a request, and a stop in the middle of it. */
export async function serving({ options, scratch, signal, say }: Context): Promise<readonly Section[]> {
  const model = join(scratch, 'convnet.trust.onnx');
  await writeFile(model, encodeOnnx(await exportedConvnet()));
  const image = tensor('uint8', [1, 28, 28], Uint8Array.from(uniformInteger(key(2), 784, 256)));
  const json = JSON.stringify({ inputs: { shape: image.shape, data: [...image.data] } });
  const bodies = {
    json: { body: new TextEncoder().encode(json), contentType: 'application/json' },
    npy: { body: encodeNpy(image), contentType: 'application/x-npy' },
  };
  const threads = ['--threads', `${options.threads}`];
  const measured: Measured[] = [];
  await using service = await startService(model, threads);
  for (const [format, body] of Object.entries(bodies)) {
    for (const clients of CLIENTS) {
      signal.throwIfAborted();
      say(`${clients} client${clients === 1 ? '' : 's'}, ${format}`);
      const run = (seconds: number): Promise<LoadReport> =>
        load({ port: service.port, clients, ...body, signal: AbortSignal.timeout(1000 * seconds) });
      await run(WARM_UP_SECONDS);
      const before = await batchesOf(service.port);
      const report = await run(SECONDS);
      const after = await batchesOf(service.port);
      const batch = (after.rows - before.rows) / (after.runs - before.runs);
      measured.push({ format, clients, report, batch });
    }
  }
  say('a stop under load');
  const stopped = await startService(model, threads);
  const loaded = load({ port: stopped.port, clients: 64, ...bodies.npy, signal });
  await new Promise((resolve) => setTimeout(resolve, 1000 * WARM_UP_SECONDS));
  const began = performance.now();
  const exitCode = await stopped.stop();
  const seconds = (performance.now() - began) / 1000;
  const last = await loaded;
  return [latencySection(measured, options.threads), stopSection(last, exitCode, seconds)];
}

function latencySection(measured: readonly Measured[], threads: number): Section {
  return {
    name: 'serving',
    title: `credence serve: the practical's convnet, an image a request, ${threads} threads`,
    table: {
      columns: ['body', 'clients', 'requests/s', 'p50 ms', 'p99 ms', 'images a run', 'failed', 'lost'].map(
        (title) => ({ title }),
      ),
      rows: measured.map(({ format, clients, report, batch }) => [
        format,
        `${clients}`,
        digits(report.latencies.length / report.seconds),
        digits(quantile(report.latencies, 0.5)),
        digits(quantile(report.latencies, 0.99)),
        digits(batch),
        `${failures(report)}`,
        `${report.lost}`,
      ]),
    },
    notes: [
      'The clients run on the same cores. Each sends a request, waits for its answer, and sends the next.',
      'Failed: answered with another status than 200; lost: sent, and the connection ended before an answer.',
    ],
    data: measured.map(({ report, ...rest }) => ({
      ...rest,
      requestsPerSecond: report.latencies.length / report.seconds,
      p50: quantile(report.latencies, 0.5),
      p99: quantile(report.latencies, 0.99),
      failed: report.failed,
      lost: report.lost,
    })),
  };
}

function stopSection(report: LoadReport, exitCode: number | null, seconds: number): Section {
  return {
    name: 'serving: stop',
    title: 'SIGTERM while 64 clients send',
    table: {
      columns: ['answered', 'failed', 'lost', 'exit code', 'seconds to the exit'].map((title) => ({ title })),
      rows: [
        [
          `${report.latencies.length}`,
          `${failures(report)}`,
          `${report.lost}`,
          `${exitCode}`,
          digits(seconds),
        ],
      ],
    },
    notes: [],
    data: { answered: report.latencies.length, failed: report.failed, lost: report.lost, exitCode, seconds },
  };
}

async function exportedConvnet(): Promise<ReturnType<typeof trustGraph>> {
  const classifier = inspectClassifier(mnistConvnet(key(1)));
  return trustGraph(classifier, {
    scores: [await fitScore(mcp, classifier), await fitScore(energy(), classifier)],
    calibration: { temperature: 1.5 },
    accept: { score: 'mcp', threshold: 0.5 },
    provenance: { date: '2026-01-01', model: { name: 'convnet.onnx', sha256: '0'.repeat(64) }, data: [] },
  });
}

async function batchesOf(port: number): Promise<{ readonly runs: number; readonly rows: number }> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { runs: value('credence_batch_rows_count'), rows: value('credence_batch_rows_sum') };
}

function failures({ failed }: LoadReport): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

/** The nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
