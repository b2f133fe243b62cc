import type { Page } from 'playwright-core';

export interface FormulasSeen {
  /** How many of them are shown. */
  readonly count: number;
  /** What of them cannot be read: cut off at an edge that does not scroll, not understood, or left as TeX. */
  readonly faults: readonly string[];
}

/** Looks at every formula of a page, in the folded parts too. */
export async function formulasOf(page: Page): Promise<FormulasSeen> {
  return page.evaluate(async () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    await document.fonts.ready;
    // Glyphs are laid out on whole pixels, boxes are not.
    const SLACK = 1;
    const shown = [...document.querySelectorAll('math')].filter((math) => math.checkVisibility());
    const faults: string[] = [];
    for (const math of shown) {
      const name = (math.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 40);
      if (math.querySelector('merror, .temml-error') !== null) faults.push(`${name}: not understood`);
      const glyphs = [...math.querySelectorAll('mi, mo, mn, mtext')]
        .filter(({ textContent }) => textContent?.trim() !== '')
        .map((glyph) => glyph.getBoundingClientRect())
        .filter(({ width, height }) => width > 0 && height > 0);
      if (glyphs.length === 0) faults.push(`${name}: nothing is drawn`);
      const left = Math.min(...glyphs.map((box) => box.left));
      const right = Math.max(...glyphs.map((box) => box.right));
      const top = Math.min(...glyphs.map((box) => box.top));
      const bottom = Math.max(...glyphs.map((box) => box.bottom));
      // What scrolls shows what is behind its far edges, never what is before its near ones.
      for (let box: Element | null = math.parentElement; box !== null; box = box.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(box);
        const rect = box.getBoundingClientRect();
        const scrolls = ['auto', 'scroll'].includes(overflowX);
        if (overflowY === 'hidden' || overflowY === 'clip') {
          if (top < rect.top - SLACK || bottom > rect.bottom + SLACK)
            faults.push(`${name}: cut off in height`);
        }
        if (overflowX !== 'visible' || box === document.documentElement) {
          if (left + box.scrollLeft < rect.left - SLACK) faults.push(`${name}: cut off at the left`);
          if (!scrolls && right > rect.right + SLACK) faults.push(`${name}: cut off at the right`);
        }
        if (scrolls) break;
      }
    }
    const words = document.body.cloneNode(true) as HTMLElement;
    for (const hidden of words.querySelectorAll('script, style, svg, annotation')) hidden.remove();
    for (const [found] of (words.textContent ?? '').matchAll(/\\[a-zA-Z]{2,}.{0,20}|\$[^$\n]{1,40}\$/g)) {
      faults.push(`${found}: left as TeX`);
    }
    return { count: shown.length, faults };
  });
}
