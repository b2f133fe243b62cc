import type { JSX } from 'preact';
import { Select } from '../ui/index.js';
import { choices, chooseSetting, measuring, setting } from './choices.js';
import { sentence } from './provider.js';
import type { Choice, Setting } from './provider.js';
import { threads } from './threads.js';

export interface ComputedWithProps {
  /** Workloads by name, with what they are for the reader: `{ training: 'Training' }`. */
  readonly workloads: Readonly<Record<string, string>>;
}

const OPTIONS: readonly { readonly value: Setting; readonly label: string }[] = [
  { value: 'auto', label: 'what is faster here' },
  { value: 'wasm', label: 'wasm' },
  { value: 'webgpu', label: 'WebGPU' },
];

/** What heavy work is computed with and why, with the times that were measured; and the reader's word in it. */
export function ComputedWith({ workloads }: ComputedWithProps): JSX.Element {
  return (
    <div class="computed-with">
      <Select label="Compute with" value={setting} options={OPTIONS} onChange={chooseSetting} />
      {Object.entries(workloads).map(([name, title]) => (
        <p class="hint" style={{ overflowWrap: 'anywhere' }} key={name} data-computed={name}>
          {title}: <Line workload={name} />
        </p>
      ))}
    </div>
  );
}

function Line({ workload }: { readonly workload: string }): JSX.Element {
  if (measuring.value === workload) return <>measuring wasm and WebGPU …</>;
  const made = choices.value.find((own) => own.workload === workload && own.threads === threads.value);
  const choice = made ?? expected(workload);
  if (choice === undefined) return <>measured when it begins.</>;
  return (
    <span data-backend={choice.backend} data-reason={choice.reason} data-difference={choice.difference}>
      {sentence(choice)}
    </span>
  );
}

/** What needs no measurement. */
function expected(workload: string): Choice | undefined {
  const common = { workload, unit: '', threads: threads.value };
  if (setting.value === 'wasm') return { ...common, backend: 'wasm', reason: 'set' };
  if (!('gpu' in navigator)) return { ...common, backend: 'wasm', reason: 'absent' };
  return setting.value === 'webgpu' ? { ...common, backend: 'webgpu', reason: 'set' } : undefined;
}
