// What is kept of promises is what would be worked out anew, at every instant and whatever changes meanwhile.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LocationRecord } from '../../src/domain/location.ts';
import { promiseByTransfer, promiseHere } from '../../src/domain/promise.ts';
import { OpenOrders } from '../../src/views/openOrders.ts';
import { Promises } from '../../src/views/promises.ts';
import { locationInput } from '../support/catalogue.ts';

const source = record('WAREHOUSE', {});
const places = [
  record('STORE', {
    pickup: { enabled: true, preparationMinutes: 45, holdDays: 5, ordersPerHour: 3 },
    replenishment: { from: 'WAREHOUSE', leadTimeDays: 1, cutOff: '11:30' },
  }),
  record('NEVER', { openingHours: { weekly: [], exceptions: [] } }),
];

function record(code: string, change: Parameters<typeof locationInput>[0]): LocationRecord {
  const input = locationInput({ name: code, ...change });
  const at = new Date(0);
  const replenishment = input.replenishment ?? null;
  return { ...input, replenishment, id: code.length, code, version: 1, createdAt: at, updatedAt: at };
}

test('whenever asked, in whatever order of instants, orders and changes', () => {
  // Around an opening, the cut-off, a closing and a midnight in Paris, to the millisecond.
  const instant = fc
    .tuple(
      fc.constantFrom('2026-11-24T08:00Z', '2026-11-24T10:30Z', '2026-11-24T18:00Z', '2026-11-24T23:00Z'),
      fc.constantFrom(-60_000, -59_999, -30_000, -1, 0, 1, 59_999, 60_000),
    )
    .map(([near, off]) => new Date(Date.parse(near) + off));
  const step = fc.record({
    place: fc.nat(places.length - 1),
    now: instant,
    change: fc.constantFrom('none', 'none', 'order', 'hours'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const orders = new OpenOrders({ database: neverAsked(), onError: () => {} });
      const promises = new Promises(orders);
      const known = [...places];
      for (const [number, { place, now, change }] of steps.entries()) {
        const location = { ...(known[place] as LocationRecord) };
        if (change === 'order') {
          const joins = {
            type: 'reservation.confirmed' as const,
            location: location.code,
            subject: `${number}`,
            data: { status: 'confirmed' },
          };
          orders.onEvents([joins]);
        }
        if (change === 'hours') {
          location.pickup = {
            ...location.pickup,
            preparationMinutes: location.pickup.preparationMinutes + 7,
          };
          known[place] = location;
        }
        const current = known[place] as LocationRecord;
        const counter = promises.counterAt(current);
        expect(counter.queuedOrders).toBe(orders.count(current.code));
        const here = promiseHere({ ...counter, now })?.readyAt.getTime() ?? null;
        expect(promises.here(place, current, now)).toBe(here);
        const { replenishment } = current;
        const sent =
          replenishment === null
            ? null
            : promiseByTransfer({
                destination: counter,
                source: { hours: source.openingHours, timeZone: source.timeZone },
                replenishment,
                now,
              });
        expect(promises.byTransfer(place, current, source, now)).toBe(sent?.readyAt.getTime() ?? null);
      }
    }),
  );
});

function neverAsked() {
  const refuse = () => Promise.reject(new Error('nothing is read here'));
  return { run: refuse, drizzle: null as never };
}
