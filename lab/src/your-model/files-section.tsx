import { useSignal } from '@preact/signals';
import type { GivenFile } from 'credence/sources';
import type { JSX } from 'preact';
import { useTask } from '../compute/index.js';
import { Notice } from '../ui/index.js';
import { DropField } from './drop-field.js';
import { Found } from './found.js';
import type { Look } from './model.js';
import { choices, files, ood, reading } from './state.js';
import type { OodSet, Role } from './state.js';

const DATA = '.npz,.npy,.gz,.csv,.tsv,.txt,.parquet,.pq,.png,.jpg,.jpeg,.idx,.idx1-ubyte,.idx3-ubyte';
const KINDS = '.npz, .npy, IDX, CSV, Parquet, or a folder of images per class';

const SETS: readonly {
  readonly role: Exclude<Role, 'model'>;
  readonly title: string;
  readonly hint: string;
}[] = [
  { role: 'validation', title: 'Validation set', hint: `Labelled, not trained on: ${KINDS}.` },
  {
    role: 'test',
    title: 'Test set',
    hint: 'Labelled; without it, half of the validation set is measured on.',
  },
  { role: 'train', title: 'Training set', hint: 'Labelled; some scores are fitted on it where it is there.' },
];

/** Where model and data are dropped, and what was found in the model. */
export function FilesSection(): JSX.Element {
  const { model } = files;
  const inspection = useTask('your-model', 'inspect', () =>
    model.value === undefined ? undefined : { model: model.value, choices: choices() },
  );
  const error = inspection.error.value;
  const found = error === undefined && model.value !== undefined ? inspection.result.value : undefined;
  const input = found?.lines.find(([name]) => name === 'input');
  return (
    <>
      <div class="drops">
        <DropField
          title="Model"
          hint="A classifier as .onnx, with the files of its weights if it has such."
          files={model.value}
          onFiles={(given) => (model.value = given)}
          onRemove={() => (model.value = undefined)}
        >
          {model.value === undefined ? null : error === undefined ? (
            <p class="drop-found">{input === undefined ? 'Read …' : `Input ${input[1]}`}</p>
          ) : (
            <Notice kind="error">{error}</Notice>
          )}
        </DropField>
        {SETS.map((each) => (
          <SetField key={each.role} {...each} />
        ))}
        <OodFields />
      </div>
      {found === undefined ? null : <Found lines={found.lines} />}
    </>
  );
}

function SetField({
  role,
  title,
  hint,
}: {
  readonly role: Exclude<Role, 'model'>;
  readonly title: string;
  readonly hint: string;
}): JSX.Element {
  const own = files[role];
  return (
    <DropField
      title={title}
      hint={hint}
      accept={DATA}
      folders
      files={own.value}
      onFiles={(given) => (own.value = given)}
      onRemove={() => (own.value = undefined)}
    >
      {own.value === undefined ? null : <Looked files={own.value} labelled />}
    </DropField>
  );
}

function OodFields(): JSX.Element {
  const change = (id: number, changed: Partial<OodSet>): void => {
    ood.value = ood.value.map((each) => (each.id === id ? { ...each, ...changed } : each));
  };
  return (
    <>
      {ood.value.map(({ id, name, use, files: own }) => (
        <DropField
          key={id}
          title={`From elsewhere: ${name}`}
          hint="Inputs that the model was not made for."
          accept={DATA}
          folders
          files={own}
          onFiles={(given) => change(id, { files: given })}
          onRemove={() => (ood.value = ood.value.filter((each) => each.id !== id))}
        >
          <label class="drop-name">
            Name
            <input
              type="text"
              value={name}
              maxLength={60}
              onChange={({ currentTarget: { value } }) => {
                if (value.trim() !== '') change(id, { name: value.trim() });
              }}
            />
          </label>
          <label class="drop-name">
            Use
            <select
              value={use}
              aria-label={`${name}: use`}
              onChange={({ currentTarget: { value } }) =>
                change(id, { use: value === 'tune' ? 'tune' : 'measure' })
              }
            >
              <option value="measure">to measure on</option>
              <option value="tune">to tune settings by</option>
            </select>
          </label>
          <Looked files={own} labelled={false} />
        </DropField>
      ))}
      <DropField
        title={ood.value.length === 0 ? 'Inputs from elsewhere' : 'More from elsewhere'}
        hint="Out of distribution: what the model was not made for, to measure on or to tune settings by. No labels; several sets may be added."
        accept={DATA}
        folders
        files={undefined}
        onFiles={(given) => {
          const id = Math.max(0, ...ood.value.map((each) => each.id)) + 1;
          ood.value = [...ood.value, { id, name: nameFor(given, ood.value), files: given, use: 'measure' }];
        }}
      />
    </>
  );
}

/** What a data set is found to be as soon as it is there. */
function Looked({
  files: own,
  labelled,
}: {
  readonly files: readonly GivenFile[];
  readonly labelled: boolean;
}): JSX.Element {
  const given = useSignal(own);
  given.value = own;
  const look = useTask('your-model', 'look', () => ({ files: given.value, reading: reading(), labelled }));
  const { error, result } = look;
  if (error.value !== undefined) return <Notice kind="error">{error.value}</Notice>;
  return <p class="drop-found">{result.value === undefined ? 'Read …' : toldLook(result.value, labelled)}</p>;
}

function toldLook({ count, shape, labelled, classes }: Look, wanted: boolean): string {
  const parts = [
    `${count === undefined ? 'Examples' : count === 1 ? '1 example' : `${count} examples`} of shape (${shape.join(', ')})`,
    ...(classes === undefined ? [] : [`${classes} classes`]),
    ...(wanted && !labelled ? ['no labels'] : []),
  ];
  return parts.join(', ');
}

/** Of the file, or of the folder; another one than those there are. */
function nameFor(given: readonly GivenFile[], others: readonly OodSet[]): string {
  const path = given[0]?.path ?? '';
  const base = path.includes('/') ? path.split('/')[0]! : path.replace(/(\.[a-z\d]+)+$/i, '');
  const name = base || 'elsewhere';
  const taken = new Set(others.map((each) => each.name));
  for (let k = 1; ; k++) {
    const candidate = k === 1 ? name : `${name} ${k}`;
    if (!taken.has(candidate)) return candidate;
  }
}
