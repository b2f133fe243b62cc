import { Resvg } from '@resvg/resvg-js';
import { ConfigurationError } from '../../errors/index.js';
import type { Figure, Theme } from '../figure.js';
import { withTheme } from '../theme.js';
import { FONT_NAME, fontFiles } from './fonts.js';

export interface RenderOptions {
  /** Pixels to a CSS pixel. Default 2. */
  readonly scale?: number;
  /** Default 'light'. */
  readonly theme?: Theme;
}

/**
 * A figure as PNG, in Node. The same figure gives the same bytes, whatever fonts the system has.
 *
 * @throws ConfigurationError for a scale that is not positive, or above 8; FileError where no font can be written, which is
 *   unpacked into the cache folder once.
 */
export function renderPng(
  { svg }: Pick<Figure, 'svg'>,
  { scale = 2, theme = 'light' }: RenderOptions = {},
): Uint8Array {
  if (!(scale > 0 && scale <= 8)) {
    throw new ConfigurationError({
      what: 'renderPng: scale',
      expected: 'above 0, at most 8',
      got: `${scale}`,
    });
  }
  const image = new Resvg(inFonts(withTheme(svg, theme)), {
    fitTo: { mode: 'zoom', value: scale },
    // Pictures keep their pixels: digits stay squares, and maps keep to their bands, which halves the file.
    imageRendering: OPTIMIZE_SPEED,
    font: {
      loadSystemFonts: false,
      fontFiles: fontFiles(),
      defaultFontFamily: FONT_NAME,
      sansSerifFamily: FONT_NAME,
    },
  }).render();
  return Uint8Array.from(image.asPng());
}

/** resvg's name for taking the nearest pixel. */
const OPTIMIZE_SPEED = 1;

const substitutes: Readonly<Record<string, string>> = {
  '≤': '<=',
  '≥': '>=',
  '≈': '~',
  '→': '->',
  '✓': '+',
  '✗': '×',
};

/** The text in the shipped fonts, and in characters that they have. */
function inFonts(svg: string): string {
  return (
    svg
      // In this file the weight is part of the family's name.
      .replaceAll('font-weight="600"', `font-family="${FONT_NAME} SemiBold" font-weight="600"`)
      .replace(/>[^<>]*</g, (content) =>
        content
          .replace(/[≤≥≈→✓✗]/g, (character) => escaped(substitutes[character]!))
          // A Greek letter comes out of a second font: resvg fits the two together only without ligatures.
          .replace(/f(?=[fijlt])/g, 'f\u200c'),
      )
  );
}

function escaped(text: string): string {
  return text.replace('<', '&lt;').replace('>', '&gt;');
}
