/**
 * The keys of the outermost object of a valid JSON text, in the order of the text, and the first key that any of its
 * objects has twice (which JSON.parse passes over in silence, keeping the last).
 */
export function jsonKeys(text: string): { readonly keys: readonly string[]; readonly duplicate?: string } {
  const open: Set<string>[] = [];
  let outermost: Set<string> | undefined;
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/gs;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [symbol] = match;
    if (symbol === '{') {
      const keys = new Set<string>();
      outermost ??= keys;
      open.push(keys);
    } else if (symbol === '}') open.pop();
    else if (isFollowedByColon(text, token.lastIndex)) {
      const key = String(JSON.parse(symbol));
      const keys = open.at(-1);
      if (keys?.has(key)) return { keys: [...(outermost ?? [])], duplicate: key };
      keys?.add(key);
    }
  }
  return { keys: [...(outermost ?? [])] };
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++;
  return text.charAt(at) === ':';
}
