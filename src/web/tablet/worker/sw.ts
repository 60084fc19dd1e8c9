// The service worker: keeps the shell of the pages so that they open without a network. Never touches /v1: what is
// known of orders is kept by the page itself (src/data), which knows what is old.

// A module to TypeScript, so that `self` is what it is here; the built file exports nothing.
export type {};

declare const self: ServiceWorkerGlobalScope;

/** Replaced by the build: the version of the pages, and the files of the shell. */
const VERSION = '__VERSION__';
const SHELL: readonly string[] = JSON.parse('__SHELL__');

const PAGE = '/tablet';
const CACHE = `comptoir-tablet-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell());
  routeShell(event);
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers());
});

self.addEventListener('message', (event) => {
  // The page asks when nothing is under way: never in the middle of an order.
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page());
  else if (url.pathname.startsWith(`${PAGE}/`)) event.respondWith(file(request));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache: the page must be of this version.
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: 'reload' })));
}

/** What a browser may know of the kept files before this worker runs; TypeScript's library does not know of it yet. */
type Routed = ExtendableEvent & {
  addRoutes?: (routes: { condition: object; source: { cacheName: string } }[]) => Promise<void>;
};

/**
 * Browsers that can (Chromium since 123) take the shell from its cache by themselves, without starting this worker for
 * it first: a page that is opened waits for nothing of ours. What is not kept goes to the network, as below.
 */
function routeShell(event: Routed): void {
  const source = { cacheName: CACHE };
  const routes = [
    { condition: { urlPattern: { pathname: PAGE, search: '' }, requestMode: 'navigate' }, source },
    // No more than these: the camera's file is kept when it is first used, which only `fetch` sees.
    { condition: { urlPattern: { pathname: `${PAGE}/assets/*.js` } }, source },
    { condition: { urlPattern: { pathname: `${PAGE}/assets/*.css` } }, source },
  ];
  // Without them everything comes through `fetch`.
  event.waitUntil(event.addRoutes?.(routes).catch(() => undefined) ?? Promise.resolve());
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Always the kept page: it and its files are of one version. A newer one waits until the page lets it take over. */
async function page(): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  return kept ?? fetch(PAGE);
}

/** Files have their content in their name: once here, they need no network. The camera's are kept when first used. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith(`${PAGE}/assets/`)) {
    // Where there is no room for it, it is not kept: it is here all the same.
    await cache.put(request, answer.clone()).catch(() => undefined);
  }
  return answer;
}
