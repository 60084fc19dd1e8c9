// Which addresses webhooks may be sent to: https on the public Internet, unless a development setting opens it up.
// Judges URLs as they are written and addresses as they are resolved; resolves nothing and connects to nothing.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { invalid } from '../../domain/problem.ts';

/** Names that never lead to the public Internet, whatever a resolver says (RFC 6761, 6762, 8375, 9476 and usage). */
const LOCAL_NAMES =
  /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid|onion|alt)$/;
const HTTPS_PORT = 443;
/** Below, other well-known services listen: mail, remote shells, printers. */
const FREE_PORT_MIN = 1_024;

/**
 * Refuses a URL that may not be a webhook's: `invalid-request` at `/url`. The URL is taken apart as the sender will,
 * so decimal, octal, hexadecimal and shortened forms of an IPv4 address are that address.
 * @param allowsLocal development: http, and any address
 */
export function checkTarget(text: string, allowsLocal: boolean): void {
  const url = URL.parse(text);
  const refuse = (code: string, detail: string) => invalid('/url', code, detail);
  if (url === null || !/^https?:$/.test(url.protocol)) throw refuse('bad-url', 'This is not an https URL.');
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      'credentials',
      'A URL may not hold a user name or a password: receivers check the signature.',
    );
  }
  if (url.hash !== '') throw refuse('bad-url', 'A URL to send to has no fragment.');
  if (allowsLocal) return;
  if (url.protocol !== 'https:') throw refuse('https-required', 'Events are sent over https only.');
  const port = url.port === '' ? HTTPS_PORT : Number(url.port);
  if (port !== HTTPS_PORT && port < FREE_PORT_MIN) {
    throw refuse('port-refused', `Port ${port} belongs to another service: use 443, or 1024 and above.`);
  }
  if (!isPublicHost(url.hostname)) {
    throw refuse('address-refused', 'The host is not on the public Internet.');
  }
}

/** A host as a URL has it. A name may still lead anywhere: what it resolves to is checked when it is connected to. */
function isPublicHost(hostname: string): boolean {
  const address = addressIn(hostname);
  if (address !== null) return isPublicAddress(address);
  const name = hostname.replace(/\.$/, '').toLowerCase();
  return name.includes('.') && !LOCAL_NAMES.test(name);
}

/** The address when the host of a URL is one (IPv6 with or without its brackets); null for a name. */
export function addressIn(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

/**
 * True for global unicast addresses only. Not for private, loopback, link-local (cloud metadata), shared, multicast,
 * documentation and reserved ones, nor for any that carry another address inside (IPv4-mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed.kind() === 'ipv4') return true;
  // All that was ever given out for the Internet is in 2000::/3; what lies elsewhere is not, whatever it becomes.
  return ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
}
