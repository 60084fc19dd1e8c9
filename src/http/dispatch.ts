// Finds the route of a request in the table, ahead of Express, which tries its patterns one after the other and gives
// request and response other prototypes. The endpoint is the same one either way, so all that it checks is; what the
// table does not find, or finds in a form that has to be decoded, Express answers as ever.
// Measured: an Express that serves one constant spends 45 µs of processor time a request, and node:http 18. With the search
// and the text of this change, availability came from 168 µs to 107 on the same busy machine.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AnyRoute } from './route.ts';

export type Params = Readonly<Record<string, unknown>>;
export type Endpoint = (request: IncomingMessage, response: ServerResponse, params: Params) => Promise<void>;

/** What a path's segments must be; null: any that is not empty. */
type Pattern = { segments: readonly (string | null)[]; names: readonly string[]; endpoint: Endpoint };

const NO_PARAMS: Params = {};
/** Nothing to decode, nothing that a URL's grammar would cut off. */
const PLAIN = /^\/[!"$&-~]*$/;

/**
 * Calls the route's endpoint; of several that fit, the first in `served`, as Express would. `otherwise` takes every request
 * that is not plainly one of a route's.
 */
export function makeDispatch(
  served: readonly { route: AnyRoute; endpoint: Endpoint }[],
  otherwise: RequestListener,
): RequestListener {
  const byName = new Map<string, Endpoint>();
  const patterns = new Map<string, Pattern[]>();
  for (const { route, endpoint } of served) {
    const segments = route.path.split('/').map((part) => (part.startsWith('{') ? null : part));
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    if (names.length === 0) byName.set(`${route.method} ${route.path}`, endpoint);
    else push(patterns, `${route.method} ${segments.length}`, { segments, names, endpoint });
  }
  return (request, response) => {
    const { url = '/' } = request;
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const end = url.indexOf('?');
    const path = end === -1 ? url : url.slice(0, end);
    const endpoint = byName.get(`${method} ${path}`);
    if (endpoint !== undefined) void endpoint(request, response, NO_PARAMS);
    else if (!PLAIN.test(path)) otherwise(request, response);
    else {
      const segments = path.split('/');
      const found = patterns.get(`${method} ${segments.length}`)?.find((pattern) => fits(pattern, segments));
      if (found === undefined) otherwise(request, response);
      else void found.endpoint(request, response, paramsOf(found, segments));
    }
  };
}

function fits({ segments }: Pattern, asked: readonly string[]): boolean {
  return segments.every((segment, at) => (segment === null ? asked[at] !== '' : asked[at] === segment));
}

function paramsOf({ segments, names }: Pattern, asked: readonly string[]): Params {
  const values = asked.filter((_, at) => segments[at] === null);
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}

function push(patterns: Map<string, Pattern[]>, key: string, pattern: Pattern): void {
  const known = patterns.get(key);
  if (known === undefined) patterns.set(key, [pattern]);
  else known.push(pattern);
}
