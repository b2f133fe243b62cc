import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { openPanel, panelHref, problems, shownPanel } from '../state/index.js';
import { Button, Notice } from '../ui/index.js';
import { panels } from './panels.js';
import type { PanelEntry } from './panels.js';
import { Tools } from './tools.js';

type Loaded =
  | { readonly name: string; readonly Panel: () => JSX.Element }
  | { readonly name: string; readonly error: string };

/** The page around the panels. */
export function App(): JSX.Element {
  const loaded = useSignal<Loaded | undefined>(undefined);
  const shown = (): PanelEntry => panels.find(({ name }) => name === shownPanel.value) ?? panels[0]!;
  const load = async ({ name, load: loadModule }: PanelEntry): Promise<void> => {
    try {
      const { Panel } = await loadModule();
      if (shownPanel.peek() === name) loaded.value = { name, Panel };
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      if (shownPanel.peek() === name) loaded.value = { name, error };
    }
  };
  useSignalEffect(() => {
    const panel = shown();
    document.title = `${panel.title} · Credence lab`;
    void load(panel);
  });
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="bar">
        <h1>Credence lab</h1>
        <Tabs />
        <Tools />
      </header>
      <main id="content" tabindex={-1}>
        {problems.value.length === 0 ? null : (
          <Notice kind="note">
            Not everything in the address could be read; the defaults stand in.
            <Button onClick={() => (problems.value = [])}>Close</Button>
            <ul>
              {problems.value.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Shown panel={shown()} loaded={loaded.value} onRetry={() => void load(shown())} />
      </main>
      <footer class="site-foot">
        Computed in this browser by Credence; nothing is sent anywhere. The address holds all settings: share
        it.
      </footer>
    </>
  );
}

/** Apart from the rest, since their links change with every move of a point. */
function Tabs(): JSX.Element {
  return (
    <nav class="tabs" aria-label="Panels">
      {panels.map(({ name, title }) => (
        <a
          key={name}
          href={panelHref(name)}
          aria-current={name === shownPanel.value ? 'page' : undefined}
          onClick={(event) => {
            // Into another tab or window, as the browser does it.
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
            event.preventDefault();
            openPanel(name);
          }}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

interface ShownProps {
  readonly panel: PanelEntry;
  readonly loaded: Loaded | undefined;
  readonly onRetry: () => void;
}

function Shown({ panel, loaded, onRetry }: ShownProps): JSX.Element {
  if (loaded?.name !== panel.name) return <p class="loading">Loading {panel.title} …</p>;
  if ('error' in loaded) {
    return (
      <Notice kind="error">
        {panel.title} could not be loaded: {loaded.error}. The page may have been renewed meanwhile: reload
        it.
        <Button onClick={onRetry}>Try again</Button>
      </Notice>
    );
  }
  return <loaded.Panel key={panel.name} />;
}
