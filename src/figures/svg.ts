/** Markup made by hand: numbers with two decimals, text escaped, so that the same input gives the same bytes. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** At most two decimals: a hundredth of a pixel. */
export function decimal(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** An element around markup (not text: see `text`). */
export function element(name: string, attributes: Attributes, content = ''): string {
  let markup = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    markup += ` ${key}="${typeof value === 'number' ? decimal(value) : escapeText(value)}"`;
  }
  return content === '' ? `${markup}/>` : `${markup}>${content}</${name}>`;
}

export function group(attributes: Attributes, ...content: readonly string[]): string {
  return element('g', attributes, content.join(''));
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeText(content));
}

export function translate(x: number, y: number): string {
  return `translate(${decimal(x)},${decimal(y)})`;
}
