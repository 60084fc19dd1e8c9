// Slips and labels: what they say, and what they must not.
import { expect, test } from '@jest/globals';
import type { Order, OrderView } from '../../src/web/tablet/src/data/model.ts';
import {
  askedFor,
  printable,
  qrPath,
  rollPages,
  sheetOf,
} from '../../src/web/tablet/src/screens/print/sheet.ts';
import { lineOf, orderOf } from '../support/tabletOrders.ts';

const viewOf = (order: Partial<Order>): OrderView => ({ ...orderOf(order), pending: [], conflicts: [] });

test('a sheet lets nobody collect: no pickup code, no whole name, nothing else of the customer', () => {
  const customer = { name: 'Camille Martin', email: 'camille@example.com', phone: '+33639980000' };
  const sheet = sheetOf(viewOf({ customer, pickupCode: '482913' }), new Map());
  expect(sheet.customer).toBe('Camille M.');
  expect(JSON.stringify(sheet)).not.toMatch(/482913|Martin|camille@|39980000/);
});

test('of a delivery it says the city, and no address', () => {
  const deliverTo = {
    name: 'Camille Martin',
    street: '12 rue des Lilas',
    postalCode: '59000',
    city: 'Lille',
  };
  const sheet = sheetOf(viewOf({ deliverTo }), new Map());
  expect(sheet.deliveryCity).toBe('Lille');
  expect(JSON.stringify(sheet)).not.toMatch(/Lilas|59000|Martin/);
});

test('lines stand in the order in which a person walks: A2 before A10, unplaced ones last, missing ones nowhere', () => {
  const lines = [
    lineOf({ sku: 'NOWHERE', quantity: 1 }),
    lineOf({ sku: 'FAR', quantity: 1, aisle: 'A10' }),
    lineOf({ sku: 'GONE', quantity: 1, missing: 1, aisle: 'A1' }),
    lineOf({ sku: 'NEAR', quantity: 2 }),
  ];
  const sheet = sheetOf(viewOf({ lines }), new Map([['NEAR', { aisle: 'A2' }]]));
  expect(sheet.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['NEAR', 2],
    ['FAR', 1],
    ['NOWHERE', 1],
  ]);
  expect(sheet.units).toBe(4);
});

test('what a till sold is not printed, and what is in the bag beside it is all', () => {
  const lines = [lineOf({ quantity: 2, picked: 1, collected: 1 })];
  expect(sheetOf(viewOf({ status: 'picking', lines }), new Map()).lines).toMatchObject([
    { quantity: 1, isPicked: true },
  ]);
});

test('what is over is not printed, and the most urgent comes first', () => {
  const late = viewOf({ id: 'late', promise: { readyAt: '2026-03-02T18:00:00.000Z' } });
  const soon = viewOf({ id: 'soon', status: 'ready', promise: { readyAt: '2026-03-02T10:00:00.000Z' } });
  const over = viewOf({ id: 'over', status: 'collected' });
  expect(printable([late, over, soon]).map(({ id }) => id)).toEqual(['soon', 'late']);
});

test('the address says what and of which orders', () => {
  expect(askedFor(['label', 'rsv_1,rsv_2'])).toEqual({ kind: 'label', ids: ['rsv_1', 'rsv_2'] });
  expect(askedFor([])).toEqual({ kind: 'slip', ids: [] });
});

test('each label of a roll is as long as its content, rounded up, and never shorter than a printer cuts', () => {
  expect(rollPages([96, 10])).toBe(
    '@page label-0 { size: 62mm 26mm; margin: 0; }\n@page label-1 { size: 62mm 25mm; margin: 0; }',
  );
});

test('neighbouring dark squares of a QR code are drawn as one', () => {
  const dark = ['##.', '..#', '...'];
  expect(qrPath(3, (row, column) => dark[row]?.[column] === '#')).toBe('M0 0h2v1h-2zM2 1h1v1h-1z');
});
