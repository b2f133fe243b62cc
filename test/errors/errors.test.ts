import { describe, expect, test } from 'vitest';
import * as errors from '#credence/errors/index';

const { CredenceError, ShapeError } = errors;

describe('the classes', () => {
  // Programs match on these; a change of one is a change of the API.
  test.each([
    [errors.ConfigurationError, 'ConfigurationError', 'E_CONFIGURATION'],
    [errors.DataError, 'DataError', 'E_DATA'],
    [errors.DownloadError, 'DownloadError', 'E_DOWNLOAD'],
    [errors.FileError, 'FileError', 'E_FILE'],
    [errors.FormatError, 'FormatError', 'E_FORMAT'],
    [errors.GraphError, 'GraphError', 'E_GRAPH'],
    [errors.InterruptedError, 'InterruptedError', 'E_INTERRUPTED'],
    [errors.NumericalError, 'NumericalError', 'E_NUMERICAL'],
    [errors.RuntimeError, 'RuntimeError', 'E_RUNTIME'],
    [errors.ShapeError, 'ShapeError', 'E_SHAPE'],
  ])('$1 has code $2', (Kind, name, code) => {
    const error = new Kind({ what: 'x' });
    expect(error).toMatchObject({ name, code, message: 'x' });
    expect(error).toBeInstanceOf(CredenceError);
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain('errors.test');
  });

  test('are all of them here', () => {
    const classes = Object.keys(errors).filter((name) => name.endsWith('Error') && name !== 'CredenceError');
    expect(classes).toHaveLength(10);
  });
});

describe('the message', () => {
  test.each([
    [{ what: 'x' }, 'x'],
    [{ what: 'x', expected: 'a' }, 'x: expected a'],
    [{ what: 'x', got: 'b' }, 'x: got b'],
    [{ what: 'x', expected: 'a', got: 'b' }, 'x: expected a, got b'],
    [{ what: 'x', where: 'file.npy' }, 'x (file.npy)'],
    [{ what: 'x', hint: 'try y' }, 'x; try y'],
    [{ what: 'x', expected: 'a', got: 'b', where: 'c', hint: 'try y' }, 'x: expected a, got b (c); try y'],
  ])('of %j', (details, message) => {
    expect(new ShapeError(details).message).toBe(message);
  });

  test('the hint and the cause are there for programs too', () => {
    const cause = new Error('first');
    expect(new ShapeError({ what: 'x', hint: 'try y', cause })).toMatchObject({ hint: 'try y', cause });
    const plain = new ShapeError({ what: 'x' });
    expect(plain.hint).toBeUndefined();
    expect('cause' in plain).toBe(false);
  });
});
