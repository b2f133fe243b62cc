// Keeps the page for when there is no network: its own files at once, the large ones (the runtime, models) when they are
// first used. It also gives answers the headers of cross-origin isolation, so that the second visit has threads on any server.

declare const PAGE_FILES: readonly string[];
declare const PAGE_VERSION: string;

/** What lib.dom lacks of a service worker's scope. */
interface Scope extends EventTarget {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as typeof globalThis & Scope;
const PREFIX = 'credence-lab-';
const NAME = `${PREFIX}${PAGE_VERSION}`;
/** A server may vary by a header that a script's request has and ours has not; names with a hash need no such care. */
const MATCH = { ignoreSearch: true, ignoreVary: true };
const files = new Set(PAGE_FILES.map((file) => new URL(file, location.href).href));
const page = new URL('./', location.href).href;

addEventListener('install', (event) => {
  (event as LifeEvent).waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll([...files].map((file) => new Request(file, { cache: 'no-cache' }))))
      .then(() => scope.skipWaiting()),
  );
});

addEventListener('activate', (event) => {
  (event as LifeEvent).waitUntil(dropOldCaches().then(() => scope.clients.claim()));
});

addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent;
  if (request.method !== 'GET' || !request.url.startsWith(page)) return;
  (event as FetchEvent).respondWith(answer(event as FetchEvent).then(isolated));
});

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(NAME);
  if (request.mode === 'navigate') {
    // The newest page where there is a network; its files have other names when their contents differ.
    return fetch(request).catch(async () => (await cache.match(page, MATCH)) ?? Response.error());
  }
  const kept = await cache.match(request, MATCH);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok && new URL(request.url).pathname.includes('/assets/')) {
    // Without room for it the page works as well, but not without a network.
    event.waitUntil(cache.put(request, response.clone()).catch(() => undefined));
  }
  return response;
}

function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => keepLargeFiles(name).then(() => caches.delete(name))));
}

/** The runtime's name has its hash: what is the same in the new version need not be loaded again. */
async function keepLargeFiles(old: string): Promise<void> {
  const [from, to] = await Promise.all([caches.open(old), caches.open(NAME)]);
  for (const request of await from.keys()) {
    if (!/\.(?:wasm|onnx|safetensors)$/.test(new URL(request.url).pathname)) continue;
    const response = await from.match(request);
    if (response !== undefined) await to.put(request, response);
  }
}
