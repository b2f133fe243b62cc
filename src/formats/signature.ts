const SIGNATURES: readonly (readonly [prefix: string, name: string])[] = [
  ['\x1f\x8b', 'gzip data'],
  ['PK\x03\x04', 'a zip archive'],
  ['\x89PNG', 'a PNG image'],
  ['\x93NUMPY', 'a .npy array'],
  ['version https://git-lfs', 'a Git LFS pointer, not the file itself'],
  ['<', 'a web page or XML'],
  ['{', 'JSON'],
];

/** What the first bytes look like, in words, for the `got` of an error. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const known = SIGNATURES.find(([prefix]) => start.startsWith(prefix));
  if (known !== undefined) return known[1];
  return `bytes ${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}
