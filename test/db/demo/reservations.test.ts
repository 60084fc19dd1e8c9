// The orders that the demo plays: each state is there, nobody in it is real.
import { describe, expect, test } from '@jest/globals';
import { type DemoReservation, faitMaison } from '../../../db/demo/faitMaison.ts';
import { found, repeated } from './found.ts';

const now = new Date('2026-06-20T12:34:56Z');
const retailer = faitMaison(now);

describe('the reservations', () => {
  test('stand in every state, most of them at Lille', () => {
    const states = new Set(retailer.reservations.map(({ reach }) => reach));
    expect([...states].sort()).toEqual(
      ['cancelled', 'collected', 'confirmed', 'expired', 'held', 'picking', 'ready'].sort(),
    );
    const lille = retailer.reservations.filter(({ location: code }) => code === 'FR-LILLE-01');
    expect(lille.length).toBeGreaterThan(retailer.reservations.length / 2);
    expect(lille.length).toBeLessThan(retailer.reservations.length);
  });

  test('name order references and customers of their own, and nobody real', () => {
    expect(repeated(retailer.reservations.map(({ orderReference }) => orderReference))).toEqual([]);
    expect(repeated(retailer.reservations.map(({ customer }) => customer.reference))).toEqual([]);
    for (const { customer } of retailer.reservations) {
      expect(customer.email).toMatch(/^[a-z.]+@example\.com$/);
      expect(customer.phone).toMatch(/^\+3363998\d{4}$/);
    }
  });

  test('ask for different items, in the numbers the contract allows', () => {
    for (const { lines, ttlSeconds } of retailer.reservations) {
      expect(lines.length).toBeGreaterThan(0);
      expect(repeated(lines.map(({ sku }) => sku))).toEqual([]);
      expect(lines.every(({ quantity }) => quantity > 0)).toBe(true);
      expect(ttlSeconds).toBeGreaterThanOrEqual(30);
      expect(ttlSeconds).toBeLessThanOrEqual(14_400);
    }
  });

  test('are still held when they say held, and run out when they say expired', () => {
    const inTime = (reservation: DemoReservation) =>
      Date.parse(reservation.placedAt) + reservation.ttlSeconds * 1000 > now.getTime();
    const reaching = (state: string) => retailer.reservations.filter(({ reach }) => reach === state);
    expect(reaching('held').every(inTime)).toBe(true);
    expect(reaching('expired').some(inTime)).toBe(false);
  });

  test('were placed before now', () => {
    for (const { placedAt } of retailer.reservations) {
      expect(Date.parse(placedAt)).toBeLessThan(now.getTime());
    }
  });

  test('say who prepared them, where they wait and what is missing, as far as they went', () => {
    for (const { reach, staff, shelf, missing, cancelled, lines } of retailer.reservations) {
      const wasReady = reach === 'ready' || reach === 'collected' || cancelled?.from === 'ready';
      expect(shelf !== undefined).toBe(wasReady);
      expect(staff !== undefined).toBe(wasReady || reach === 'picking');
      expect(cancelled !== undefined).toBe(reach === 'cancelled');
      for (const { sku, quantity } of missing ?? []) {
        expect(found(lines.find((line) => line.sku === sku)).quantity).toBeGreaterThan(quantity);
      }
    }
    expect(retailer.reservations.some(({ missing }) => missing !== undefined)).toBe(true);
  });
});
