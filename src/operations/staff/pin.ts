// PINs as they are kept: argon2id, each with a salt of its own, in the PHC string format. Knows no person.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * What OWASP asks for at least: 19 MiB, two passes, one lane. It runs in libuv's thread pool, not on the event loop, at
 * most four at once: 76 MiB. Measured: 60 ms on an idle core, 0.3 s on two busy ones. No hash makes four digits hard to
 * guess for whoever has the table; five tries do for everybody else.
 */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const derive = promisify(argon2);

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

export async function hashPin(pin: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const tag = await derive('argon2id', { ...COST, message: pin, nonce, tagLength: TAG_BYTES });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(nonce)}$${text(tag)}`;
}

/** With the parameters that the hash was made with, which may be those of an older version. */
export async function isPin(pin: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, expected] = PHC.exec(hash) ?? [];
  if (salt === undefined || expected === undefined) throw new Error('a PIN’s hash cannot be read');
  const tag = Buffer.from(expected, 'base64');
  const found = await derive('argon2id', {
    message: pin,
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: tag.length,
  });
  return timingSafeEqual(found, tag);
}

/** Base64 without padding, as the format has it. */
function text(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
