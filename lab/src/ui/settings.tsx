import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Where figures have the controls beside them; styles/lab.css has the same width. */
const WIDE = '(min-width: 48rem)';

/** The controls of a panel: beside its figures where there is room, else folded up above them. */
export function Settings({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [open] = useState(() => matchMedia(WIDE).matches);
  return (
    <details class="controls" open={open}>
      <summary>Settings</summary>
      <div class="controls-list">{children}</div>
    </details>
  );
}
