import type { Predictions } from './predictions.js';

/** What a service counts. */
export interface ServiceMetrics {
  /** A request was answered, or its client has gone (499). */
  request(route: string, status: number, seconds: number): void;
  predictions(predictions: Predictions): void;
  /** A run of the model. */
  run(rows: number, seconds: number): void;
  /** All of it in Prometheus' text format. */
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
}
