// The people of a store: their names, their PINs, and the shift that one of them has at a tablet.
// How a PIN is kept is operations/staff/pin.ts's; the clock comes from the caller.
import { z } from 'zod';
import { locationCodeSchema } from './location.ts';
import { lineOfText } from './text.ts';

/** So many wrong PINs in a row lock a person, at every tablet, for so long. */
export const PIN_TRIES_MAX = 5;
export const PIN_LOCK_SECONDS = 15 * 60;

/** A member of staff as kept. The PIN's hash leaves the table only to be compared. */
export type StaffRecord = {
  id: string;
  /** The code of their location. */
  location: string;
  name: string;
  pinTries: number;
  pinLockedUntil: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** Who works at a tablet now. `staffId` null: by name only, in a store without a list of people. */
export type Shift = { staffId: string | null; name: string; startedAt: Date };

const staffName = lineOfText(100).meta({
  description: 'What colleagues call them: shown in histories. Unique in its location.',
  examples: ['Amélie'],
});

export const pinSchema = z
  .string()
  .regex(/^[0-9]{4,8}$/, 'must be 4 to 8 digits')
  .meta({ description: '4 to 8 digits. Never shown again.', examples: ['4711'] });

export const staffId = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['obj_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] });

/** The body of `POST /v1/staff`. */
export const staffInputSchema = z
  .strictObject({ name: staffName, location: locationCodeSchema, pin: pinSchema })
  .meta({ id: 'StaffInput' });
export type StaffInput = z.infer<typeof staffInputSchema>;

/** The body of `PUT /v1/staff/{id}`: without a PIN, the old one stays. */
export const staffChangeSchema = z
  .strictObject({ name: staffName, pin: pinSchema.optional() })
  .meta({ id: 'StaffChange' });
export type StaffChange = z.infer<typeof staffChangeSchema>;

/** How the API shows a member of staff. */
export const staffSchema = z
  .object({
    id: staffId,
    name: z.string(),
    location: locationCodeSchema,
    lockedUntil: z.iso.datetime().nullable().meta({ description: 'Set after five wrong PINs.' }),
    version: z.int().min(1),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Staff' });

/** The body of `POST /v1/devices/self/shift`. */
export const shiftInputSchema = z
  .strictObject({ staffId: staffId.optional(), pin: pinSchema.optional(), name: staffName.optional() })
  .refine(
    ({ staffId: id, pin, name }) =>
      name === undefined ? id !== undefined && pin !== undefined : id === undefined && pin === undefined,
    {
      path: ['staffId'],
      message: 'give either a staffId with its pin, or a name',
    },
  )
  .meta({ id: 'ShiftInput' });
export type ShiftInput = z.infer<typeof shiftInputSchema>;

export const shiftSchema = z
  .object({
    staff: z.object({
      id: staffId.nullable().meta({ description: 'Null: by name only.' }),
      name: z.string(),
    }),
    startedAt: z.iso.datetime(),
  })
  .meta({ id: 'Shift', description: 'Who works at the tablet. Its moves are recorded as theirs.' });

export function showStaff(staff: StaffRecord, now: Date): z.input<typeof staffSchema> {
  const { id, name, location, version } = staff;
  return {
    id,
    name,
    location,
    lockedUntil: isLocked(staff, now) ? (staff.pinLockedUntil?.toISOString() ?? null) : null,
    version,
    createdAt: staff.createdAt.toISOString(),
    updatedAt: staff.updatedAt.toISOString(),
  };
}

export function showShift(shift: Shift): z.input<typeof shiftSchema> {
  return { staff: { id: shift.staffId, name: shift.name }, startedAt: shift.startedAt.toISOString() };
}

export function isLocked({ pinLockedUntil }: Pick<StaffRecord, 'pinLockedUntil'>, now: Date): boolean {
  return pinLockedUntil !== null && pinLockedUntil > now;
}
