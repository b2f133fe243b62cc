import { render } from 'preact';
import { App } from './shell/app.js';
import { panels } from './shell/panels.js';
import { followAddress } from './state/index.js';

followAddress(panels.map(({ name }) => name));
const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);

// Not while developing: it would serve yesterday's files.
if (import.meta.env.PROD && 'serviceWorker' in navigator) whenIdle(keepOffline);

function keepOffline(): void {
  navigator.serviceWorker.register('./service-worker.js').catch(() => {
    // Without it the page works as well, but not without a network.
  });
}

/** After the first view: what is kept for later must not make it wait. */
function whenIdle(work: () => void): void {
  // Safari has none.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 3000 });
  else setTimeout(work, 1000);
}
