// What events change of what the tablet knows: each once, none that is older, and never what they do not tell.
import { expect, test } from '@jest/globals';
import { afterEvent, afterStockEvent, isKept } from '../../src/web/tablet/src/data/facts.ts';
import type { Level } from '../../src/web/tablet/src/data/model.ts';
import { eventOf, lineOf, orderOf } from '../support/tabletOrders.ts';

test('a newer event changes what it tells and keeps what it does not, as known in part', () => {
  const known = orderOf({ lines: [lineOf({ atRisk: true })] });
  const data = {
    status: 'picking',
    takenBy: 'Amélie',
    lines: [{ sku: 'TABLE', quantity: 2, awaited: 0, picked: 1, missing: 0 }],
  };
  expect(afterEvent(known, eventOf({ data }))).toEqual({
    ...known,
    status: 'picking',
    takenBy: 'Amélie',
    acknowledgedAt: null,
    version: 4,
    updatedAt: '2026-03-02T09:40:00.000Z',
    lines: [lineOf({ picked: 1, refused: 0, atRisk: true })],
    isPartial: true,
  });
});

test('a till’s sale is known from its event, and not forgotten over one that does not tell', () => {
  const lines = [{ sku: 'TABLE', quantity: 2, awaited: 0, picked: 0, missing: 0, collected: 1 }];
  const sale = eventOf({ type: 'reservation.collected', data: { status: 'picking', lines } });
  expect(afterEvent(orderOf(), sale)).toMatchObject({ lines: [{ collected: 1 }] });
  const silent = eventOf({ data: { status: 'picking', lines: [{ sku: 'TABLE', quantity: 2 }] } });
  const known = orderOf({ lines: [lineOf({ collected: 1 })] });
  expect(afterEvent(known, silent)).toMatchObject({ lines: [{ collected: 1 }] });
});

test('an event that is known already, or older, changes nothing', () => {
  const known = orderOf({ version: 4 });
  expect(afterEvent(known, eventOf())).toBe(known);
  expect(afterEvent(known, eventOf({ version: 2 }))).toBe(known);
});

test('an order that is new here is shown from its event at once, and a hold that nobody confirmed is not', () => {
  const confirmed = eventOf({
    type: 'reservation.confirmed',
    data: { status: 'confirmed', orderReference: 'A-9' },
  });
  expect(afterEvent(undefined, confirmed)).toMatchObject({
    id: 'rsv_1',
    status: 'confirmed',
    orderReference: 'A-9',
    customer: null,
    isPartial: true,
  });
  expect(afterEvent(undefined, eventOf({ type: 'reservation.held', data: { status: 'held' } }))).toBeNull();
});

test('a risk makes no new version, and is still to be read', () => {
  const known = orderOf({ version: 4 });
  const event = eventOf({ type: 'reservation.at_risk', data: { status: 'confirmed' } });
  expect(afterEvent(known, event)).toMatchObject({ version: 4, isPartial: true });
});

test('orders are kept while they are open or their units are to be put back', () => {
  expect(isKept(orderOf({ status: 'ready' }))).toBe(true);
  expect(isKept(orderOf({ status: 'expired', putBackPending: true }))).toBe(true);
  expect(isKept(orderOf({ status: 'collected' }))).toBe(false);
});

test('a level follows the newest event', () => {
  const level: Level = {
    sku: 'TABLE',
    location: 'LILLE',
    onHand: 5,
    reserved: 1,
    buffer: 1,
    available: 3,
    incoming: 0,
    countedAt: null,
    updatedAt: null,
    version: 7,
  };
  const data = { sku: 'TABLE', onHand: 4, reserved: 1, available: 2, reason: 'sale' };
  const event = eventOf({ type: 'stock.changed', version: 8, data });
  expect(afterStockEvent(level, event)).toMatchObject({ onHand: 4, available: 2, buffer: 1, version: 8 });
  expect(afterStockEvent({ ...level, version: 8 }, event)).toMatchObject({ onHand: 5 });
});
