import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '#credence/errors/index';
import { fold, key, normal } from '#credence/random/index';
import { kolmogorovSmirnovTest } from '#credence/metrics/index';
import { DriftMonitor } from '#credence/serving/index';

describe('DriftMonitor', () => {
  const reference = { mcp: Float32Array.from(normal(key(1), 500)) };

  test('compares the last values only', () => {
    const drift = new DriftMonitor(reference, { window: 100 });
    expect(drift.results()).toEqual([]);
    drift.add({
      mcp: Float32Array.from(normal(key(2), 100), (value) => value + 9),
      energy: Float32Array.of(1),
    });
    const [far] = drift.results();
    expect(far).toMatchObject({ score: 'mcp', statistic: 1, count: 100 });
    expect(far!.pValue).toBeLessThan(1e-50);
    const latest = Float32Array.from(normal(key(3), 100));
    drift.add({ mcp: latest.subarray(0, 30) });
    drift.add({ mcp: latest.subarray(30) });
    expect(drift.results()).toEqual([
      { score: 'mcp', count: 100, ...kolmogorovSmirnovTest(latest, reference.mcp) },
    ]);
  });

  test('passes over NaN', () => {
    const drift = new DriftMonitor({ mcp: Float32Array.of(1, NaN, 2) }, { window: 5 });
    drift.add({ mcp: Float32Array.of(NaN, 1) });
    expect(drift.results()).toMatchObject([{ count: 1, statistic: 0.5 }]);
  });

  test('false alarms stay at the level', () => {
    // 200 windows of the reference's distribution: each is below 0.05 with probability at most 0.05, so more
    // than 24 of them with probability below 1e-4 (binomial).
    let alarms = 0;
    for (let i = 0; i < 200; i++) {
      const drift = new DriftMonitor(
        { mcp: Float32Array.from(normal(fold(key(4), 'r', i), 60)) },
        { window: 50 },
      );
      drift.add({ mcp: Float32Array.from(normal(fold(key(4), 'w', i), 50)) });
      if (drift.results()[0]!.pValue < 0.05) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(24);
  });

  test('refuses a window of nothing', () => {
    expect(() => new DriftMonitor(reference, { window: 0 })).toThrow(ConfigurationError);
  });
});
