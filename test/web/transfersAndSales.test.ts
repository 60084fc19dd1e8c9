// Unpacking a transfer in totals, and selling from elsewhere, as the API takes them.
import { expect, test } from '@jest/globals';
import { errorsOf, referenceOf, type SaleDraft, saleOf } from '../../src/web/tablet/src/screens/sell/sale.ts';
import {
  afterReport,
  reportOf,
  stillToCome,
  type Transfer,
  withAll,
  withFigure,
} from '../../src/web/tablet/src/screens/transfers/receiving.ts';

const cushions = {
  sku: 'CUSHION',
  quantity: 6,
  shipped: 6,
  received: 2,
  damaged: 0,
  lost: 0,
  outstanding: 4,
  atRisk: false,
};
const lamps = {
  ...{ sku: 'LAMP', quantity: 1, shipped: 1, received: 0, damaged: 0, lost: 0, outstanding: 1 },
  atRisk: false,
};
const transfer: Transfer = {
  id: 'trf_1',
  status: 'partly_received',
  from: 'DEPOT',
  to: 'HERE',
  lines: [cushions, lamps],
  expectedAt: '2026-11-24T09:00:00Z',
  late: false,
  shippable: false,
  reservationId: null,
  reference: null,
  version: 3,
};

test('a report tells totals, and the lines that changed only', () => {
  const counting = withFigure({}, cushions, 'received', 5);
  expect(reportOf(transfer, {}, false)).toBeNull();
  expect(reportOf(transfer, counting, false)).toEqual({
    lines: [{ sku: 'CUSHION', received: 5, damaged: 0, lost: 0 }],
  });
  expect(reportOf(transfer, {}, true)).toEqual({ lines: [], complete: true });
});

test('figures never fall below what was told before', () => {
  expect(reportOf(transfer, withFigure({}, cushions, 'received', 1), false)).toBeNull();
});

test('damaged units are not taken for arrived ones when the rest of a line is', () => {
  const counting = withAll(withFigure({}, cushions, 'damaged', 1), cushions);
  expect(counting.CUSHION).toEqual({ received: 5, damaged: 1, lost: 0 });
  expect(stillToCome(cushions, counting)).toBe(0);
});

test('more than was shipped is taken as it is', () => {
  const counting = withFigure({}, lamps, 'received', 3);
  expect(stillToCome(lamps, counting)).toBe(0);
  expect(reportOf(transfer, counting, false)?.lines).toEqual([
    { sku: 'LAMP', received: 3, damaged: 0, lost: 0 },
  ]);
});

test('what is missing of a transfer that is told complete is lost', () => {
  const after = afterReport(transfer, withFigure({}, cushions, 'received', 5), true);
  expect(after.status).toBe('received');
  expect(after.lines.map(({ lost, outstanding }) => [lost, outstanding])).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

const draft: SaleDraft = {
  sku: 'LAMP',
  quantity: 2,
  way: 'pickup',
  from: 'THERE',
  name: ' Camille Martin ',
  phone: '06 12 34 56 78',
  email: '',
  isPaid: false,
  street: '',
  postalCode: '',
  city: '',
  country: 'FR',
  instructions: '',
};
const delivery: SaleDraft = {
  ...draft,
  way: 'deliver',
  street: '12 rue des Lilas',
  postalCode: '59000',
  city: 'Lille',
};
const terms = { reference: 'HERE-1', locale: 'fr-FR' };

test.each([
  [draft, {}],
  [
    { ...draft, name: ' ', phone: '' },
    { name: 'required', phone: 'required' },
  ],
  [{ ...draft, phone: '', email: 'camille@example.org' }, {}],
  [
    { ...draft, phone: 'later', email: 'camille' },
    { phone: 'phone', email: 'email' },
  ],
  [delivery, {}],
  [
    { ...delivery, street: '', postalCode: '5900' },
    { street: 'required', postalCode: 'postalCode' },
  ],
  [{ ...delivery, country: 'BE', postalCode: '1000' }, {}],
  [{ ...delivery, country: 'NL', postalCode: '1012 AB' }, {}],
])('a sale is checked before it is sent (%#)', (sale, errors) => {
  expect(errorsOf(sale)).toEqual(errors);
});

test('a sale is held where it is collected, where it is sent from, or here with a transfer', () => {
  expect(saleOf(draft, 'HERE', terms)).toEqual({
    place: {
      location: 'THERE',
      channel: 'store',
      lines: [{ sku: 'LAMP', quantity: 2 }],
      customer: { name: 'Camille Martin', phone: '06 12 34 56 78', locale: 'fr-FR' },
      payment: 'in_store',
    },
    confirm: { orderReference: 'HERE-1' },
  });
  expect(saleOf({ ...draft, way: 'bring' }, 'HERE', terms).place).toMatchObject({
    location: 'HERE',
    fulfilment: 'transfer',
    transferFrom: 'THERE',
  });
  expect(saleOf(delivery, 'HERE', terms).place).toMatchObject({
    location: 'THERE',
    payment: 'online',
    deliverTo: { name: 'Camille Martin', street: '12 rue des Lilas', postalCode: '59000', country: 'FR' },
  });
});

test('an order reference names the store and the day, and ends in letters that nobody mixes up', () => {
  expect(referenceOf('FR-LILLE-01', new Date('2026-11-22T09:00:00Z'), [0, 1, 29, 255])).toBe(
    'FR-LILLE-01-261122-23ZH',
  );
});
