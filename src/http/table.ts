// The table of routes as a whole: what must hold before the process may listen, and which path is whose.
import { z } from 'zod';
import type { AnyRoute } from './route.ts';

const BODILESS = new Set([204, 304]);

/** Every reason why these routes may not be served, in words; none when all is well. */
export function routeMistakes(routes: readonly AnyRoute[]): string[] {
  const operations = routes.map((route) => route.operationId);
  const places = routes.map((route) => `${route.method} ${shapeOf(route.path)}`);
  return [
    ...repeated(operations).map((id) => `operationId ${id} is used twice`),
    ...repeated(places).map((place) => `${place} is served twice`),
    ...routes.flatMap((route) => mistakesOf(route).map((mistake) => `${route.operationId}: ${mistake}`)),
  ];
}

function mistakesOf(route: AnyRoute): string[] {
  const mistakes: string[] = [];
  if (route.scopes !== 'public' && !(route.scopes?.length > 0)) mistakes.push('it has no scopes');
  for (const [status, response] of Object.entries(route.responses)) {
    if (response.schema === undefined && !BODILESS.has(Number(status))) {
      mistakes.push(`its response ${status} has no schema`);
    }
  }
  const declared = route.params === undefined ? [] : Object.keys(inputSchema(route.params).properties ?? {});
  const named = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  for (const name of named)
    if (!declared.includes(name)) mistakes.push(`its path parameter ${name} has no schema`);
  for (const name of declared) if (!named.includes(name)) mistakes.push(`its path has no parameter ${name}`);
  for (const [place, schema] of [
    ['params', route.params],
    ['query', route.query],
    ['body', route.body],
  ] as const) {
    if (schema !== undefined && hasLooseObject(inputSchema(schema))) {
      mistakes.push(`its ${place} has an object that is not strict: unknown fields would pass unseen`);
    }
  }
  if (route.idempotency !== undefined && route.method !== 'POST')
    mistakes.push('only a POST has idempotency');
  return mistakes;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function inputSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline', cycles: 'ref' });
}

/** True where some object names its fields and yet lets others in. */
function hasLooseObject(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasLooseObject);
  if (typeof schema !== 'object' || schema === null) return false;
  const isLoose = 'properties' in schema && !('additionalProperties' in schema);
  return isLoose || Object.values(schema).some(hasLooseObject);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

function shapeOf(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}

/** Paths without parameters first, so that `/v1/items/batch` is not taken for an item named `batch`. */
export function inOrderOfMatching(routes: readonly AnyRoute[]): AnyRoute[] {
  return routes.toSorted((a, b) => parameters(a) - parameters(b));
}

function parameters(route: AnyRoute): number {
  return route.path.split('{').length;
}

/** '/v1/items/{sku}' as Express writes it. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** The methods of a path as it was asked for; none when nothing is there. */
export function methodsByPath(routes: readonly AnyRoute[]): (path: string) => string[] {
  const patterns = routes.map((route) => ({ method: route.method, pattern: patternOf(route.path) }));
  return (path) => {
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
