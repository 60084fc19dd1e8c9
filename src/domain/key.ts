// API keys: kinds, scopes, which go together, and what a secret looks like.
// Hashing is done where keys are stored; randomness comes from the caller.
import { z } from 'zod';
import { locationCodeSchema } from './location.ts';
import { lineOfText } from './text.ts';

export const SCOPES = [
  'availability:read',
  'reservations:write',
  'reservations:read',
  'stock:read',
  'stock:write',
  'catalogue:write',
  'events:read',
  'webhooks:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

export const KEY_KINDS = ['publishable', 'secret', 'device'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What a key in a browser may do at most: availability in bands, and its own holds under caps. */
export const PUBLISHABLE_SCOPES: readonly Scope[] = ['availability:read', 'reservations:write'];

/** What every paired tablet may do, at its one location. */
export const DEVICE_SCOPES: readonly Scope[] = [
  'availability:read',
  'reservations:read',
  'reservations:write',
  'stock:read',
  'stock:write',
  'events:read',
];

export const ADMIN_KEY_ID = 'key_admin';

/** A key as people see it: never its secret. */
export type KeyRecord = {
  id: string;
  name: string;
  kind: KeyKind;
  scopes: Scope[];
  /** Null: every location. */
  locations: string[] | null;
  origins: string[];
  /** The last four characters of the secret. */
  hint: string;
  createdAt: Date;
};

const PREFIX = { publishable: 'ck_live_pub_', secret: 'ck_live_secret_', device: 'ck_live_dev_' } as const;

export const SECRET_BYTES = 32;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is just above 2^256. */
const SECRET_CHARACTERS = 43;

/**
 * The secret: a prefix that says what it is, so that scanners of leaked secrets recognise it, then 256 bits in
 * letters and digits, so that a double click selects the whole. `random` is 32 bytes.
 */
export function makeSecret(kind: KeyKind, random: Uint8Array): string {
  let value = 0n;
  for (const byte of random) value = value * 256n + BigInt(byte);
  let text = '';
  while (text.length < SECRET_CHARACTERS) {
    text = BASE62.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return PREFIX[kind] + text;
}

/** `https://shop.example`, with a port where it is not the usual one: what browsers send as Origin. */
const originSchema = z
  .string()
  .max(255)
  .refine(isOrigin, 'must be a web origin such as https://shop.example, without a path')
  .meta({ description: 'A web origin: scheme, host and, where it is not the usual one, port.' });

/** Browsers compare origins letter by letter: a star would be a letter like any other. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[a-z0-9.:[\]-]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** The body of `POST /v1/keys`. Tablets get theirs by pairing. */
export const keyInputSchema = z
  .strictObject({
    name: lineOfText(100).meta({ description: 'What people call it.', examples: ['Checkout server'] }),
    kind: z.enum(['publishable', 'secret']).meta({
      description:
        '`publishable` for a browser on the shop’s pages, `secret` for servers. Tablets get theirs by pairing.',
    }),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'must not repeat a scope')
      .meta({
        description: 'What it may do. A publishable key: at most `availability:read`, `reservations:write`.',
      }),
    locations: z
      .array(locationCodeSchema)
      .min(1)
      .max(500)
      .refine((codes) => new Set(codes).size === codes.length, 'must not repeat a location')
      .optional()
      .meta({ description: 'Codes of the locations that it is limited to. Absent: all of them.' }),
    origins: z
      .array(originSchema)
      .max(50)
      .optional()
      .meta({ description: 'Only for a publishable key: the web origins that may use it. Absent: any.' }),
  })
  .superRefine((key, context) => {
    if (key.kind === 'secret') {
      if (key.origins?.length) {
        context.addIssue({
          code: 'custom',
          path: ['origins'],
          message: 'a secret key has no place in a browser: only a publishable key has origins',
        });
      }
      return;
    }
    key.scopes.forEach((scope, at) => {
      if (!PUBLISHABLE_SCOPES.includes(scope)) {
        context.addIssue({
          code: 'custom',
          path: ['scopes', at],
          message: `a publishable key may only have ${PUBLISHABLE_SCOPES.join(' and ')}`,
        });
      }
    });
  })
  .meta({ id: 'KeyInput' });

export type KeyInput = z.infer<typeof keyInputSchema>;

/** How the API shows a key. */
export const keySchema = z
  .object({
    id: z.string().meta({ examples: ['key_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
    name: z.string(),
    kind: z.enum(KEY_KINDS),
    scopes: z.array(z.enum(SCOPES)),
    locations: z.array(locationCodeSchema).nullable().meta({ description: 'Null: every location.' }),
    origins: z.array(z.string()),
    hint: z.string().meta({ description: 'The last four characters of the secret.', examples: ['x9Qf'] }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Key' });
export type Key = z.infer<typeof keySchema>;

/** The answer of `POST /v1/keys`: the one time that the secret is shown. */
export const newKeySchema = keySchema
  .extend({ secret: z.string().meta({ description: 'Shown this once; only its hash is kept.' }) })
  .meta({ id: 'NewKey' });

export function showKey(key: KeyRecord): Key {
  const { id, name, kind, scopes, locations, origins, hint } = key;
  return { id, name, kind, scopes, locations, origins, hint, createdAt: key.createdAt.toISOString() };
}
