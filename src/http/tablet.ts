// The tablet's pages, as a browser gets them: a finished build, held in memory, under a policy of its own.
// Knows files; what is in them is src/web's, which no room of the server may import.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type RequestHandler, type Response, Router } from 'express';
import helmet from 'helmet';
import { TABLET_HELMET, TABLET_PERMISSIONS } from './headers.ts';

type Encoding = 'br' | 'gzip';
type TabletFile = {
  body: Buffer;
  type: string;
  etag: string;
  encoded: Partial<Record<Encoding, Buffer>>;
};
/** By path below /tablet, without the first slash; the page itself is `index.html`. */
export type TabletFiles = ReadonlyMap<string, TabletFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};
const COPIES = { br: '.br', gzip: '.gz' } as const satisfies Record<Encoding, string>;

const PAGE = 'index.html';
/** Their content is in their name: they never change. */
const HASHED = 'assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Asked for again each time, and answered 304: a page that is kept would name files of an older build. */
const ASK_AGAIN = 'no-cache';

/** Reads a whole build, some hundred kilobytes: nothing that a request names is ever looked for on the disk. */
export async function readTablet(folder: string): Promise<TabletFiles> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
  const bodies = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const)),
  );
  const files = new Map<string, TabletFile>();
  for (const [name, body] of bodies) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const encoded: TabletFile['encoded'] = {};
    for (const encoding of ['br', 'gzip'] as const) {
      const copy = bodies.get(`${name}${COPIES[encoding]}`);
      if (copy !== undefined && copy.length < body.length) encoded[encoding] = copy;
    }
    files.set(name, { body, type, encoded, etag: `"${path.basename(folder)}"` });
  }
  return files;
}

/** `/tablet` and what is below it, for GET and HEAD; what the build does not have is left to the next handler. */
export function tabletPages(files: TabletFiles): RequestHandler {
  const router = Router({ strict: false });
  router.use(helmet(TABLET_HELMET));
  router.use((request, response, next) => {
    const name = request.path.replace(/^\//, '') || PAGE;
    const file = files.get(name);
    if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      // The next answer is no page of ours, and brings headers of its own.
      for (const header of response.getHeaderNames()) response.removeHeader(header);
      next();
      return;
    }
    response.setHeader('Permissions-Policy', TABLET_PERMISSIONS);
    // The worker is below /tablet/ and serves /tablet as well.
    if (name === 'sw.js') response.setHeader('Service-Worker-Allowed', '/tablet');
    send(file, name.startsWith(HASHED) ? FOR_EVER : ASK_AGAIN, request.headers, response);
  });
  return router;
}

function send(
  file: TabletFile,
  cacheControl: string,
  asked: { 'accept-encoding'?: string | string[] | undefined; 'if-none-match'?: string | undefined },
  response: Response,
): void {
  const encoding = encodingOf(file, String(asked['accept-encoding'] ?? ''));
  const etag = encoding === null ? file.etag : file.etag.replace(/"$/, `-${encoding}"`);
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept-Encoding');
  if (asked['if-none-match'] === etag) {
    response.status(304).end();
    return;
  }
  const body = encoding === null ? file.body : (file.encoded[encoding] ?? file.body);
  response.setHeader('Content-Type', file.type);
  if (encoding !== null) response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Length', body.length);
  // Express ends a HEAD without the body.
  response.status(200).end(body);
}

/** The smallest that the client takes. A weight of 0 is a refusal; other weights are not worth a preference here. */
function encodingOf(file: TabletFile, accepted: string): Encoding | null {
  const takes = (encoding: Encoding) =>
    accepted
      .split(',')
      .map((part) => part.trim().split(';'))
      .some(([name, weight]) => name === encoding && !/^\s*q=0(\.0*)?$/.test(weight ?? ''));
  const encodings: readonly Encoding[] = ['br', 'gzip'];
  return encodings.find((encoding) => file.encoded[encoding] !== undefined && takes(encoding)) ?? null;
}
