import type { JSX } from 'preact';
import temml from 'temml';
import { ConfigurationError } from '../errors/index.js';

export interface FormulaProps {
  /** TeX. */
  readonly tex: string;
  /** On a line of its own. Default false. */
  readonly display?: boolean;
}

/**
 * A formula as MathML, set when the page is made.
 *
 * @throws ConfigurationError when the TeX cannot be read.
 */
export function Formula({ tex, display = false }: FormulaProps): JSX.Element {
  return (
    <span
      class={display ? 'formula' : undefined}
      dangerouslySetInnerHTML={{ __html: mathml(tex, display) }}
    />
  );
}

function mathml(tex: string, displayMode: boolean): string {
  try {
    return temml.renderToString(tex, { displayMode, throwOnError: true, strict: true, trust: false });
  } catch (cause) {
    throw new ConfigurationError({
      what: 'Formula: tex',
      expected: 'TeX that temml reads',
      got: tex,
      ...(cause instanceof Error ? { where: cause.message } : {}),
      cause,
    });
  }
}
