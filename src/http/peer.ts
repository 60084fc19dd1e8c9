// Where a request comes from, behind as many proxies of ours as there are: the client's address, and by which protocol.
// Says what Express says as `req.ip` and `req.protocol` when `trust proxy` is a number; most answers need neither.
import type { IncomingMessage } from 'node:http';

/** The client's address; each proxy has put the one that it saw at the end of X-Forwarded-For. */
export function addressOf({ socket, headers }: IncomingMessage, proxies: number): string {
  const direct = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (proxies === 0 || forwarded === undefined) return direct;
  const told = String(forwarded)
    .split(',')
    .map((address) => address.replace(/^ +| +$/g, ''))
    .filter((address) => address !== '');
  const nearestFirst = [direct, ...told.reverse()];
  return nearestFirst[Math.min(proxies, nearestFirst.length - 1)] ?? direct;
}

/** `https` or `http`; behind a proxy of ours, what it says that it was asked by. */
export function protocolOf({ socket, headers }: IncomingMessage, proxies: number): string {
  const direct = 'encrypted' in socket && socket.encrypted ? 'https' : 'http';
  const told = headers['x-forwarded-proto'];
  if (proxies === 0 || told === undefined || told === '') return direct;
  return (String(told).split(',')[0] ?? '').trim();
}
