import { decimal, element } from './svg.js';

const ELEMENT = 1;
const TEXT = 3;

/**
 * An SVG element as XML. Not `outerHTML`: that differs between documents, and keeps sixteen digits of every coordinate.
 */
export function serialize(node: Element): string {
  const attributes: Record<string, string> = {};
  for (const { name, value } of Array.from(node.attributes)) {
    // Plot draws in its own currentColor and its own white; here both are roles of the theme.
    if (name === 'class' || name === 'aria-hidden') continue;
    attributes[name] = roundNumbers(value);
  }
  let content = '';
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === ELEMENT) content += serialize(child as Element);
    else if (child.nodeType === TEXT) content += escapeContent(child.textContent ?? '');
  }
  return element(node.localName, sorted(attributes), content);
}

function escapeContent(content: string): string {
  return content.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function roundNumbers(value: string): string {
  if (value.startsWith('data:') || value.startsWith('url(')) return value;
  return value.replace(/-?\d*\.\d{3,}(e[-+]?\d+)?/g, (number) => decimal(Number(number)));
}

/** Documents keep attributes in different orders. */
function sorted(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
