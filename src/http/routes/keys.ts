// Keys over HTTP: made (the secret shown once), listed, revoked.
// What a key may have is decided by domain/key.ts and the operation.
import { z } from 'zod';
import { EXAMPLE_KEYS } from '../../domain/exampleIds.ts';
import { keyInputSchema, keySchema, newKeySchema, showKey } from '../../domain/key.ts';
import { createKey } from '../../operations/createKey.ts';
import { revokeKey } from '../../operations/revokeKey.ts';
import { listKeys } from '../../queries/apiKeys.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';

const postKey = route({
  method: 'POST',
  path: '/v1/keys',
  operationId: 'createKey',
  summary: 'Make a key',
  description:
    'The answer holds the secret, this once. `admin` may make keys with any scope, but a key limited to locations only makes keys limited to these. Tablets get their keys by pairing.',
  tag: 'Keys',
  scopes: ['admin'],
  kinds: ['secret'],
  body: keyInputSchema,
  responses: { 201: { description: 'The key, with its secret.', schema: newKeySchema } },
  problems: [],
  examples: {
    shop: {
      summary: 'For the shop’s pages',
      body: {
        name: 'Shop pages',
        kind: 'publishable',
        scopes: ['availability:read', 'reservations:write'],
        origins: ['https://shop.example'],
      },
    },
    till: {
      summary: 'For the tills of one store',
      body: { name: 'Tills, Lille', kind: 'secret', scopes: ['stock:write'], locations: ['FR-LILLE-01'] },
    },
  },
  async handler(call) {
    const { key, secret } = await createKey(call.tx, call.caller, call.body, call.now);
    return { status: 201, body: { ...showKey(key), secret } };
  },
});

const getKeys = route({
  method: 'GET',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'List keys',
  description: 'Those that are not revoked, tablets’ keys too, the oldest first. Never a secret.',
  tag: 'Keys',
  scopes: ['admin'],
  kinds: ['secret'],
  query: z.strictObject({ ...page }),
  responses: { 200: { description: 'A page of keys.', schema: listOf(keySchema) } },
  problems: ['invalid-cursor'],
  examples: { all: { summary: 'All keys' } },
  async handler(call) {
    const { limit, cursor } = call.query;
    const after = decodeCursor({}, cursor, z.string());
    const keys = await listKeys(call.tx, { within: call.caller.locations, after, limit: limit + 1 });
    const last = keys.length > limit ? keys[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor({}, last.id);
    return { status: 200, body: { data: keys.slice(0, limit).map(showKey), nextCursor } };
  },
});

const deleteKey = route({
  method: 'DELETE',
  path: '/v1/keys/{id}',
  operationId: 'revokeKey',
  summary: 'Revoke a key',
  description:
    'It opens nothing from now on, and what is connected with it is cut off. Webhooks go on: those whose `savedBy` it is are what a key that got into wrong hands may have made its own. Revoking it again is no error.',
  tag: 'Keys',
  scopes: ['admin'],
  kinds: ['secret'],
  params: z.strictObject({
    id: z
      .string()
      .max(64)
      .meta({ examples: ['key_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
  }),
  responses: { 204: { description: 'It is revoked.' } },
  problems: ['not-found'],
  examples: { till: { summary: 'A till that was sold', params: { id: EXAMPLE_KEYS.revoke } } },
  async handler(call) {
    await revokeKey(call.tx, call.caller, call.params.id, call.now);
    return { status: 204 };
  },
});

export const keyRoutes: readonly AnyRoute[] = [postKey, getKeys, deleteKey];
