import type { GivenFile } from 'credence/sources';

/** The files of an input element, with the folders they lie in where a folder was chosen. */
export function chosenFiles(list: FileList | null): GivenFile[] {
  return Array.from(list ?? [], (file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
}

/** The files that were dropped, those in folders too. */
export async function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  // Both must be asked before the first await: afterwards the list is empty.
  const plain = chosenFiles(transfer.files);
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (!entries.some(({ isDirectory }) => isDirectory)) return plain;
  const found: GivenFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: GivenFile[]): Promise<void> {
  if (isFile(entry)) {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ''), blob });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      // A hundred at a time, until there are none.
      const inside = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (inside.length === 0) return;
      for (const each of inside) await collect(each, found);
    }
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
