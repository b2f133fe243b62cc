import { relative } from 'node:path';
import { RuntimeError } from '../errors/index.js';
import type { AcceptRule, OutputCheck, Verification } from '../export/index.js';
import type { Graph } from '../graph/index.js';
import { colours as pc } from './colours.js';

/** What an export that fails its verification ends with. */
export function notVerified(failed: readonly OutputCheck[]): RuntimeError {
  const [{ runtime, output, against, difference, tolerance }] = failed as readonly [OutputCheck];
  const names = [...new Set(failed.map((check) => `'${check.output}'`))];
  return new RuntimeError({
    what: `export, verified on ${runtime}: output '${output}'`,
    expected: `what ${against === 'original' ? 'the original model gives' : 'the library computes'} within ${tolerance.toPrecision(2)}`,
    got: `a difference of ${difference.toPrecision(2)}`,
    ...(names.length > 1 && { where: `also ${names.slice(1).join(', ')}` }),
    hint: 'nothing was written',
  });
}

/** What was written and what was verified, as lines. */
export function exportReport(
  out: string,
  size: number,
  { outputs }: Graph,
  accept: AcceptRule | undefined,
  { rows, checks, skipped }: Verification,
  remarks: readonly string[],
): string {
  const lines = [
    `${pc.bold(relative('.', out))}  ${(size / 2 ** 20).toFixed(2)} MiB, outputs ${outputs.join(', ')}`,
  ];
  lines.push(...remarks);
  if (accept !== undefined) lines.push(`accept: score/${accept.score} <= ${accept.threshold}`);
  for (const runtime of new Set(checks.map((check) => check.runtime))) {
    for (const against of ['original', 'library'] as const) {
      const own = checks.filter((check) => check.runtime === runtime && check.against === against);
      if (own.length === 0) continue;
      const worst = own.reduce((a, b) => (share(b) > share(a) ? b : a));
      const identical = own.filter((check) => check.identical).length;
      const what = against === 'original' ? 'original outputs' : 'outputs as the library computes them';
      const rest =
        identical === own.length
          ? ''
          : `; largest difference ${worst.difference.toPrecision(2)} of ${worst.output}, tolerance ${worst.tolerance.toPrecision(2)}`;
      lines.push(
        `verified on ${runtime}, ${rows} rows: ${identical} of ${own.length} ${what} to the last bit${rest}`,
      );
    }
  }
  for (const runtime of skipped)
    lines.push(`not run on ${runtime}: the original, whose data lie in other files`);
  return `${lines.join('\n')}\n`;
}

/** Of the tolerance. */
function share({ difference, tolerance }: OutputCheck): number {
  return difference === 0 ? 0 : difference / tolerance;
}
