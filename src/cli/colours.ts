import pc from 'picocolors';

/**
 * Colours for words on stderr: on a terminal, unless $NO_COLOR is set (no-color.org) or the terminal is dumb; elsewhere only where
 * $FORCE_COLOR is set. picocolors itself looks at stdout, which may go elsewhere than stderr.
 */
function coloursFor(
  { isTTY }: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>> = process.env,
): ReturnType<typeof pc.createColors> {
  const forced = Boolean(env['FORCE_COLOR']);
  return pc.createColors(!env['NO_COLOR'] && (forced || (isTTY === true && env['TERM'] !== 'dumb')));
}

export const colours: ReturnType<typeof pc.createColors> = coloursFor(process.stderr);
