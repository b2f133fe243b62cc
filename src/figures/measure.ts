/** Advance widths of Source Sans 3, in hundredths of an em: the characters from ' ' to '~'. */
const widths = [
  20, 29, 43, 50, 50, 82, 61, 25, 30, 30, 42, 50, 25, 31, 25, 35, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 25,
  25, 50, 50, 50, 43, 85, 54, 59, 57, 62, 53, 49, 62, 65, 26, 48, 58, 49, 73, 65, 66, 57, 66, 57, 53, 54, 65,
  52, 79, 51, 48, 54, 30, 35, 30, 50, 50, 54, 50, 55, 46, 56, 50, 29, 50, 54, 25, 25, 50, 26, 83, 55, 54, 56,
  56, 35, 42, 34, 54, 47, 72, 45, 47, 43, 30, 24, 30, 50,
];
const SPACE = 32;
/** Of every other character; a wide one for the script. */
const OTHER = 56;

/** The system's fonts, where this one is missing, run wider. */
const ALLOWANCE = 1.04;

/** How wide a line of text is at most, in pixels. */
export function textWidth(text: string, fontSize = 12): number {
  let width = 0;
  for (const character of text) width += widths[character.codePointAt(0)! - SPACE] ?? OTHER;
  return (width / 100) * fontSize * ALLOWANCE;
}
