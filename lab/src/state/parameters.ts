/** A value that the address holds: how it is written there, and what it is where the address says nothing. */
export interface Parameter<T> {
  readonly initial: T;
  /** In words, for the notice about a value that cannot be read: 'a number from 0 to 9'. */
  readonly expected: string;
  encode(value: T): string;
  /** Undefined where the text is no such value. */
  decode(text: string): T | undefined;
}

export type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** Bounds are inclusive. */
export interface NumberOptions {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

export function number({ initial, min, max }: NumberOptions): Parameter<number> {
  return {
    initial,
    expected: `a number from ${min} to ${max}`,
    encode: (value) => `${value}`,
    decode(text) {
      const value = text.trim() === '' ? NaN : Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

export function integer({ initial, min, max }: NumberOptions): Parameter<number> {
  const base = number({ initial, min, max });
  return {
    ...base,
    expected: `an integer from ${min} to ${max}`,
    decode(text) {
      const value = base.decode(text);
      return value !== undefined && Number.isInteger(value) ? value : undefined;
    },
  };
}

/** Of what is played, as factors of the normal speed. */
export const SPEEDS: readonly number[] = [0.5, 1, 2, 4];

/** One of some numbers. */
export function numberOf(options: readonly number[], initial: number): Parameter<number> {
  return {
    initial,
    expected: `one of ${options.join(', ')}`,
    encode: (value) => `${value}`,
    decode: (text) => options.find((option) => text.trim() !== '' && option === Number(text)),
  };
}

export function choice<const T extends string>(options: readonly T[], initial: NoInfer<T>): Parameter<T> {
  return {
    initial,
    expected: `one of ${options.join(', ')}`,
    encode: (value) => value,
    decode: (text) => options.find((option) => option === text),
  };
}

export function flag(initial: boolean): Parameter<boolean> {
  return {
    initial,
    expected: '1 (on) or 0 (off)',
    encode: (value) => (value ? '1' : '0'),
    decode: (text) => (text === '1' ? true : text === '0' ? false : undefined),
  };
}

/** Rows of `columns` numbers, points of a plane for instance: '0.5,1.25;0.75,1'. Initially none. */
export function rows({
  columns,
  decimals,
  limit,
  size,
}: {
  readonly columns: number;
  readonly decimals: number;
  /** How many rows at most. */
  readonly limit: number;
  /** How large a number may be. */
  readonly size: number;
}): Parameter<readonly (readonly number[])[]> {
  return {
    initial: [],
    expected: `at most ${limit} rows of ${columns} numbers from -${size} to ${size}`,
    encode: (value) =>
      value.map((row) => row.map((each) => `${Number(each.toFixed(decimals))}`).join(',')).join(';'),
    decode(text) {
      if (text === '') return [];
      const parsed = text
        .split(';')
        .map((row) => row.split(',').map((part) => (part === '' ? NaN : Number(part))));
      const isRow = (row: readonly number[]): boolean =>
        row.length === columns && row.every((each) => Math.abs(each) <= size);
      const fits = parsed.length <= limit && parsed.every(isRow);
      return fits ? parsed : undefined;
    },
  };
}

/** A parameter that may also be absent, which it is initially. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | null> {
  return {
    initial: null,
    expected: parameter.expected,
    encode: (value) => (value === null ? 'none' : parameter.encode(value)),
    decode: (text) => (text === 'none' ? null : parameter.decode(text)),
  };
}
