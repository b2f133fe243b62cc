import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_SUITES, parseOptions } from '../../bench/options.js';
import { PHASES } from '../../bench/contenders/contender.js';

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said += String(text))));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('parseOptions', () => {
  test('without options the default suites, whole', () => {
    expect(parseOptions([])).toMatchObject({
      suites: DEFAULT_SUITES,
      phases: PHASES,
      repeats: 3,
      threads: 2,
    });
  });

  test('suites by name, once each, in their own order', () => {
    expect(parseOptions(['--only', 'kernels', 'week3', '--only', 'week3', '--full'])).toMatchObject({
      suites: ['week3', 'kernels'],
      phases: PHASES,
      full: true,
    });
  });

  test('a phase by name is the third week cut to it', () => {
    expect(parseOptions(['--only', 'odin', 'memory'])).toMatchObject({
      suites: ['week3', 'memory'],
      phases: ['odin'],
    });
  });

  test('an unknown name is refused, with the one that was meant', () => {
    expect(() => parseOptions(['--only', 'wek3'])).toThrow(CommanderError);
    expect(said).toContain("Did you mean 'week3'?");
  });

  test.each(['0', '1.5', '-1', 'x', ''])('%j repeats are refused', (repeats) => {
    expect(() => parseOptions([`--repeats=${repeats}`])).toThrow(CommanderError);
  });

  test('words that belong to no option are refused', () => {
    expect(() => parseOptions(['week3'])).toThrow(CommanderError);
  });
});
