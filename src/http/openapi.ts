// The OpenAPI document, made from the table of routes: whatever is served is described, and nothing else.
// For openapi/generate.ts; the running process serves the generated file.
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverrideContext,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { PROBLEMS, Problem, type ProblemCode } from '../domain/problem.ts';
import { PROBLEM_TYPE, problemDocument, problemSchema, problemsOf } from './problems.ts';
import { type AnyRoute, type ResponseSpec, TAGS } from './route.ts';

type Document = ReturnType<typeof createDocument>;
type Parameters = NonNullable<ZodOpenApiOperationObject['parameters']>;

const METHOD_KEY = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;
const REQUEST_ID_EXAMPLE = 'req_01JZ8Q6Y3T9V5W7X2A4B6C8D0E';

/** `version` is the package's. */
export function openApiDocument(routes: readonly AnyRoute[], version: string): Document {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [METHOD_KEY[route.method]]: operationOf(route) };
  }
  const used = new Set<string>(routes.map((route) => route.tag));
  const codes = usedCodes(routes);
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Comptoir',
        version,
        description: DESCRIPTION,
        license: { name: 'All rights reserved', identifier: 'LicenseRef-Proprietary' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: Object.entries(TAGS)
        .filter(([name]) => used.has(name))
        .map(([name, description]) => ({ name, description })),
      paths,
      components: {
        responses: Object.fromEntries(
          codesThatStandAlone(routes).map((code) => [code, describedProblems([code])]),
        ),
        securitySchemes: Object.fromEntries(
          Object.entries(SECURITY).map(([name, description]) => [
            name,
            { type: 'http' as const, scheme: 'bearer', description },
          ]),
        ),
        examples: Object.fromEntries(codes.map((code) => [code, problemExample(code)])),
      },
    },
    { override: openObjects },
  );
  for (const route of routes) addExamples(document, route);
  return document;
}

/** All are API keys in one header; by what they may do, so that a page can hold one of each. */
const SECURITY = {
  key: 'An API key, as `Authorization: Bearer <key>`.',
  admin:
    'One with the scope `admin`, such as the first key: `COMPTOIR_ADMIN_KEY`, or the one that the start prints.',
  device: 'A tablet’s, which pairing gives it.',
} as const;

function securityOf({ scopes, kinds }: AnyRoute): Record<string, string[]>[] {
  if (scopes === 'public') return [];
  const isTablets = kinds?.every((kind) => kind === 'device') === true;
  const name = isTablets ? 'device' : scopes.every((scope) => scope === 'admin') ? 'admin' : 'key';
  return scopes.map((scope) => ({ [name satisfies keyof typeof SECURITY]: [scope] }));
}

/** Answers may gain fields: only what comes in is closed. */
function openObjects({ jsonSchema, zodSchema, io }: ZodOpenApiOverrideContext): void {
  const { def } = zodSchema._zod;
  if (io === 'output' && def.type === 'object' && def.catchall === undefined)
    delete jsonSchema.additionalProperties;
}

const DESCRIPTION = `Click-and-collect inventory: one truth about stock for shops, stores and back offices. What is where, for whom, and when it can be collected.

**Keys.** Send \`Authorization: Bearer <key>\`. An unknown key gets 401, a known one without the scope 403, another store's resource 404.

**Problems.** Every error is an RFC 9457 \`application/problem+json\` with a stable \`code\`; \`errors\` names each wrong input by a JSON pointer. \`GET /problems\` lists them all.

**Once.** Every POST that changes something takes an \`Idempotency-Key\`: the same key and body again give the first answer again, with \`Idempotent-Replayed: true\`, for 48 hours at least. Only \`alternatives\` are looked up anew, so that none is named that no longer has the cart.

**Lists** take \`limit\` and \`cursor\` and answer \`{ data, nextCursor }\`. A cursor belongs to its filters.

**Versions.** Single resources carry an \`ETag\`: \`If-None-Match\` gives 304, \`If-Match\` on a write gives 412 when it is stale.

**Limits.** Each key may spend points by the minute, and most calls cost one: see \`RateLimit\` and \`RateLimit-Policy\` (draft-ietf-httpapi-ratelimit-headers-11). Beyond that it is 429 with \`Retry-After\`. JSON bodies have at most 1 MiB unless a call says otherwise.

Times are RFC 3339 instants in UTC, quantities are integers.`;

function operationOf(route: AnyRoute): ZodOpenApiOperationObject {
  const operation: ZodOpenApiOperationObject = {
    operationId: route.operationId,
    summary: route.summary,
    description: descriptionOf(route),
    tags: [route.tag],
    security: securityOf(route),
    requestParams: {
      ...(route.params === undefined ? {} : { path: objectSchema(route.params) }),
      ...(route.query === undefined ? {} : { query: objectSchema(route.query) }),
    },
    parameters: headerParameters(route),
    responses: responsesOf(route),
  };
  const types = route.bodyTypes ?? ['application/octet-stream'];
  if (route.streamsBody) {
    const schema = { type: 'string' } as const;
    operation.requestBody = {
      required: true,
      content: Object.fromEntries(types.map((type) => [type, { schema }])),
    };
  } else if (route.body !== undefined) {
    const required = !route.body.safeParse({}).success;
    operation.requestBody = { required, content: { 'application/json': { schema: route.body } } };
  }
  return operation;
}

function descriptionOf(route: AnyRoute): string {
  const lines = [route.description ?? ''];
  if (route.scopes === 'public') lines.push('Needs no key.');
  else {
    const kinds = route.kinds ?? ['secret', 'device'];
    lines.push(
      `Needs the scope ${route.scopes.map((scope) => `\`${scope}\``).join(' or ')}; for ${list(kinds)} keys.`,
    );
  }
  if (route.cost !== undefined && route.cost > 1) lines.push(`Costs ${route.cost} points of the rate limit.`);
  if (route.bodyBytesMax !== undefined) lines.push(`The body may have ${route.bodyBytesMax} bytes.`);
  return lines.filter(Boolean).join('\n\n');
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The headers that a route listens to. */
function headerParameters(route: AnyRoute): Parameters {
  const parameters: Parameters = [];
  if (route.method === 'POST' && route.idempotency !== 'none') {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: route.idempotency === 'required',
      description: 'A new one for each new request; the same again gives the first answer again.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        examples: ['5f0c7d1e-6a1b-4c53-9a3e-0d5a3f2b7c11'],
      },
    });
  }
  if (revalidates(route))
    parameters.push(tagHeader('If-None-Match', 'A tag that the caller has: 304 when it is current.'));
  if (route.problems.includes('precondition-failed')) {
    parameters.push(
      tagHeader('If-Match', 'The tag that the change was prepared against: 412 when there is another.'),
    );
  }
  return parameters;
}

function tagHeader(name: string, description: string): Parameters[number] {
  return {
    name,
    in: 'header',
    description,
    schema: { type: 'string', maxLength: 1_000, examples: ['"v3"'] },
  };
}

/** Single resources carry an ETag that gives 304; lists do not, and others neither, unless they say so. */
function revalidates(route: AnyRoute): boolean {
  if (route.method !== 'GET' || route.isNeverSame) return false;
  return 304 in route.responses || (route.path.startsWith('/v1/') && route.path.endsWith('}'));
}

function responsesOf(route: AnyRoute): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, spec] of Object.entries(route.responses)) {
    responses[statusKey(status)] = responseOf(route, spec);
  }
  if (revalidates(route)) responses['304'] ??= { description: 'The caller has it already.' };
  for (const [status, codes] of problemsByStatus(route))
    responses[statusKey(status)] = problemResponse(codes);
  return responses;
}

function problemsByStatus(route: AnyRoute): Map<number, ProblemCode[]> {
  return Map.groupBy(problemsOf(route), (code) => PROBLEMS[code][0]);
}

function codesThatStandAlone(routes: readonly AnyRoute[]): ProblemCode[] {
  const alone = routes.flatMap((route) =>
    [...problemsByStatus(route).values()].filter((codes) => codes.length === 1),
  );
  return [...new Set(alone.flat())].sort();
}

/** The types of the document know three-digit strings only. */
function statusKey(status: string | number): `${1 | 2 | 3 | 4 | 5}${string}` {
  const text = String(status);
  switch (text.charAt(0)) {
    case '2':
      return `2${text.slice(1)}`;
    case '3':
      return `3${text.slice(1)}`;
    case '4':
      return `4${text.slice(1)}`;
    default:
      return `5${text.slice(1)}`;
  }
}

/** A status that means one thing is described once, for all who may answer it. */
function problemResponse(codes: readonly ProblemCode[]): ZodOpenApiResponseObject | { $ref: string } {
  return codes.length === 1 ? { $ref: `#/components/responses/${codes[0]}` } : describedProblems(codes);
}

function describedProblems(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(' '),
    content: {
      [PROBLEM_TYPE]: {
        schema: problemSchema,
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

function responseOf(route: AnyRoute, spec: ResponseSpec): ZodOpenApiResponseObject {
  const named = {
    'X-Request-Id': 'The id of this request, also in the log.',
    ...(revalidates(route) ? { ETag: 'The tag of this version.' } : {}),
    ...spec.headers,
  };
  const headers = Object.fromEntries(
    Object.entries(named).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  );
  if (spec.schema === undefined) return { description: spec.description, headers };
  const { links } = spec;
  const examples = Object.entries(spec.examples ?? {}).map(([name, value]) => [name, { value }] as const);
  return {
    description: spec.description,
    headers,
    content: {
      [spec.contentType ?? 'application/json']: {
        schema: spec.schema,
        ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
      },
    },
    ...(links === undefined ? {} : { links }),
  };
}

function objectSchema(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodObject) return schema.in;
  throw new Error('Parameters are described by an object.');
}

function usedCodes(routes: readonly AnyRoute[]): ProblemCode[] {
  return [...new Set(routes.flatMap(problemsOf))].sort();
}

function problemExample(code: ProblemCode) {
  const [status, title] = PROBLEMS[code];
  const extras = status === 429 || status === 503 ? { retryAfterSeconds: 1 } : {};
  const occasion = { path: '/v1/…', requestId: REQUEST_ID_EXAMPLE };
  return { summary: title, value: problemDocument(new Problem(code, `${title}.`, extras), occasion) };
}

/** The route's runnable examples, spread over its parameters and its body under one name each. */
function addExamples(document: Document, route: AnyRoute): void {
  const operation = document.paths?.[route.path]?.[METHOD_KEY[route.method]];
  for (const [name, { summary, params, query, headers, body }] of Object.entries(route.examples ?? {})) {
    for (const parameter of operation?.parameters ?? []) {
      if (!('in' in parameter)) continue;
      const values = parameter.in === 'path' ? params : parameter.in === 'query' ? query : headers;
      const text = values?.[parameter.name];
      if (text === undefined) continue;
      const { schema } = parameter;
      const isText = typeof schema !== 'object' || !('type' in schema) || schema.type === 'string';
      const value: unknown = isText ? text : JSON.parse(text);
      parameter.examples = { ...parameter.examples, [name]: { summary, value } };
    }
    const requestBody = operation?.requestBody;
    if (body === undefined || requestBody === undefined || !('content' in requestBody)) continue;
    // A file of several types is shown as the first of them.
    const [media] = Object.values(requestBody.content);
    if (media && !('$ref' in media)) media.examples = { ...media.examples, [name]: { summary, value: body } };
  }
}
