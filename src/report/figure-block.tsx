import type { JSX } from 'preact';
import type { Figure } from '../figures/index.js';
import { base64 } from '../figures/raster.js';
import { formatBytes } from './format.js';

export interface FigureBlockProps {
  readonly figure: Figure;
  /** Of `renderPng`. Default: no PNG to download. */
  readonly png?: Uint8Array;
}

/** A figure in the page, its caption, and its files to download. Each file stands in the page once. */
export function FigureBlock({ figure, png }: FigureBlockProps): JSX.Element {
  const { id, title, caption, svg, html, csv } = figure;
  const picture = `${id}-picture`;
  return (
    <figure id={id}>
      <div
        class="picture"
        id={picture}
        role="group"
        aria-label={title}
        tabindex={0}
        dangerouslySetInnerHTML={{ __html: withoutMarkLabels(html ?? svg) }}
      />
      <figcaption>
        <strong>{/[.?!]$/.test(title) ? title : `${title}.`}</strong>
        {caption === '' ? null : ` ${caption}`}
      </figcaption>
      <p class="downloads">
        Download:{' '}
        <a download={`${id}.svg`} href={`#${picture}`} data-svg={picture}>
          SVG
        </a>{' '}
        {png === undefined ? null : (
          <a download={`${id}.png`} href={`data:image/png;base64,${base64(png)}`}>
            PNG, {formatBytes(png.length)}
          </a>
        )}{' '}
        <a download={`${id}.csv`} href={`data:text/csv;charset=utf-8,${uriText(csv)}`}>
          CSV, {formatBytes(new TextEncoder().encode(csv).length)}
        </a>
      </p>
    </figure>
  );
}

/** Plot labels its marks, which have no role: inside a picture with a description nobody is told, and ARIA forbids it. */
function withoutMarkLabels(markup: string): string {
  return markup.replace(/(<(?:g|rect|path|line|circle|text|image|use)\b[^>]*?) aria-label="[^"]*"/g, '$1');
}

/** Text in a data URI: no more escapes than it needs, since a table is mostly digits and commas. */
function uriText(text: string): string {
  return text
    .replace(/[^\w,.;:=()/ *!~$-]+/g, (characters) => encodeURIComponent(characters))
    .replaceAll(' ', '%20');
}
