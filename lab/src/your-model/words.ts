/** A share as a percentage of three digits. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}\u00A0%`;
}

/** Seconds of one prediction: '12 µs', '3.4 ms'. */
export function duration(seconds: number): string {
  const [value, unit] =
    seconds >= 1 ? [seconds, 's'] : seconds >= 1e-3 ? [1e3 * seconds, 'ms'] : [1e6 * seconds, 'µs'];
  return value < 1 && unit === 'µs' ? 'under 1\u00A0µs' : `${Number(value.toPrecision(2))}\u00A0${unit}`;
}

/** What is said with a no-break space in front of its percent sign. */
export function kept(sentence: string): string {
  return sentence.replaceAll(' %', '\u00A0%');
}
