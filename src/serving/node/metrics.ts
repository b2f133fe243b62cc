import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Batcher } from '../batcher.js';
import type { DriftMonitor } from '../drift.js';
import type { ServiceMetrics } from '../metrics.js';

/** Classes up to which each has a counter of its own. */
const MOST_CLASSES = 100;
const LATENCIES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The counters of one service; `drift` is given all scores. */
export function prometheusMetrics(
  batcher: () => Pick<Batcher, 'waitingRows' | 'activeRuns'>,
  drift: DriftMonitor | undefined,
): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'credence_requests_total',
    help: 'Requests by route and status; 499: the client left.',
    labelNames: ['route', 'status'],
    registers,
  });
  const latency = new Histogram({
    name: 'credence_request_duration_seconds',
    help: 'From the head of a request to its answer.',
    labelNames: ['route'],
    buckets: LATENCIES,
    registers,
  });
  const batches = new Histogram({
    name: 'credence_batch_rows',
    help: 'Examples of a run of the model.',
    buckets: BATCHES,
    registers,
  });
  const runs = new Histogram({
    name: 'credence_run_duration_seconds',
    help: 'A run of the model.',
    buckets: LATENCIES,
    registers,
  });
  const predicted = new Counter({
    name: 'credence_predictions_total',
    help: `Predictions by class; without it where there are more than ${MOST_CLASSES}.`,
    labelNames: ['class'],
    registers,
  });
  const abstained = new Counter({
    name: 'credence_abstentions_total',
    help: 'Predictions that the rule does not accept.',
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    const own: Gauge = new Gauge({ name, help, registers, collect: () => own.set(value()) });
  };
  gauge('credence_queue_rows', 'Examples that wait for a run.', () => batcher().waitingRows);
  gauge('credence_active_runs', 'Runs of the model under way.', () => batcher().activeRuns);
  if (drift !== undefined) addDrift(registers, drift);
  return {
    request(route, status, seconds) {
      requests.inc({ route, status: String(status) });
      latency.observe({ route }, seconds);
    },
    predictions({ count, classCount, classes, scores, accept }) {
      drift?.add(scores);
      if (classCount > MOST_CLASSES) predicted.inc(count);
      else for (const best of classes) predicted.inc({ class: String(best) });
      abstained.inc(accept === undefined ? 0 : accept.reduce((sum, value) => sum + 1 - value, 0));
    },
    run(rows, seconds) {
      batches.observe(rows);
      runs.observe(seconds);
    },
    async text() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** One test for the three gauges, when the first of them is read. */
function addDrift(registers: Registry[], drift: DriftMonitor): void {
  const gauge = (name: string, help: string, collect?: () => void): Gauge =>
    new Gauge({ name, help, labelNames: ['score'], registers, ...(collect !== undefined && { collect }) });
  const statistic = gauge(
    'credence_score_drift_statistic',
    'Largest distance between the distributions of the latest scores and of the reference, 0 to 1.',
    () => {
      for (const { score, count, ...test } of drift.results()) {
        statistic.set({ score }, test.statistic);
        pValue.set({ score }, test.pValue);
        window.set({ score }, count);
      }
    },
  );
  const pValue = gauge(
    'credence_score_drift_p_value',
    'P-value of that distance (two-sample Kolmogorov-Smirnov test).',
  );
  const window = gauge('credence_score_drift_window', 'Values of the score that are compared.');
}
