// The application, made from the table of routes: the table's own dispatch in front, Express behind it for everything else.
// Makes, never listens, and has no side effect.
import type { RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { Problem } from './domain/problem.ts';
import { isPreflight, preflightHeaders } from './http/cors.ts';
import type { Deps } from './http/deps.ts';
import { makeDispatch } from './http/dispatch.ts';
import { type DocsKeys, docsPages } from './http/docs.ts';
import { type EndpointContext, fail, makeEndpoint } from './http/endpoint.ts';
import { openExchange, sendReply } from './http/exchange.ts';
import { makeOnce } from './http/idempotency.ts';
import type { AnyRoute } from './http/route.ts';
import { routes as allRoutes } from './http/routes/index.ts';
import { expressPath, inOrderOfMatching, methodsByPath, routeMistakes } from './http/table.ts';
import { type TabletFiles, tabletPages } from './http/tablet.ts';

const REGISTER = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;

export type AppOptions = {
  /** Hold every answer against its route's declaration, and fail the request where they differ. For tests. */
  checkAnswers?: boolean;
  /** Keys that the documentation's page has filled in: only the demo's. */
  demoKeys?: DocsKeys | null;
  /** The tablet's pages, where they are built. */
  tablet?: TabletFiles | null;
  /** Other routes than the project's own, for tests. */
  routes?: readonly AnyRoute[];
  /** Every request goes through Express, as those do that the table does not plainly know: for the test that compares. */
  expressAlone?: boolean;
};

/** Throws when the routes contradict themselves: without scopes, twice the same, without a schema. */
export function makeApp(deps: Deps, options: AppOptions = {}): RequestListener {
  const routes = options.routes ?? allRoutes;
  const mistakes = routeMistakes(routes);
  if (mistakes.length > 0) throw new Error(`The routes are not sound:\n${mistakes.join('\n')}`);

  const context = { deps, once: makeOnce(deps.database), checkAnswers: options.checkAnswers ?? false };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Queries are read once, strictly, by http/input.ts.
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  const served = inOrderOfMatching(routes).map((route) => ({
    route,
    endpoint: makeEndpoint(route, context),
  }));
  for (const { route, endpoint } of served) {
    app[REGISTER[route.method]](expressPath(route.path), (req, res) => endpoint(req, res, req.params));
  }
  app.use('/docs', docsPages(options.demoKeys ?? null));
  if (options.tablet) app.use('/tablet', tabletPages(options.tablet));
  app.use(nothingHere(routes, context));
  app.use(routerFailed(context));
  return options.expressAlone ? app : makeDispatch(served, app);
}

/** No route took it: a preflight, a question for the methods, the wrong method, or no such path. */
function nothingHere(routes: readonly AnyRoute[], context: EndpointContext): RequestHandler {
  const methodsOf = methodsByPath(routes);
  return async (req, res) => {
    const exchange = openExchange(req, res, 'none', context.deps);
    try {
      const methods = methodsOf(exchange.path);
      if (methods.length === 0)
        throw new Problem('not-found', `There is nothing at ${exchange.path.slice(0, 200)}.`);
      exchange.headers.push('Allow', [...methods, 'OPTIONS'].join(', '));
      if (req.method !== 'OPTIONS') {
        throw new Problem('method-not-allowed', `Here it is ${methods.join(' or ')}, not ${req.method}.`);
      }
      const { origin } = req.headers;
      if (isPreflight(req) && origin !== undefined && (await context.deps.keyring.allowsOrigin(origin))) {
        exchange.headers.push(...preflightHeaders(origin, methods));
      }
      sendReply(exchange, { status: 204 }, context.deps);
    } catch (error) {
      fail(exchange, error, context);
    }
  };
}

/** What Express itself refuses, such as a path that cannot be decoded. Four parameters make it an error handler. */
function routerFailed(context: EndpointContext): ErrorRequestHandler {
  return (error, req, res, _next) => fail(openExchange(req, res, 'none', context.deps), error, context);
}
