import { parseHTML } from 'linkedom';

/** What a reader of a page sees and may follow. */
export interface ReportPage {
  /** The words of the page, without styles and scripts. */
  readonly text: string;
  readonly ids: readonly string[];
  /** Targets of links within the page. */
  readonly anchors: readonly string[];
  /** Everything else that attributes point to, but for what is in the page itself (data:). */
  readonly outside: readonly string[];
  /** Pictures without a name for those who do not see them. */
  readonly unnamedPictures: number;
  readonly document: Document;
}

export function readPage(html: string): ReportPage {
  const { document } = parseHTML(html);
  const elements = [...document.querySelectorAll('*')];
  const references = elements.flatMap((element) =>
    ['href', 'src', 'srcset', 'xlink:href', 'action', 'data', 'poster'].flatMap(
      (name) => element.getAttribute(name) ?? [],
    ),
  );
  const styles = elements.flatMap((element) =>
    element.localName === 'style' ? (element.textContent ?? '') : (element.getAttribute('style') ?? ''),
  );
  const loaded = styles.join('\n').matchAll(/url\(\s*['"]?([^'")]*)|@import\s+(\S+)/g);
  const targets = [...references, ...[...loaded].map(([, url, imported]) => url ?? imported ?? '')];
  const unnamed = [...document.querySelectorAll('svg, img')].filter(
    (picture) =>
      picture.closest('[aria-hidden="true"]') === null &&
      picture.parentElement?.closest('svg') === null &&
      !['aria-label', 'aria-labelledby', 'alt'].some((name) => (picture.getAttribute(name) ?? '') !== ''),
  );
  const words = document.body.cloneNode(true) as HTMLElement;
  for (const hidden of words.querySelectorAll('script, style')) hidden.remove();
  return {
    text: words.textContent ?? '',
    ids: elements.flatMap((element) => element.getAttribute('id') ?? []),
    anchors: targets.filter((target) => target.startsWith('#')).map((target) => target.slice(1)),
    outside: targets.filter((target) => !target.startsWith('#') && !target.startsWith('data:')),
    unnamedPictures: unnamed.length,
    document,
  };
}

/** Where XML is not well formed: a tag that does not close what was opened last. Undefined where it is. */
export function xmlMistake(xml: string): string | undefined {
  const open: string[] = [];
  const rest = xml.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>/g, '');
  for (const [tag, closing, name, empty] of rest.matchAll(
    /<(\/?)([\w:-]+)(?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/g,
  )) {
    if (closing === '/') {
      if (open.pop() !== name) return tag;
    } else if (empty === '') {
      open.push(name!);
    }
  }
  const text = rest.replace(/<\/?[\w:-]+(?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?>/g, '');
  return open.at(-1) ?? text.match(/<.{0,40}|&(?!(?:\w+|#\d+|#x[\da-f]+);).{0,20}/)?.[0];
}
