import { ConfigurationError } from '../errors/index.js';
import { kolmogorovSmirnovTest } from '../metrics/index.js';
import type { KolmogorovSmirnov } from '../metrics/index.js';

/** How far the latest values of a score are from the reference. */
export interface ScoreDrift extends KolmogorovSmirnov {
  readonly score: string;
  /** Values in the window. */
  readonly count: number;
}

/** The last values of each score, against those of the validation set. */
export class DriftMonitor {
  readonly #windows: ReadonlyMap<string, Window>;

  /**
   * @param reference values by score; NaN are left out.
   * @param size values that a window holds.
   * @throws ConfigurationError on another size.
   */
  constructor(reference: Readonly<Record<string, Float32Array>>, { window: size }: { window: number }) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ConfigurationError({
        what: 'drift: window',
        expected: 'an integer of at least 1',
        got: `${size}`,
      });
    }
    const known = Object.entries(reference)
      .map(([score, values]) => [score, values.filter((value) => !Number.isNaN(value))] as const)
      .filter(([, values]) => values.length > 0);
    this.#windows = new Map(
      known.map(([score, values]) => [
        score,
        { reference: values.sort(), latest: new Float32Array(size), seen: 0 },
      ]),
    );
  }

  /** Values by score; those of scores without a reference, and NaN, are passed over. */
  add(scores: Readonly<Record<string, Float32Array>>): void {
    for (const [score, window] of this.#windows) {
      for (const value of scores[score] ?? []) {
        if (!Number.isNaN(value)) window.latest[window.seen++ % window.latest.length] = value;
      }
    }
  }

  /** Of the scores that have values. */
  results(): readonly ScoreDrift[] {
    return [...this.#windows]
      .filter(([, { seen }]) => seen > 0)
      .map(([score, { reference, latest, seen }]) => {
        const values = latest.subarray(0, Math.min(seen, latest.length));
        return { score, count: values.length, ...kolmogorovSmirnovTest(values, reference) };
      });
  }
}

interface Window {
  /** In ascending order, which the test is quicker with. */
  readonly reference: Float32Array;
  /** A ring. */
  readonly latest: Float32Array;
  seen: number;
}
