/** Three digits of a number of any size; a dash where there is none. */
export function digits(value: number | undefined, significant = 3): string {
  if (value === undefined || !Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 12));
}

/** Bytes as MB of 10^6. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined || !Number.isFinite(bytes) ? '-' : `${Math.round(bytes / 1e6)}`;
}

/** '1.31-1.40'. */
export function range(min: number, max: number): string {
  return Number.isFinite(min) && Number.isFinite(max) ? `${digits(min)}-${digits(max)}` : '-';
}

/** Whether a floor is met: by the median, and by the worst of the pairs. */
export function verdict({ median, min }: { median: number; min: number }, floor: number): string {
  if (!Number.isFinite(median)) return '-';
  if (min >= floor) return 'yes';
  return median >= floor ? 'by the median' : 'NO';
}
