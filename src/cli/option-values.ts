import { ConfigurationError } from '../errors/index.js';

/** Reads NAME=DATA, as often as it is given. */
export function namedSet(
  option: string,
): (text: string, sets?: Readonly<Record<string, string>>) => Record<string, string> {
  return (text, sets = {}) => {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || path === undefined || Object.hasOwn(sets, name)) {
      throw new ConfigurationError({
        what: option,
        expected: 'NAME=DATA, each name once',
        got: `'${text}'`,
      });
    }
    return { ...sets, [name]: path };
  };
}

/** A number between 0 and 1, both excluded. */
export function share(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && value < 1) return value;
    throw new ConfigurationError({
      what: option,
      expected: 'a number between 0 and 1, both excluded',
      got: `'${text}'`,
    });
  };
}

/** An integer of at least `least`. */
export function integer(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= least && Number.isSafeInteger(value)) return value;
    throw new ConfigurationError({
      what: option,
      expected: `an integer of at least ${least}`,
      got: `'${text}'`,
    });
  };
}
