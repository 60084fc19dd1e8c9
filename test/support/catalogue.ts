// A store as tests describe one, and a caller of the API. Owns no assertion.
import request from 'supertest';
import type { LocationInput } from '../../src/domain/location.ts';

export function locationInput(change: Partial<LocationInput> = {}): LocationInput {
  return {
    kind: 'store',
    name: 'Fait Maison Lille Béthune',
    address: { street: '22 rue de Béthune', postalCode: '59800', city: 'Lille', country: 'FR' },
    coordinates: { latitude: 50.6346, longitude: 3.0612 },
    timeZone: 'Europe/Paris',
    openingHours: {
      weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], opens: '09:30', closes: '19:00' }],
      exceptions: [{ date: '2026-12-25', closed: true }],
    },
    pickup: { enabled: true, preparationMinutes: 60, holdDays: 5, ordersPerHour: 20 },
    ...change,
  };
}

type Method = 'get' | 'put' | 'post' | 'delete';

/** Calls the API at `url` with one key; headers beside. */
export function callerOf(url: string, token: string | null) {
  const call = (method: Method, path: string, body?: object, headers: Record<string, string> = {}) => {
    const asked = request(url)[method](path).set(headers);
    if (token !== null) asked.set('Authorization', `Bearer ${token}`);
    return body === undefined ? asked : asked.send(body);
  };
  return {
    get: (path: string, headers?: Record<string, string>) => call('get', path, undefined, headers),
    put: (path: string, body: object, headers?: Record<string, string>) => call('put', path, body, headers),
    post: (path: string, body: object, headers?: Record<string, string>) => call('post', path, body, headers),
    delete: (path: string, headers?: Record<string, string>) => call('delete', path, undefined, headers),
  };
}

/** The answers' statuses, the lowest first: who won a race does not matter. */
export function statusesOf(answers: readonly { status: number }[]): number[] {
  return answers.map(({ status }) => status).sort((a, b) => a - b);
}
