import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cachedFont } from './font-cache.js';
import { fontOfWoff } from './woff.js';

const require = createRequire(import.meta.url);

/** Source Sans 3 (Paul D. Hunt, Adobe; SIL Open Font License 1.1): letters, and the Greek ones that formulas need. */
const faces = [
  { subset: 'latin', weight: 400, range: 'U+0000-036F,U+2000-22FF' },
  { subset: 'latin', weight: 600, range: 'U+0000-036F,U+2000-22FF' },
  { subset: 'greek', weight: 400, range: 'U+0370-03FF' },
  { subset: 'greek', weight: 600, range: 'U+0370-03FF' },
] as const;

export const FONT_NAME = 'Source Sans 3';

let unpacked: readonly { readonly name: string; readonly bytes: Uint8Array }[] | undefined;

/**
 * Paths of TrueType files for resvg, which reads no WOFF. They are looked after every time: without them text would vanish
 * silently. @throws FileError where they cannot be written.
 */
export function fontFiles(): string[] {
  unpacked ??= faces.map(({ subset, weight }) => {
    const source = sourceOf(subset, weight, 'woff');
    return { name: `${subset}-${weight}.ttf`, bytes: fontOfWoff(readFileSync(source), source) };
  });
  return unpacked.map(({ name, bytes }) => cachedFont(name, bytes));
}

/** `@font-face` rules with the fonts inside, so that a page looks the same everywhere (about 65 kB). */
export function fontStyleSheet(): string {
  return faces
    .map(({ subset, weight, range }) => {
      const data = readFileSync(sourceOf(subset, weight, 'woff2')).toString('base64');
      return (
        `@font-face{font-family:'${FONT_NAME}';font-weight:${weight};font-display:swap;unicode-range:${range};` +
        `src:url(data:font/woff2;base64,${data}) format('woff2')}`
      );
    })
    .join('\n');
}

function sourceOf(subset: string, weight: number, format: 'woff' | 'woff2'): string {
  return require.resolve(
    `@fontsource/source-sans-3/files/source-sans-3-${subset}-${weight}-normal.${format}`,
  );
}
