import greek from '@fontsource/source-sans-3/files/source-sans-3-greek-400-normal.woff2?url';
import greekSemibold from '@fontsource/source-sans-3/files/source-sans-3-greek-600-normal.woff2?url';
import latin from '@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff2?url';
import latinSemibold from '@fontsource/source-sans-3/files/source-sans-3-latin-600-normal.woff2?url';

/** A figure as it is saved: a `Figure` of credence/figures, or one made by hand. */
export interface SavedFigure {
  /** The name of the file. */
  readonly id: string;
  readonly svg: string;
  readonly csv: string;
  /** Of the view box. */
  readonly width: number;
  readonly height: number;
}

export type SaveFormat = 'svg' | 'png' | 'csv';

/** Of the PNG, in its own pixels for each of the figure's. */
const SHARPNESS = 2;
const FAMILY = 'Source Sans 3';
/** Height of the strip below the figure, and width of each letter's place in it. */
const PROBE = 20;
const PATIENCE_MS = 5000;

interface Face {
  readonly url: string;
  readonly weight: number;
  readonly range: string;
  /** A letter of it. */
  readonly letter: string;
}

/** Those of styles/lab.css. */
const GREEK = 'U+0370-03FF';
const LATIN = 'U+0000-036F,U+2000-22FF';
const FACES: readonly Face[] = [
  { url: latin, weight: 400, range: LATIN, letter: 'M' },
  { url: latinSemibold, weight: 600, range: LATIN, letter: 'M' },
  { url: greek, weight: 400, range: GREEK, letter: 'Ω' },
  { url: greekSemibold, weight: 600, range: GREEK, letter: 'Ω' },
];

/** Hands the figure to the reader as a file. */
export async function save(figure: SavedFigure, format: SaveFormat): Promise<void> {
  const name = `${figure.id}.${format}`;
  if (format === 'svg') download(new Blob([figure.svg], { type: 'image/svg+xml' }), name);
  else if (format === 'csv') download(new Blob([figure.csv], { type: 'text/csv' }), name);
  else download(await png(figure), name);
}

/** In the page's theme and with its letters, which an SVG in an image cannot load. */
async function png({ svg, width, height }: SavedFigure): Promise<Blob> {
  const theme = isDark() ? 'dark' : 'light';
  const faces = await Promise.all(FACES.map(face));
  const tall = height + PROBE;
  const probes = FACES.map(
    ({ weight, letter }, k) =>
      `<text x="${k * PROBE}" y="${tall - 4}" font-family="${FAMILY}" font-weight="${weight}" font-size="14">${letter}</text>`,
  );
  const complete = svg.replace(/<svg [^>]*>/, (open) => {
    const taller = open
      .replace('<svg ', `<svg data-theme="${theme}" `)
      .replace(/ height="[^"]*"/, ` height="${tall}"`)
      .replace(/ viewBox="[^"]*"/, ` viewBox="0 0 ${width} ${tall}"`);
    return `${taller}<style>${faces.join('')}</style>${probes.join('')}`;
  });
  const url = URL.createObjectURL(new Blob([complete], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * SHARPNESS;
    canvas.height = height * SHARPNESS;
    await lettersIn(image, { width, height });
    // What is below the figure is off the canvas.
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, tall * SHARPNESS);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error('the browser made no PNG')) : resolve(blob)),
        'image/png',
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * An image is complete before the letters that its own style sheet brings: it is drawn until those below the figure are seen,
 * which a browser that cannot load them draws with others after three seconds.
 */
async function lettersIn(
  image: HTMLImageElement,
  { width, height }: Pick<SavedFigure, 'width' | 'height'>,
): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = FACES.length * PROBE;
  canvas.height = PROBE;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const isSeen = (_: Face, k: number): boolean =>
    context.getImageData(k * PROBE, 0, PROBE, PROBE).data.some((value) => value > 0);
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS;) {
    context.clearRect(0, 0, canvas.width, PROBE);
    context.drawImage(image, 0, -height, width, height + PROBE);
    if (FACES.every(isSeen)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function face({ url, weight, range }: Face): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCodePoint(byte);
  const data = `url(data:font/woff2;base64,${btoa(binary)}) format('woff2')`;
  return `@font-face{font-family:'${FAMILY}';font-weight:${weight};unicode-range:${range};src:${data}}`;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
