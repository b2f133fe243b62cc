/** A sequence of numbers: any typed array, or an array. */
export type Numbers = ArrayLike<number>;

export type Theme = 'light' | 'dark';

/** A picture as a value: what to show, how to describe it, and the numbers it was drawn from. */
export interface Figure {
  /** Of the form 'figure-1': the name of its files and its anchor in a page. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** What the picture shows, in words. */
  readonly alt: string;
  /** Size of the view box, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /**
   * A document that needs nothing else. Its colours follow `prefers-color-scheme`, or `data-theme="light"` or `"dark"`
   * on an element around it; a viewer that knows neither shows the light ones. Print is light.
   */
  readonly svg: string;
  /** The numbers that were drawn, as RFC 4180 CSV. */
  readonly csv: string;
  /** An interactive form of the same picture for an HTML page, where there is one. It needs no network. */
  readonly html?: string;
}

export interface FigureOptions {
  /** Draws with it: `window.document` in a browser; in Node `createDocument()` of figures/node. */
  readonly document: Document;
  /** A letter, then letters, digits, '-', '_' or '.'. */
  readonly id: string;
  readonly title: string;
  /** Default: none. */
  readonly caption?: string;
  /** Default: a description made from the data. */
  readonly alt?: string;
}
