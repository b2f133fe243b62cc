import type { Theme } from './figure.js';

/**
 * The colours that change with the theme, by their role: light, then dark. The light one stands in the SVG's attributes,
 * so it is also what a viewer without style sheets shows; every role needs a light colour of its own.
 *
 * The hues are those of Okabe & Ito (Color Universal Design, 2008), lighter on dark paper.
 */
const roles = {
  paper: ['#ffffff', '#14181d'],
  ink: ['#1d2329', '#e6eaee'],
  muted: ['#56606b', '#a6b0bb'],
  rule: ['#d8dde3', '#39424c'],
  shade: ['#eaeff4', '#232a32'],
  blue: ['#0072b2', '#5fb0ea'],
  vermillion: ['#d55e00', '#f58f4e'],
  green: ['#009e73', '#35c497'],
  purple: ['#cc79a7', '#e09cc2'],
  orange: ['#e69f00', '#f2bb4a'],
  sky: ['#56b4e9', '#9ad4f7'],
} as const;

export type Role = keyof typeof roles;

const names = Object.keys(roles) as Role[];

/** What to write into an attribute for each role. */
export const color: Readonly<Record<Role, string>> = Object.fromEntries(
  names.map((name) => [name, roles[name][0]]),
) as Record<Role, string>;

const seriesColors = [
  'blue',
  'vermillion',
  'green',
  'purple',
  'orange',
  'sky',
] as const satisfies readonly Role[];
const seriesDashes = ['none', '7 3', '2 2.5', '9 3 2 3', '4 4', '12 4'];

/** The colour of the k-th series, from 0. */
export function seriesColor(k: number): string {
  return color[seriesColors[k % seriesColors.length]!];
}

/** The dashes of the k-th series, from 0: what tells it apart without colour. */
export function seriesDash(k: number): string {
  return seriesDashes[k % seriesDashes.length]!;
}

/** The element of a figure that the style sheet is about. */
export const FIGURE_CLASS = 'credence-figure';

export const FONT_FAMILY = "'Source Sans 3', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** The style sheet of the roles that `body` uses. */
export function styleSheet(body: string): string {
  const used = names.filter((name) => body.includes(`="${color[name]}"`));
  const values = (theme: 0 | 1) => used.map((name) => `--cf-${name}:${roles[name][theme]}`).join(';');
  const figure = `.${FIGURE_CLASS}`;
  const rules = used.flatMap((name) =>
    ['fill', 'stroke']
      .filter((property) => body.includes(`${property}="${color[name]}"`))
      .map((property) => `${figure} [${property}="${color[name]}"]{${property}:var(--cf-${name})}`),
  );
  return [
    `${figure}{${values(0)}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme="light"]) ${figure}{${values(1)}}}`,
    `@media screen{[data-theme="dark"] ${figure}{${values(1)}}}`,
    ...rules,
  ].join('\n');
}

/** The SVG in one theme for good: attributes only, for renderers that know neither variables nor media queries. */
export function withTheme(svg: string, theme: Theme): string {
  const plain = svg.replace(/<style>[\s\S]*?<\/style>/, '');
  if (theme === 'light') return plain;
  const dark = new Map<string, string>(names.map((name) => [roles[name][0], roles[name][1]]));
  return plain.replace(
    /(fill|stroke)="(#[0-9a-f]{6})"/g,
    (all, property: string, value: string) => `${property}="${dark.get(value) ?? value}"`,
  );
}
