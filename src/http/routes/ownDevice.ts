// What a tablet asks about itself: where it stands, what it may do, who works at it.
// Who may have which tablet is devices.ts's.
import { type DeviceRecord, languageOf, ownDeviceSchema } from '../../domain/device.ts';
import { EXAMPLE_STAFF } from '../../domain/exampleIds.ts';
import { CLOCK_SKEW_SECONDS_MAX } from '../../domain/level.ts';
import { showLocation } from '../../domain/location.ts';
import { OCCURRED_DAYS_MAX } from '../../domain/occurred.ts';
import { Problem } from '../../domain/problem.ts';
import { shiftInputSchema, shiftSchema, showShift } from '../../domain/staff.ts';
import { endShift } from '../../operations/endShift.ts';
import { startShift } from '../../operations/startShift.ts';
import { findDevice } from '../../queries/devices.ts';
import { findLocation } from '../../queries/locations.ts';
import { findShift } from '../../queries/staff.ts';
import { problemDocument, problemHeaders } from '../problems.ts';
import { type AnyRoute, type Call, route } from '../route.ts';

/** A key has 60,000 points a minute unless configured otherwise: 200 tries of a PIN, each a slow hash. */
const PIN_COST = 300;

async function deviceOf(call: Pick<Call, 'caller' | 'tx'>): Promise<DeviceRecord> {
  const { deviceId } = call.caller;
  const device = deviceId === null ? null : await findDevice(call.tx, deviceId);
  if (device === null) throw new Problem('not-found', 'There is no such device.');
  return device;
}

const getOwnDevice = route({
  method: 'GET',
  path: '/v1/devices/self',
  operationId: 'getOwnDevice',
  summary: 'Who am I?',
  description: 'For a tablet: itself, its location, who works at it, and what its location lets it do.',
  tag: 'Devices',
  scopes: ['stock:read'],
  kinds: ['device'],
  responses: {
    200: { description: 'The tablet that asks.', schema: ownDeviceSchema },
    304: { description: 'As it was.' },
  },
  problems: ['not-found'],
  async handler(call) {
    const { id, name, location: code, pairedAt } = await deviceOf(call);
    const location = await findLocation(call.tx, code);
    if (location === null || pairedAt === null) throw new Problem('not-found', 'There is no such device.');
    const shift = await findShift(call.tx, id);
    const body = {
      id,
      name,
      location: showLocation(location),
      pairedAt: pairedAt.toISOString(),
      shift: shift && showShift(shift),
      settings: {
        offlineHandOver: location.pickup.offlineHandOver ?? false,
        language: languageOf(location.address.country),
        clockSkewSeconds: CLOCK_SKEW_SECONDS_MAX,
        occurredDaysMax: OCCURRED_DAYS_MAX,
      },
    };
    // A device itself never changes; where it stands does, and who works at it.
    return { status: 200, body, etag: `"v${location.version}-${shift?.startedAt.getTime() ?? 0}"` };
  },
});

const postShift = route({
  method: 'POST',
  path: '/v1/devices/self/shift',
  operationId: 'startShift',
  summary: 'Start a shift',
  description:
    'Somebody says who they are: with `staffId` and PIN or, in a location without a list of people, by `name`. Until the shift ends, or another one starts, this tablet’s moves are recorded as theirs. Five wrong PINs lock the person at every tablet for 15 minutes: 423 `pin-locked`.',
  tag: 'Devices',
  scopes: ['reservations:write'],
  kinds: ['device'],
  cost: PIN_COST,
  body: shiftInputSchema,
  responses: { 200: { description: 'The shift.', schema: shiftSchema } },
  problems: ['not-found', 'unknown-staff', 'wrong-pin', 'pin-locked', 'pin-required'],
  examples: {
    pin: { summary: 'With a PIN', body: { staffId: EXAMPLE_STAFF.change, pin: '8642' } },
  },
  async handler(call) {
    const shift = await startShift(call.tx, await deviceOf(call), call.body, call.now);
    if (!(shift instanceof Problem)) return { status: 200, body: showShift(shift) };
    // Answered rather than thrown: the wrong PIN was counted, and that must be committed.
    return { status: shift.status, body: problemDocument(shift, call), headers: problemHeaders(shift) };
  },
});

const deleteShift = route({
  method: 'DELETE',
  path: '/v1/devices/self/shift',
  operationId: 'endShift',
  summary: 'End the shift',
  description: 'Nobody works at the tablet now. Ending it twice is no error.',
  tag: 'Devices',
  scopes: ['reservations:write'],
  kinds: ['device'],
  responses: { 204: { description: 'It is ended.' } },
  problems: ['not-found'],
  async handler(call) {
    const { id } = await deviceOf(call);
    await endShift(call.tx, id);
    return { status: 204 };
  },
});

export const ownDeviceRoutes: readonly AnyRoute[] = [getOwnDevice, postShift, deleteShift];
