// What the demo has in stock and how it moved for a month. The fold here is this file's own, not the domain's.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type DemoRetailer, faitMaison } from '../../../db/demo/faitMaison.ts';
import { found } from './found.ts';

/** A summer's day, a month that spans two years, one with a change of the clocks, the year's last minutes. */
const instants = [
  '2026-06-20T12:34:56.000Z',
  '2026-01-08T16:00:00.000Z',
  '2027-08-16T07:00:00.000Z',
  '2028-04-02T01:30:00.000Z',
  '2026-12-31T23:30:00.000Z',
];
const dayMs = 86_400_000;

describe.each(instants)('the stock at %s', (instant) => {
  let data: DemoRetailer;
  let minimum: Map<string, number>;
  let onHand: Map<string, number>;
  const signs = { sale: -1, loss: -1, damage: -1, return: 1, receipt: 1, found: 1, adjustment: 1 } as const;
  const key = ({ sku, location: code }: { sku: string; location: string }) => `${code} ${sku}`;

  beforeAll(() => {
    data = faitMaison(new Date(instant));
    onHand = new Map(data.counts.map((count) => [key(count), count.onHand]));
    minimum = new Map(onHand);
    for (const movement of data.movements) {
      const units = found(onHand.get(key(movement))) + signs[movement.type] * movement.quantity;
      onHand.set(key(movement), units);
      minimum.set(key(movement), Math.min(units, found(minimum.get(key(movement)))));
    }
  });

  test('names only known items and locations, each pair counted once', () => {
    const skus = new Set(data.items.map(({ sku }) => sku));
    const codes = new Set(data.locations.map(({ code }) => code));
    const named = [...data.counts, ...data.movements];
    expect(named.filter(({ sku, location: code }) => !skus.has(sku) || !codes.has(code))).toEqual([]);
    expect(onHand.size).toBe(data.counts.length);
  });

  test('is never below zero on the way', () => {
    expect([...minimum].filter(([, units]) => units < 0)).toEqual([]);
  });

  test('gives every message an id of its own within its source', () => {
    const ids = [...data.counts, ...data.movements].map(({ source, eventId }) => `${source} ${eventId}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^(pos|wms)-[a-z0-9-]+ \S+$/.test(id))).toEqual([]);
  });

  test('is told in order, after the count and before now', () => {
    const times = data.movements.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual([...times].sort());
    const [first, last] = [found(times[0]), found(times.at(-1))];
    const earliest = Date.parse(instant) - 32 * dayMs;
    expect(last < new Date(instant).toISOString()).toBe(true);
    expect(data.counts.filter(({ countedAt }) => countedAt >= first)).toEqual([]);
    expect(data.counts.filter(({ countedAt }) => Date.parse(countedAt) < earliest)).toEqual([]);
  });

  test('moves by whole units, signed for adjustments alone', () => {
    const wrong = data.movements.filter(
      ({ type, quantity }) =>
        !Number.isInteger(quantity) || quantity === 0 || (quantity < 0 && type !== 'adjustment'),
    );
    expect(wrong).toEqual([]);
    expect(data.movements.length).toBeGreaterThan(5000);
    expect(data.movements.length).toBeLessThan(8000);
  });

  test('is a store’s share of the range, and all of it in a warehouse', () => {
    for (const { code, kind } of data.locations) {
      const kept = data.counts.filter((count) => count.location === code).length / data.items.length;
      expect(kept).toBeGreaterThanOrEqual(kind === 'warehouse' ? 1 : 0.6);
      expect(kept).toBeLessThanOrEqual(kind === 'warehouse' ? 1 : 0.8);
    }
  });

  test('has items sold out and last units', () => {
    expect([...onHand.values()].filter((units) => units === 0).length).toBeGreaterThan(100);
    expect([...onHand.values()].filter((units) => units === 1).length).toBeGreaterThan(100);
  });

  test('sends to stores only what left a warehouse', () => {
    const sent = new Map<string, number>();
    for (const { type, reference, sku, quantity } of data.movements) {
      if (!reference.startsWith('BL-')) continue;
      const left = (sent.get(`${reference} ${sku}`) ?? 0) - quantity;
      expect(type === 'receipt' ? left : -quantity).toBeGreaterThanOrEqual(0);
      sent.set(`${reference} ${sku}`, left);
    }
    expect([...sent.values()].filter((units) => units === 0).length).toBeGreaterThan(500);
  });

  test('serves every reservation of the script, and the showcase cart five times over after them', () => {
    const open = new Map(onHand);
    const { showcase } = data;
    const carts = [...data.reservations, ...data.examples, ...Array.from({ length: 5 }, () => showcase)];
    for (const { location: code, lines } of carts) {
      for (const { sku, quantity } of lines) {
        const left = (open.get(key({ sku, location: code })) ?? 0) - quantity;
        expect(left).toBeGreaterThanOrEqual(0);
        open.set(key({ sku, location: code }), left);
      }
    }
  });
});

describe('the movements', () => {
  const june = faitMaison(new Date('2026-06-20T12:34:56Z'));

  test('of a store happen in its opening hours, deliveries just before', () => {
    const may: DemoRetailer = faitMaison(new Date('2026-05-30T20:00:00Z'));
    const sales = may.movements.filter(({ type }) => type === 'sale');
    const days = (code: string) =>
      new Set(
        sales.filter(({ location: at }) => at === code).map(({ occurredAt }) => occurredAt.slice(0, 10)),
      );
    expect(
      [...days('FR-LILLE-01')].filter((date) => ['2026-05-01', '2026-05-03', '2026-05-08'].includes(date)),
    ).toEqual([]);
    expect(days('FR-PARIS-01')).toContain('2026-05-03');
    const lille = sales
      .filter(({ location: at }) => at === 'FR-LILLE-01')
      .map(({ occurredAt }) => occurredAt.slice(11));
    expect(lille.filter((time) => time < '08:00' || time >= '18:30')).toEqual([]);
  });

  test('bring back at most what was sold', () => {
    const tickets = new Map<string, number>();
    for (const { type, reference, sku, quantity } of june.movements) {
      if (type !== 'sale' && type !== 'return') continue;
      const left = (tickets.get(`${reference} ${sku}`) ?? 0) + (type === 'sale' ? quantity : -quantity);
      expect(left).toBeGreaterThanOrEqual(0);
      tickets.set(`${reference} ${sku}`, left);
    }
    expect(june.movements.filter(({ type }) => type === 'return').length).toBeGreaterThan(50);
  });
});
