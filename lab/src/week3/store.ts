// A record in the browser's IndexedDB. In the worker; where a browser has none, or no room, all of it throws.
const [DATABASE, STORE] = ['credence', 'kept'];
/** Milliseconds: a browser that never answers must not hold up what is kept. */
const LIMIT = 10_000;

export interface Stamped {
  /** When it was written, milliseconds since 1970; two tabs tell their records apart by it. */
  readonly at: number;
}

/** Undefined where there is none. */
export function read(name: string): Promise<unknown> {
  return transact('readonly', (store) => answer<unknown>(store.get(name)));
}

/**
 * Writes a record over what is there.
 * @returns whether that was another tab's, of none of the times `own`
 */
export function write(name: string, value: Stamped, own: ReadonlySet<number>): Promise<boolean> {
  return transact('readwrite', async (store) => {
    const before = stampOf(await answer<unknown>(store.get(name)));
    await answer(store.put(value, name));
    return before !== undefined && !own.has(before);
  });
}

/** Removes a record, but for another tab's. */
export function remove(name: string, own: ReadonlySet<number>): Promise<void> {
  return transact('readwrite', async (store) => {
    const before = stampOf(await answer<unknown>(store.get(name)));
    if (before === undefined || own.has(before)) await answer(store.delete(name));
  });
}

/** Of any value that may be kept. */
export function stampOf(value: unknown): number | undefined {
  const at = typeof value === 'object' && value !== null && 'at' in value ? value.at : undefined;
  return typeof at === 'number' ? at : undefined;
}

/** Opened each time: a connection that stays open ends when the reader clears the site's data. */
async function transact<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const work = async (): Promise<T> => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
    const database = await answer(opening);
    try {
      const transaction = database.transaction(STORE, mode);
      const [result] = await Promise.all([act(transaction.objectStore(STORE)), end(transaction)]);
      return result;
    } finally {
      database.close();
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), LIMIT);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error!));
  });
}

/** What a full disk says comes with the end. */
function end(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('IndexedDB aborted')));
  });
}
