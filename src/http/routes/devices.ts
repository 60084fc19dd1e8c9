// Devices over HTTP: made with a pairing code, paired by the tablet itself, listed, removed.
// Codes and tokens are the operations' affair.
import { z } from 'zod';
import { deviceInputSchema, deviceSchema, pairingCodeSchema, showDevice } from '../../domain/device.ts';
import { EXAMPLE_DEVICES } from '../../domain/exampleIds.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { createDevice } from '../../operations/createDevice.ts';
import { pairDevice } from '../../operations/pairDevice.ts';
import { removeDevice } from '../../operations/removeDevice.ts';
import { listDevices } from '../../queries/devices.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { problemDocument } from '../problems.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';

/** An address has 600 points a minute unless configured otherwise: ten guesses. */
const GUESS_COST = 60;

const postDevice = route({
  method: 'POST',
  path: '/v1/devices',
  operationId: 'createDevice',
  summary: 'Make a device to be paired',
  description: 'The answer holds a pairing code, this once: type it into the tablet within 10 minutes.',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  body: deviceInputSchema,
  responses: {
    201: {
      description: 'The device, waiting to be paired.',
      schema: deviceSchema.extend({ pairingCode: pairingCodeSchema }).meta({ id: 'NewDevice' }),
      links: {
        pair: {
          operationId: 'pairDevice',
          description: 'The code is for ten minutes, and for one tablet: this answer gives it.',
          requestBody: { code: '$response.body#/pairingCode' },
        },
      },
    },
  },
  problems: ['unknown-location', 'overloaded'],
  examples: {
    counter: {
      summary: 'The tablet at the counter in Lille',
      body: { name: 'Counter', location: 'FR-LILLE-01' },
    },
  },
  async handler(call) {
    const { device, pairingCode } = await createDevice(call.tx, call.caller, call.body, call.now);
    return { status: 201, body: { ...showDevice(device, call.now), pairingCode } };
  },
});

const postPair = route({
  method: 'POST',
  path: '/v1/devices/pair',
  operationId: 'pairDevice',
  summary: 'Pair this tablet',
  description:
    'Needs no key: the code is what lets the tablet in. A code works once, for 10 minutes, and dies after too many wrong guesses by anyone. With an `Idempotency-Key`, a tablet that lost the answer can ask for it again.',
  tag: 'Devices',
  scopes: 'public',
  cost: GUESS_COST,
  body: z.strictObject({ code: pairingCodeSchema }),
  responses: {
    200: {
      description: 'The device and its token, which is its key from now on.',
      schema: deviceSchema
        .extend({ token: z.string().meta({ description: 'Shown this once; only its hash is kept.' }) })
        .meta({ id: 'PairedDevice' }),
    },
  },
  problems: ['pairing-code-invalid'],
  async handler(call) {
    const paired = await pairDevice(call.tx, call.body.code, call.now);
    if (paired !== null) {
      return { status: 200, body: { ...showDevice(paired.device, call.now), token: paired.token } };
    }
    // Answered rather than thrown: the wrong guess was counted, and that must be committed.
    const problem = new Problem(
      'pairing-code-invalid',
      'The code is wrong, was used, or is older than 10 minutes.',
    );
    return { status: problem.status, body: problemDocument(problem, call) };
  },
});

const getDevices = route({
  method: 'GET',
  path: '/v1/devices',
  operationId: 'listDevices',
  summary: 'List devices',
  description: 'Those that were not removed, the oldest first. Never a code or a token.',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  query: z.strictObject({ location: locationCodeSchema.optional(), ...page }),
  responses: { 200: { description: 'A page of devices.', schema: listOf(deviceSchema) } },
  problems: ['invalid-cursor'],
  examples: { lille: { summary: 'The tablets of a store', query: { location: 'FR-LILLE-01' } } },
  async handler(call) {
    const { location, limit, cursor } = call.query;
    const after = decodeCursor({ location }, cursor, z.string());
    const devices = await listDevices(call.tx, {
      locations: call.caller.locations,
      location: location ?? null,
      after,
      limit: limit + 1,
    });
    const last = devices.length > limit ? devices[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor({ location }, last.id);
    const data = devices.slice(0, limit).map((device) => showDevice(device, call.now));
    return { status: 200, body: { data, nextCursor } };
  },
});

const deleteDevice = route({
  method: 'DELETE',
  path: '/v1/devices/{id}',
  operationId: 'removeDevice',
  summary: 'Remove a device',
  description: 'Its token opens nothing from now on, and the tablet is cut off.',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  params: z.strictObject({
    id: z
      .string()
      .max(64)
      .meta({ examples: ['dev_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
  }),
  responses: { 204: { description: 'It is removed.' } },
  problems: ['not-found'],
  examples: { broken: { summary: 'A tablet that broke', params: { id: EXAMPLE_DEVICES.remove } } },
  async handler(call) {
    await removeDevice(call.tx, call.caller, call.params.id, call.now);
    return { status: 204 };
  },
});

export const deviceRoutes: readonly AnyRoute[] = [postDevice, postPair, getDevices, deleteDevice];
