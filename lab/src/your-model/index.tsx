import type { JSX } from 'preact';

export function Panel(): JSX.Element {
  return (
    <div class="panel-intro">
      <h2>Your model · Your own classifier</h2>
      <p>This panel is being built.</p>
    </div>
  );
}
