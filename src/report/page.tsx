import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { ConfigurationError } from '../errors/index.js';
import { PAGE_SCRIPT, THEME_SCRIPT } from './script.js';
import { PAGE_STYLE } from './style.js';

/** A part of the page with a heading and an entry in the table of contents. */
export interface Section {
  /** Its anchor: letters, digits, '-', '_' or '.', unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly content?: ComponentChildren;
  /** One level below. */
  readonly sections?: readonly Omit<Section, 'sections'>[];
}

export interface Page {
  readonly title: string;
  /** A sentence under the title. */
  readonly lead?: ComponentChildren;
  /** Before the table of contents: what the reader should know first. */
  readonly summary?: ComponentChildren;
  readonly sections: readonly Section[];
  readonly footer?: ComponentChildren;
  /** `@font-face` rules with the fonts inside, of `fontStyleSheet()`. Default: the system's fonts. */
  readonly fonts?: string;
  /** BCP 47. Default 'en'. */
  readonly lang?: string;
}

/** Forbids every request: what the page needs is in it. */
const POLICY =
  "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
  "base-uri 'none'; form-action 'none'";

/**
 * The page as one HTML file that needs nothing else, not even a network. The same page gives the same bytes.
 *
 * @throws ConfigurationError when two sections have one id, or an id cannot be an anchor.
 */
export function renderPage(page: Page): string {
  assertIds(page.sections);
  return `<!doctype html>\n${renderToString(<Document {...page} />)}\n`;
}

function Document({ title, lead, summary, sections, footer, fonts = '', lang = 'en' }: Page): JSX.Element {
  return (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: `${fonts}\n${PAGE_STYLE}` }} />
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <div class="layout">
          <header class="title">
            <div>
              <h1>{title}</h1>
              {lead === undefined ? null : <p class="lead">{lead}</p>}
            </div>
            <ThemeButtons />
          </header>
          <main id="content" tabindex={-1}>
            {summary}
            <Contents sections={sections} />
            {sections.map((section) => (
              <section key={section.id} aria-labelledby={section.id}>
                <h2 id={section.id}>{section.title}</h2>
                {section.content}
                {(section.sections ?? []).map((inner) => (
                  <section key={inner.id} aria-labelledby={inner.id}>
                    <h3 id={inner.id}>{inner.title}</h3>
                    {inner.content}
                  </section>
                ))}
              </section>
            ))}
          </main>
          {footer === undefined ? null : <footer>{footer}</footer>}
        </div>
        <script dangerouslySetInnerHTML={{ __html: PAGE_SCRIPT }} />
      </body>
    </html>
  );
}

function ThemeButtons(): JSX.Element {
  return (
    <div class="theme" role="group" aria-label="Colour theme" hidden>
      {['auto', 'light', 'dark'].map((theme) => (
        <button key={theme} type="button" value={theme} aria-pressed="false">
          {`${theme[0]!.toUpperCase()}${theme.slice(1)}`}
        </button>
      ))}
    </div>
  );
}

function Contents({ sections }: { readonly sections: readonly Section[] }): JSX.Element {
  return (
    <nav class="contents" aria-labelledby="contents">
      <h2 id="contents">Contents</h2>
      <ol>
        {sections.map(({ id, title, sections: inner = [] }) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
            {inner.length === 0 ? null : (
              <ol>
                {inner.map((each) => (
                  <li key={each.id}>
                    <a href={`#${each.id}`}>{each.title}</a>
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function assertIds(sections: readonly Section[]): void {
  const seen = new Set(['contents', 'content']);
  for (const { id } of sections.flatMap((section) => [section, ...(section.sections ?? [])])) {
    if (seen.has(id) || !/^[a-z][\w.-]*$/i.test(id)) {
      throw new ConfigurationError({
        what: 'renderPage: section id',
        expected: "a letter, then letters, digits, '-', '_' or '.', different for each section",
        got: `'${id}'`,
      });
    }
    seen.add(id);
  }
}
