import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CredenceError, FileError, FormatError } from '../../errors/index.js';
import { fileError, readFileBytes } from '../../files/index.js';
import { decodeOnnx } from '../../graph/index.js';
import type { Graph } from '../../graph/index.js';

/** Tensors of a model may share bytes, but a small file must not make gigabytes of them. */
const MOST_READ = 4;

/** What exporters call a graph that has no name. */
const NAMELESS = new Set(['', 'graph', 'main_graph', 'torch_jit', 'torch-jit-export', 'tf2onnx']);

/**
 * The graph of an ONNX model: a file, with the files of external data in its folder, or the bytes of one that has none.
 * @throws FileError when a file cannot be read; FormatError when it is no ONNX model, when external data are not where they should be:
 *   an absolute path, one that leaves the model's folder (also by links), or bytes beyond the end of their file.
 */
export async function openModel(model: string | Uint8Array): Promise<Graph> {
  // A Buffer's slice is no copy, which others rely on.
  if (typeof model !== 'string')
    return decodeOnnx(new Uint8Array(model.buffer, model.byteOffset, model.length));
  const bytes = await readFileBytes(model);
  const files = new ExternalFiles(model);
  try {
    const graph = decodeOnnx(bytes, {
      where: model,
      externalData: (location, offset, length) => files.read(location, offset, length),
    });
    return NAMELESS.has(graph.name) ? { ...graph, name: basename(model, '.onnx') } : graph;
  } catch (error) {
    if (error instanceof SystemFailure) throw await fileError(error.cause, error.path, 'read');
    throw error;
  }
}

/** What the system reported, until it can be put into words. */
class SystemFailure extends FileError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super({ what: `cannot read ${path}`, cause });
    this.path = path;
  }
}

/** The files beside a model. */
class ExternalFiles {
  readonly #model: string;
  readonly #folder: string;
  readonly #sizes = new Map<string, number>();
  #total = 0;

  constructor(model: string) {
    this.#model = model;
    this.#folder = resolve(dirname(model));
  }

  read(location: string, offset: number, length: number | undefined): Uint8Array {
    const path = join(this.#folder, location);
    try {
      this.#refuseLinksOut(location, path);
      const kind = statSync(path);
      // To open a pipe that nobody writes to takes forever.
      if (!kind.isFile() && !kind.isDirectory())
        throw this.#refused(location, 'a file', 'something else of the system');
      const file = openSync(path, 'r');
      try {
        return this.#readOpen(file, { location, path, offset, length });
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw error instanceof CredenceError ? error : new SystemFailure(path, error);
    }
  }

  #readOpen(
    file: number,
    {
      location,
      path,
      offset,
      length,
    }: { location: string; path: string; offset: number; length: number | undefined },
  ): Uint8Array {
    const { size } = fstatSync(file);
    this.#sizes.set(path, size);
    const count = length ?? size - offset;
    if (count < 0 || offset + count > size) {
      throw this.#refused(location, `${offset + Math.max(0, count)} bytes`, `${size}`);
    }
    this.#total += count;
    const all = [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (this.#total > MOST_READ * all) {
      throw this.#refused(location, `tensors of at most ${MOST_READ} times the files' ${all} bytes`, 'more');
    }
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const read = readSync(file, bytes, at, Math.min(count - at, 2 ** 30), offset + at);
      if (read === 0) throw this.#refused(location, `${offset + count} bytes`, `${offset + at}`);
      at += read;
    }
    return bytes;
  }

  /** `decodeOnnx` takes no path that leads out of the folder; a link in it may. */
  #refuseLinksOut(location: string, path: string): void {
    const real = relative(realpathSync(this.#folder), realpathSync(path));
    if (real === '..' || real.startsWith(`..${sep}`) || isAbsolute(real)) {
      throw this.#refused(location, 'a file inside the folder of the model', 'a link that leaves it');
    }
  }

  #refused(location: string, expected: string, got: string): FormatError {
    return new FormatError({ what: `external data '${location}'`, expected, got, where: this.#model });
  }
}
