import { compact, significant } from '../figures/numbers.js';

/** Four significant digits, 1.000 for what only rounds to 1; whole numbers in full, NaN and infinities in words. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '−infinite';
  const whole = Math.round(value);
  // A sum of floats that should be whole is.
  if (Number.isSafeInteger(whole) && whole !== 0 && Math.abs(value - whole) <= 1e-12 * Math.abs(whole))
    return grouped(whole);
  if (value === 0) return '0';
  const text = compact(value, 4);
  // 0.99999 is not 1.
  return /^−?\d{1,3}$/.test(text) ? significant(value, 4) : text;
}

/** Seconds as '840 ms', '12.3 s', '3 min 05 s' or '1 h 02 min'. */
export function formatSeconds(seconds: number): string {
  if (!(seconds >= 0 && seconds < Infinity)) return formatNumber(seconds);
  if (seconds < 1) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Bytes as '940 B', '12 kB' or '1.3 MB'. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Digits in threes, from five digits on. */
function grouped(value: number): string {
  const digits = String(Math.abs(value));
  const text = digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `−${text}` : text;
}
