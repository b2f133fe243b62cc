import { render } from 'preact';
import { App } from './shell/app.js';
import { panels } from './shell/panels.js';
import { followAddress } from './state/index.js';

followAddress(panels.map(({ name }) => name));
const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);

// Not while developing: it would serve yesterday's files.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('./service-worker.js').catch(() => {
    // Without it the page works as well, but not without a network.
  });
}
