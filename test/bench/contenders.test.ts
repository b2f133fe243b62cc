import { describe, expect, test } from 'vitest';
import { FormatError } from '#credence/errors/index';
import { argumentsOf, parseReports } from '../../bench/contenders/contender.js';
import { timesOf } from '../../bench/measure.js';
import type { PhaseMeasurements, SideMeasurements } from '../../bench/measure.js';
import { fairness } from '../../bench/suites/fairness.js';
import { composedWhole } from '../../bench/suites/week3.js';

describe('parseReports', () => {
  test('a line of JSON for each phase, what more there is kept', () => {
    const output =
      '{"phase":"environment","seconds":[],"peakRssBytes":1}\n{"phase":"odin","seconds":[2],"peakRssBytes":3,"x":4}\n';
    expect(parseReports(output, 'test').map(({ phase }) => phase)).toEqual(['environment', 'odin']);
    expect(parseReports(output, 'test')[1]).toMatchObject({ seconds: [2], x: 4 });
  });

  test.each(['hello', '{"phase":"odin"}'])('refuses %s', (line) => {
    expect(() => parseReports(line, 'test')).toThrow(FormatError);
  });
});

test('argumentsOf: a limit is said only where there is one', () => {
  const job = { phases: ['odin'], threads: 2, epochs: 3, confidnetEpochs: 4, passes: 5, repeats: 6 };
  expect(argumentsOf(job).join(' ')).toBe(
    '--phases odin --threads 2 --epochs 3 --confidnet-epochs 4 --passes 5 --repeats 6',
  );
  expect(argumentsOf({ ...job, limit: 7 }).slice(-2)).toEqual(['--limit', '7']);
});

describe('timesOf', () => {
  test('of a training the steady epoch, its start and the layers that ran once', () => {
    const report = { phase: 'confidnet', seconds: [5, 2], encodingSeconds: 1, peakRssBytes: 0 };
    expect(timesOf(report)).toEqual({ seconds: 2, startUp: 4 });
  });

  test('of a scoring phase the median and what came before', () => {
    expect(timesOf({ phase: 'odin', seconds: [3, 1, 2], peakRssBytes: 0, startUpSeconds: 0.5 })).toEqual({
      seconds: 2,
      startUp: 0.5,
    });
    expect(timesOf({ phase: 'odin', seconds: [3], peakRssBytes: 0 })).toEqual({ seconds: 3, startUp: 0 });
  });
});

function side(seconds: number, startUp: number, others = 0, gemmGflops = 100): SideMeasurements {
  const environment = { phase: 'environment', seconds: [], peakRssBytes: 0, torch: '2', gemmGflops };
  return {
    seconds: [seconds],
    startUp: [startUp],
    reports: [],
    environments: [environment],
    others: [others],
  };
}

function pair(ours: SideMeasurements, peer: SideMeasurements): PhaseMeasurements {
  const none = { seconds: [], startUp: [], reports: [], environments: [], others: [] };
  return { ours, peer, peerCached: none, threads: 1 };
}

test('composedWhole: 20 epochs, 50 epochs, both sets twice, each start once', () => {
  const measured = new Map([
    ['classifier', pair(side(1, 0.5), side(2, 0))],
    ['confidnet', pair(side(0.1, 0.25), side(3, 0))],
    ['mc-dropout', pair(side(4, 0.125), side(5, 0))],
    ['odin', pair(side(6, 1), side(7, 0))],
  ]);
  const { ours, peer } = composedWhole(measured);
  expect(ours).toEqual([20 * 1 + 0.5 + 50 * 0.1 + 0.25 + 2 * 4 + 0.125 + 2 * 6 + 1]);
  expect(peer).toEqual([20 * 2 + 50 * 3 + 2 * 5 + 2 * 7]);
});

describe('fairness', () => {
  const peer = { name: 'PyTorch', run: () => Promise.resolve([]) };

  test('a slow matrix product is called unfair', () => {
    expect(fairness(peer, [pair(side(1, 0), side(1, 0, 0, 7))]).join()).toContain('libopenblas0-pthread');
    expect(fairness(peer, [pair(side(1, 0), side(1, 0))]).join()).not.toContain('UNFAIR');
  });

  test('a machine that others fill is not quiet', () => {
    expect(fairness(peer, [pair(side(1, 0, 1e6), side(1, 0))]).join()).toContain('NOT QUIET: in 1 of 2 runs');
    expect(fairness(peer, [pair(side(1, 0), side(1, 0))]).join()).not.toContain('QUIET');
  });

  test('without a peer it says where it was looked for', () => {
    expect(fairness(undefined, []).join()).toContain('python3');
  });
});
