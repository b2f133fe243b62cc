import type { ComponentChildren, JSX } from 'preact';

/** A message in the place it is about. 'error': something did not work; 'note': good to know. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: 'error' | 'note';
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
