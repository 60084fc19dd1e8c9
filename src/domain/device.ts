// Devices: a tablet in one location, from its pairing code to its own key.
// Randomness and clock come from the caller; what the key may do is key.ts's.
import { z } from 'zod';
import { locationCodeSchema, locationSchema } from './location.ts';
import { shiftSchema } from './staff.ts';
import { lineOfText } from './text.ts';

/** How long a pairing code may be used. */
export const PAIRING_SECONDS = 600;

/**
 * A code dies after this many wrong guesses, whoever made them: so guessers find it with a chance of three in ten
 * thousand at most, and no address can spoil a pairing alone (each may guess some ten times a minute).
 */
export const PAIRING_GUESSES_MAX = 300;

/** There are a million codes. */
export const PAIRING_CODES = 1_000_000;

export const DEVICE_STATUSES = ['waiting', 'expired', 'paired'] as const;
export type DeviceStatus = (typeof DEVICE_STATUSES)[number];

/** A device as it is kept. */
export type DeviceRecord = {
  id: string;
  name: string;
  /** The code of its location. */
  location: string;
  pairingExpiresAt: Date | null;
  pairingGuesses: number;
  /** Its key, once it is paired. */
  keyId: string | null;
  createdAt: Date;
  pairedAt: Date | null;
};

/** The body of `POST /v1/devices`. */
export const deviceInputSchema = z
  .strictObject({
    name: lineOfText(100).meta({ description: 'What staff call it.', examples: ['Counter tablet'] }),
    location: locationCodeSchema,
  })
  .meta({ id: 'DeviceInput' });
export type DeviceInput = z.infer<typeof deviceInputSchema>;

export const pairingCodeSchema = z
  .string()
  .regex(/^[0-9]{6}$/, 'must be six digits')
  .meta({ description: 'Six digits, valid for 10 minutes, once.', examples: ['042137'] });

/** How the API shows a device. */
export const deviceSchema = z
  .object({
    id: z.string().meta({ examples: ['dev_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
    name: z.string(),
    location: locationCodeSchema,
    status: z.enum(DEVICE_STATUSES).meta({
      description: '`waiting` for its code, `expired` (make another device), or `paired`.',
    }),
    pairingExpiresAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    pairedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof deviceSchema>;

export const LANGUAGES = ['fr', 'en'] as const;

/** What a tablet is told about itself: with its location, whole, and who works at it. */
export const ownDeviceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    location: locationSchema,
    pairedAt: z.iso.datetime(),
    shift: shiftSchema.nullable().meta({ description: 'Null: nobody has said who works at it.' }),
    settings: z.object({
      offlineHandOver: z.boolean().meta({ description: 'Whether it may hand over while it is offline.' }),
      language: z.enum(LANGUAGES).meta({
        description: 'What it speaks until its staff choose: the country’s, where it is one of ours.',
      }),
      clockSkewSeconds: z.int().meta({
        description: 'How far ahead of the server’s clock `occurredAt` may be.',
      }),
      occurredDaysMax: z.int().meta({ description: 'How old `occurredAt` may be.' }),
    }),
  })
  .meta({ id: 'OwnDevice' });

/** Countries most of whose counters speak French. */
const FRENCH = new Set([
  'FR',
  'MC',
  'BE',
  'LU',
  'CH',
  'GP',
  'MQ',
  'GF',
  'RE',
  'YT',
  'PM',
  'NC',
  'PF',
  'WF',
  'BL',
  'MF',
]);

export function languageOf(country: string): (typeof LANGUAGES)[number] {
  return FRENCH.has(country) ? 'fr' : 'en';
}

export function deviceStatus(device: DeviceRecord, now: Date): DeviceStatus {
  if (device.pairedAt !== null) return 'paired';
  const open = device.pairingExpiresAt !== null && device.pairingExpiresAt > now;
  return open && device.pairingGuesses < PAIRING_GUESSES_MAX ? 'waiting' : 'expired';
}

export function showDevice(device: DeviceRecord, now: Date): Device {
  const status = deviceStatus(device, now);
  return {
    id: device.id,
    name: device.name,
    location: device.location,
    status,
    pairingExpiresAt: status === 'waiting' ? (device.pairingExpiresAt?.toISOString() ?? null) : null,
    createdAt: device.createdAt.toISOString(),
    pairedAt: device.pairedAt?.toISOString() ?? null,
  };
}
