import type { JSX } from 'preact';

/** A formula as MathML. */
export type MathMarkup = string & { readonly __mathMarkup?: never };

/** A formula in TeX, set when the page is built (build/formulas.ts): nothing may be interpolated. */
export function tex(source: TemplateStringsArray): MathMarkup {
  throw new Error(`set when the page is built: ${source.raw.join('')}`);
}

export interface FormulaProps {
  readonly math: MathMarkup;
  /** In words, for those who do not see it. */
  readonly label: string;
}

/** A formula on a line of its own; it scrolls where it is too wide. */
export function Formula({ math, label }: FormulaProps): JSX.Element {
  return (
    <div
      class="formula"
      role="group"
      aria-label={label}
      // Scrolls by keyboard where it is too wide.
      tabindex={0}
      dangerouslySetInnerHTML={{ __html: math }}
    />
  );
}
