// Configuration: the environment, checked once, as one frozen object. Every variable is described here and nowhere
// else (the README's table is VARIABLES). Reads no file, has no side effect.
import { z } from 'zod';
import { EVIDENCE_DAYS } from './domain/doubt.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/**
 * Names that only we could have meant: a misspelt one must not pass unseen. The tests have a corner of their own, and
 * callers of the API (npm run import, the README's walk) keep their key and its address beside ours.
 */
const OURS = /^COMPTOIR_(?!TEST_|KEY$|URL$)/;
const POSTGRES_URL = /^postgres(ql)?:\/\/\S+$/;

function integer(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
}

const onOff = z.enum(['on', 'off'], { error: 'must be `on` or `off`' }).transform((value) => value === 'on');

/** Name → what it means and how it is checked. Unset or empty means the default. */
export const VARIABLES = {
  PORT: {
    about: 'The port to listen on; 0 takes a free one.',
    shownDefault: '3000',
    schema: integer(0, 65_535).default(3000),
  },
  HOST: {
    about: 'The address to listen on.',
    shownDefault: '127.0.0.1 with the embedded database, otherwise 0.0.0.0',
    schema: z.string().max(255).optional(),
  },
  DATABASE_URL: {
    about: 'An external PostgreSQL, 15 to 18. Unset: an embedded PostgreSQL in the data directory.',
    shownDefault: 'unset',
    schema: z
      .string()
      .regex(POSTGRES_URL, 'must look like postgres://user:password@host:5432/name')
      .optional(),
  },
  COMPTOIR_DATA_DIR: {
    about: 'Where the embedded database and the admin key made for it are kept.',
    shownDefault: '.data',
    schema: z.string().default('.data'),
  },
  COMPTOIR_ADMIN_KEY: {
    about:
      'The first key, with every scope: 16 to 200 letters, digits and `-._~`. Unset on the embedded database: one is made and kept in the data directory. Unset on an external one: only a key that was made before can make others.',
    shownDefault: 'unset',
    schema: z
      .string()
      .regex(/^[\w.~-]{16,200}$/, 'must be 16 to 200 letters, digits and `-._~`')
      .optional(),
  },
  COMPTOIR_DEMO: {
    about:
      '`1`: an empty database gets the demo retailer Fait Maison, with a key that `/docs` shows to everybody. `0` starts empty.',
    shownDefault: '1 with the embedded database, otherwise 0',
    schema: z
      .enum(['0', '1'], { error: 'must be `0` or `1`' })
      .optional()
      .transform((value) => (value === undefined ? null : value === '1')),
  },
  COMPTOIR_RATE_LIMITS: {
    about: '`off` for load tests.',
    shownDefault: 'on',
    schema: onOff.default(true),
  },
  COMPTOIR_KEY_POINTS_PER_MINUTE: {
    about: 'What one key may spend in a minute; most calls cost 1 point.',
    shownDefault: '60000',
    schema: integer(1, 100_000_000).default(60_000),
  },
  COMPTOIR_ADDRESS_POINTS_PER_MINUTE: {
    about:
      'What one address may spend in a minute with a publishable key, which all browsers share, with keys that are not good, or on one route that needs no key.',
    shownDefault: '600',
    schema: integer(1, 100_000_000).default(600),
  },
  COMPTOIR_TRUST_PROXY: {
    about: 'How many proxies in front are trusted to say the client’s address and scheme (X-Forwarded-*).',
    shownDefault: '0',
    schema: integer(0, 10).default(0),
  },
  COMPTOIR_BODY_BYTES_MAX: {
    about: 'The largest JSON body; imports are streamed and have no such limit. A route may allow more.',
    shownDefault: '1048576',
    schema: integer(1_024, 64 * 1_048_576).default(1_048_576),
  },
  COMPTOIR_DATABASE_CONNECTIONS: {
    about:
      'The most connections to PostgreSQL at once; the feed, the stock writer and imports have seven more of their own.',
    shownDefault: '10',
    schema: integer(3, 500).default(10),
  },
  COMPTOIR_LEVELS_MAX: {
    about:
      'Stock levels kept in memory for availability, about 20 bytes each; the items asked for least are dropped first.',
    shownDefault: '5000000',
    schema: integer(10_000, 1_000_000_000).default(5_000_000),
  },
  COMPTOIR_EVENT_DAYS: {
    about:
      'Days for which events are kept, and cursors are good; up to a fifth longer, because they go by spans of time.',
    shownDefault: '30',
    schema: integer(1, 3_650).default(30),
  },
  COMPTOIR_CONFLICT_DAYS: {
    about: `Days for which counts that contradict each other are kept as evidence; at least the ${EVIDENCE_DAYS} that the list of what to count looks back.`,
    shownDefault: '90',
    schema: integer(EVIDENCE_DAYS, 3_650).default(EVIDENCE_DAYS),
  },
  COMPTOIR_UNACKNOWLEDGED_MINUTES: {
    about:
      'Minutes of a store’s open time after which an order that nobody there has touched is told as `reservation.unacknowledged`; 0: never.',
    shownDefault: '10',
    schema: integer(0, 10_080).default(10),
  },
  COMPTOIR_WEBHOOK_LOCAL: {
    about:
      'For development: `on` lets webhooks go to http and to addresses of this network. Never where others may make webhooks.',
    shownDefault: 'off',
    schema: onOff.default(false),
  },
  COMPTOIR_LOG_LEVEL: {
    about: `One of ${LOG_LEVELS.join(', ')}. Each request is one line at \`info\`.`,
    shownDefault: 'info',
    schema: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  },
} as const;

export type Config = Readonly<{
  port: number;
  host: string;
  /** Null: the embedded database. */
  databaseUrl: string | null;
  dataDir: string;
  /** Null: made by the embedded database's start, or there is none. */
  adminKey: string | null;
  demo: boolean;
  rateLimits: boolean;
  keyPointsPerMinute: number;
  addressPointsPerMinute: number;
  proxiesTrusted: number;
  bodyBytesMax: number;
  databaseConnectionsMax: number;
  levelsMax: number;
  eventDays: number;
  conflictDays: number;
  unacknowledgedMinutes: number;
  webhookLocal: boolean;
  logLevel: (typeof LOG_LEVELS)[number];
}>;

/** Wrong configuration: `mistakes` holds one sentence for each, naming its variable and never its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

const schema = z.object({
  PORT: VARIABLES.PORT.schema,
  HOST: VARIABLES.HOST.schema,
  DATABASE_URL: VARIABLES.DATABASE_URL.schema,
  COMPTOIR_DATA_DIR: VARIABLES.COMPTOIR_DATA_DIR.schema,
  COMPTOIR_ADMIN_KEY: VARIABLES.COMPTOIR_ADMIN_KEY.schema,
  COMPTOIR_DEMO: VARIABLES.COMPTOIR_DEMO.schema,
  COMPTOIR_RATE_LIMITS: VARIABLES.COMPTOIR_RATE_LIMITS.schema,
  COMPTOIR_KEY_POINTS_PER_MINUTE: VARIABLES.COMPTOIR_KEY_POINTS_PER_MINUTE.schema,
  COMPTOIR_ADDRESS_POINTS_PER_MINUTE: VARIABLES.COMPTOIR_ADDRESS_POINTS_PER_MINUTE.schema,
  COMPTOIR_TRUST_PROXY: VARIABLES.COMPTOIR_TRUST_PROXY.schema,
  COMPTOIR_BODY_BYTES_MAX: VARIABLES.COMPTOIR_BODY_BYTES_MAX.schema,
  COMPTOIR_DATABASE_CONNECTIONS: VARIABLES.COMPTOIR_DATABASE_CONNECTIONS.schema,
  COMPTOIR_LEVELS_MAX: VARIABLES.COMPTOIR_LEVELS_MAX.schema,
  COMPTOIR_EVENT_DAYS: VARIABLES.COMPTOIR_EVENT_DAYS.schema,
  COMPTOIR_CONFLICT_DAYS: VARIABLES.COMPTOIR_CONFLICT_DAYS.schema,
  COMPTOIR_UNACKNOWLEDGED_MINUTES: VARIABLES.COMPTOIR_UNACKNOWLEDGED_MINUTES.schema,
  COMPTOIR_WEBHOOK_LOCAL: VARIABLES.COMPTOIR_WEBHOOK_LOCAL.schema,
  COMPTOIR_LOG_LEVEL: VARIABLES.COMPTOIR_LOG_LEVEL.schema,
});

/** Reads the environment. Throws a ConfigError that lists every mistake at once, misspelt names included. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const unknown = Object.keys(set).filter((name) => OURS.test(name) && !(name in VARIABLES));
  const parsed = schema.safeParse(set);
  const mistakes = [
    ...unknown.map((name) => `${name} is not a variable of Comptoir.`),
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}.`),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);
  const read = parsed.data;
  return Object.freeze({
    port: read.PORT,
    host: read.HOST ?? (read.DATABASE_URL === undefined ? '127.0.0.1' : '0.0.0.0'),
    databaseUrl: read.DATABASE_URL ?? null,
    dataDir: read.COMPTOIR_DATA_DIR,
    adminKey: read.COMPTOIR_ADMIN_KEY ?? null,
    demo: read.COMPTOIR_DEMO ?? read.DATABASE_URL === undefined,
    rateLimits: read.COMPTOIR_RATE_LIMITS,
    keyPointsPerMinute: read.COMPTOIR_KEY_POINTS_PER_MINUTE,
    addressPointsPerMinute: read.COMPTOIR_ADDRESS_POINTS_PER_MINUTE,
    proxiesTrusted: read.COMPTOIR_TRUST_PROXY,
    bodyBytesMax: read.COMPTOIR_BODY_BYTES_MAX,
    databaseConnectionsMax: read.COMPTOIR_DATABASE_CONNECTIONS,
    levelsMax: read.COMPTOIR_LEVELS_MAX,
    eventDays: read.COMPTOIR_EVENT_DAYS,
    conflictDays: read.COMPTOIR_CONFLICT_DAYS,
    unacknowledgedMinutes: read.COMPTOIR_UNACKNOWLEDGED_MINUTES,
    webhookLocal: read.COMPTOIR_WEBHOOK_LOCAL,
    logLevel: read.COMPTOIR_LOG_LEVEL,
  });
}
