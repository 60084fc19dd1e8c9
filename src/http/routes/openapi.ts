// The OpenAPI document as it was generated, with this server's own address in it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type AnyRoute, route } from '../route.ts';

const FILE = path.join(import.meta.dirname, '../../../openapi/openapi.json');
const documentSchema = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.looseObject({ url: z.string() })),
});

let reading: Promise<z.infer<typeof documentSchema>> | undefined;

/** Read once: it changes with the code only. */
function readDocument() {
  reading ??= readFile(FILE, 'utf8').then((text) => documentSchema.parse(JSON.parse(text)));
  return reading;
}

const getOpenApi = route({
  method: 'GET',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  summary: 'This document',
  tag: 'Process',
  scopes: 'public',
  cost: 2,
  responses: { 200: { description: 'OpenAPI 3.1.', schema: documentSchema } },
  problems: [],
  handler: async ({ baseUrl }) => {
    const document = await readDocument();
    return {
      status: 200,
      body: { ...document, servers: [{ url: baseUrl, description: 'This server' }] },
      headers: { 'Cache-Control': 'no-cache' },
    };
  },
});

export const openApiRoutes: readonly AnyRoute[] = [getOpenApi];
