// The people of a store over HTTP: added, listed, changed, removed by the back office; their names listed by a tablet.
// PINs go in and never come out.
import { z } from 'zod';
import { mayUse } from '../../domain/caller.ts';
import { EXAMPLE_STAFF } from '../../domain/exampleIds.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import {
  type StaffRecord,
  showStaff,
  staffChangeSchema,
  staffId,
  staffInputSchema,
  staffSchema,
} from '../../domain/staff.ts';
import { createStaff } from '../../operations/createStaff.ts';
import { removeStaff } from '../../operations/removeStaff.ts';
import { saveStaff } from '../../operations/saveStaff.ts';
import { findStaff, listStaff } from '../../queries/staff.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { tagBeside } from '../etag.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { writeGuard } from '../writeGuard.ts';

const params = z.strictObject({ id: staffId });
/** A hash each time: 60 ms of a core and 19 MiB. */
const HASH_COST = 60;

/** A lock is told by the tag as well: it makes no version, so that wrong PINs stand in nobody's way who changes a name. */
function shownWithTag(staff: StaffRecord, now: Date) {
  const body = showStaff(staff, now);
  return { body, etag: tagBeside(staff.version, body.lockedUntil) };
}

const postStaff = route({
  method: 'POST',
  path: '/v1/staff',
  operationId: 'createStaff',
  summary: 'Add a member of staff',
  description:
    'From then on who starts a shift at a tablet of the location says with a PIN who they are. Only a slow hash of it is kept (argon2id).',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  cost: HASH_COST,
  body: staffInputSchema,
  responses: { 201: { description: 'The member of staff.', schema: staffSchema } },
  problems: ['unknown-location', 'staff-name-taken'],
  examples: {
    amelie: {
      summary: 'Somebody new in Lyon',
      body: { name: 'Nadia', location: 'FR-LYON-01', pin: '4711' },
    },
  },
  async handler(call) {
    const staff = await createStaff(call.tx, call.caller, call.body, call.now);
    return { status: 201, ...shownWithTag(staff, call.now) };
  },
});

const getStaff = route({
  method: 'GET',
  path: '/v1/staff',
  operationId: 'listStaff',
  summary: 'List staff',
  description:
    'The oldest first, never a PIN. For a tablet: the people of its location, to choose from when a shift starts. Empty: a name alone starts one.',
  tag: 'Devices',
  scopes: ['admin', 'reservations:read'],
  query: z.strictObject({ location: locationCodeSchema.optional(), ...page }),
  responses: { 200: { description: 'A page of people.', schema: listOf(staffSchema) } },
  problems: ['invalid-cursor'],
  examples: { lille: { summary: 'The people of a store', query: { location: 'FR-LILLE-01' } } },
  async handler(call) {
    const { location, limit, cursor } = call.query;
    const after = decodeCursor({ location }, cursor, z.string());
    const people = await listStaff(call.tx, {
      locations: call.caller.locations,
      location: location ?? null,
      after,
      limit: limit + 1,
    });
    const last = people.length > limit ? people[limit - 1] : undefined;
    return {
      status: 200,
      body: {
        data: people.slice(0, limit).map((staff) => showStaff(staff, call.now)),
        nextCursor: last === undefined ? null : encodeCursor({ location }, last.id),
      },
    };
  },
});

const getOneStaff = route({
  method: 'GET',
  path: '/v1/staff/{id}',
  operationId: 'getStaff',
  summary: 'Read a member of staff',
  tag: 'Devices',
  scopes: ['admin', 'reservations:read'],
  params,
  responses: { 200: { description: 'The member of staff.', schema: staffSchema } },
  problems: ['unknown-staff'],
  examples: { lea: { summary: 'Somebody in Toulouse', params: { id: EXAMPLE_STAFF.change } } },
  async handler(call) {
    const staff = await findStaff(call.tx, call.params.id);
    if (staff === null || !mayUse(call.caller, staff.location)) {
      throw new Problem('unknown-staff', 'There is no such member of staff.');
    }
    return { status: 200, ...shownWithTag(staff, call.now) };
  },
});

const putStaff = route({
  method: 'PUT',
  path: '/v1/staff/{id}',
  operationId: 'putStaff',
  summary: 'Change a member of staff',
  description:
    'A new name, a new PIN, or both; without a PIN the old one stays. A new PIN unlocks who was locked, and ends the shifts that were begun with the old one. `If-Match` guards against overwriting somebody else’s change.',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  cost: HASH_COST,
  params,
  body: staffChangeSchema,
  responses: { 200: { description: 'The member of staff.', schema: staffSchema } },
  problems: ['unknown-staff', 'staff-name-taken', 'precondition-failed'],
  examples: {
    married: { summary: 'A new name', params: { id: EXAMPLE_STAFF.change }, body: { name: 'Léa Martin' } },
  },
  async handler(call) {
    const command = { id: call.params.id, change: call.body, guard: writeGuard(call) };
    const staff = await saveStaff(call.tx, call.caller, command, call.now);
    return { status: 200, ...shownWithTag(staff, call.now) };
  },
});

const deleteStaff = route({
  method: 'DELETE',
  path: '/v1/staff/{id}',
  operationId: 'removeStaff',
  summary: 'Remove a member of staff',
  description: 'Their shifts end. Histories keep their name.',
  tag: 'Devices',
  scopes: ['admin'],
  kinds: ['secret'],
  params,
  responses: { 204: { description: 'They are removed.' } },
  problems: ['unknown-staff', 'precondition-failed'],
  examples: { left: { summary: 'Somebody who left', params: { id: EXAMPLE_STAFF.remove } } },
  async handler(call) {
    await removeStaff(call.tx, { caller: call.caller, id: call.params.id, guard: writeGuard(call) });
    return { status: 204 };
  },
});

export const staffRoutes: readonly AnyRoute[] = [postStaff, getStaff, getOneStaff, putStaff, deleteStaff];
