import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { canThread, chooseThreads, restart, threads, wantsThreads } from '../compute/index.js';
import { currentAddress } from '../state/index.js';
import { announce, Button, Switch } from '../ui/index.js';
import { chooseTheme, theme } from './theme.js';
import type { Theme } from './theme.js';

const COPIED_MS = 2000;

/** On the right of the header: threads, theme, the link. */
export function Tools(): JSX.Element {
  return (
    <div class="tools">
      <Threads />
      <label>
        <span class="visually-hidden">Colour theme</span>
        <select value={theme.value} onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}>
          <option value="system">System theme</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      <CopyLink />
    </div>
  );
}

function Threads(): JSX.Element {
  const reason = canThread
    ? 'How many threads ONNX Runtime computes with'
    : 'One thread: several need a page that is cross-origin isolated (two headers of the server) and a processor with several cores';
  return (
    <span title={reason}>
      <Switch
        label={`Threads: ${threads.value}`}
        value={wantsThreads}
        disabled={!canThread}
        onChange={(wanted) => {
          chooseThreads(wanted);
          restart();
        }}
      />
    </span>
  );
}

function CopyLink(): JSX.Element {
  const label = useSignal('Copy link');
  const copy = async (): Promise<void> => {
    const address = currentAddress();
    try {
      await navigator.clipboard.writeText(address);
      label.value = 'Copied';
    } catch {
      label.value = 'Copy it from the address bar';
    }
    announce(label.value);
    setTimeout(() => (label.value = 'Copy link'), COPIED_MS);
  };
  return <Button onClick={() => void copy()}>{label.value}</Button>;
}
