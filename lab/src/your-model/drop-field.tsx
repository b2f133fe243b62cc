import { useSignal } from '@preact/signals';
import type { GivenFile } from 'credence/sources';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { announce, Button } from '../ui/index.js';
import { chosenFiles, droppedFiles } from './dropped.js';

export interface DropFieldProps {
  readonly title: string;
  /** What belongs there. */
  readonly hint: string;
  readonly files: readonly GivenFile[] | undefined;
  /** Of the dialogue for files: '.onnx'. */
  readonly accept?: string;
  /** Whether a folder makes sense, one of images. Default false. */
  readonly folders?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly onRemove?: (() => void) | undefined;
  /** What is known of the files, or what is wrong with them. */
  readonly children?: ComponentChildren;
}

/** A place where files are dropped, with the dialogues for keyboard and touch. */
export function DropField(props: DropFieldProps): JSX.Element {
  const { title, hint, files, accept, folders = false, onFiles, onRemove, children } = props;
  const over = useSignal(false);
  const id = useId();
  const take = (given: readonly GivenFile[]): void => {
    if (given.length === 0) return;
    onFiles(given);
    announce(`${title}: ${told(given)}`);
  };
  return (
    <section
      class={over.value ? 'drop over' : 'drop'}
      aria-labelledby={id}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(take);
      }}
    >
      <h3 id={id}>{title}</h3>
      <p class="hint">{hint}</p>
      {files === undefined ? null : <p class="drop-files">{told(files)}</p>}
      {children}
      <div class="drop-buttons">
        <Dialogue label={`${title}: choose files`} accept={accept} onFiles={take}>
          Choose
        </Dialogue>
        {folders ? (
          <Dialogue label={`${title}: choose a folder`} folder onFiles={take}>
            Folder
          </Dialogue>
        ) : null}
        {files === undefined || onRemove === undefined ? null : (
          <Button label={`${title}: remove`} onClick={onRemove}>
            Remove
          </Button>
        )}
      </div>
    </section>
  );
}

function Dialogue({
  label,
  accept,
  folder = false,
  onFiles,
  children,
}: {
  readonly label: string;
  readonly accept?: string | undefined;
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <label class="button dialogue">
      <span aria-hidden="true">{children}</span>
      <input
        type="file"
        class="visually-hidden"
        aria-label={label}
        accept={accept}
        multiple={!folder}
        {...(folder && { webkitdirectory: true })}
        onChange={({ currentTarget }) => {
          onFiles(chosenFiles(currentTarget.files));
          // The same file, when it has changed, is a choice as well.
          currentTarget.value = '';
        }}
      />
    </label>
  );
}

/** 'x.npy, y.npy', or how many there are. */
function told(files: readonly GivenFile[]): string {
  const names = files.map(({ path }) => path.replace(/^.*[/\\]/, ''));
  const size = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const shown = names.length > 2 ? `${names.length} files` : names.join(', ');
  return `${shown} (${inBytes(size)})`;
}

function inBytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return `${Number((size / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
