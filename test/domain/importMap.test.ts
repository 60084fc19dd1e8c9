// The notation of an import's map: what each way of writing means, and that what cannot be read is refused.
import { expect, test } from '@jest/globals';
import { lookUp, parseMap } from '../../src/domain/importMap.ts';
import { Problem } from '../../src/domain/problem.ts';

const column = (name: string) => ({ kind: 'column', name, table: null });
const constant = (text: string) => ({ kind: 'constant', text });

test.each([
  ['a column', 'sku:Item Number', [{ field: 'sku', sources: [column('Item Number')] }]],
  [
    'a name with a slash, brackets of the round kind and a sharp needs no quotes',
    'eventId:Invoice/Item Number,quantity:Sale (Dollars),code:#Id',
    [
      { field: 'eventId', sources: [column('Invoice/Item Number')] },
      { field: 'quantity', sources: [column('Sale (Dollars)')] },
      { field: 'code', sources: [column('#Id')] },
    ],
  ],
  [
    'a colon in a column’s name needs no quotes',
    'sku:Ref: item',
    [{ field: 'sku', sources: [column('Ref: item')] }],
  ],
  [
    'quotes around names with commas, pipes or brackets; the quote itself is doubled',
    `sku:"a, b|c [d] ""e""",name:'l''article'`,
    [
      { field: 'sku', sources: [column('a, b|c [d] "e"')] },
      { field: 'name', sources: [column("l'article")] },
    ],
  ],
  [
    'an apostrophe inside a name is one',
    "name:Complément d'adresse",
    [{ field: 'name', sources: [column("Complément d'adresse")] }],
  ],
  ['a constant', 'source:=iowa', [{ field: 'source', sources: [constant('iowa')] }]],
  [
    'a constant with a colon',
    'replenishment.cutOff:=14:00',
    [{ field: 'replenishment.cutOff', sources: [constant('14:00')] }],
  ],
  [
    'a quoted constant',
    "openingHours.osm:='Mo-Fr 09:00-12:00,14:00-18:00'",
    [{ field: 'openingHours.osm', sources: [constant('Mo-Fr 09:00-12:00,14:00-18:00')] }],
  ],
  [
    'the first that is not empty',
    'address.street:Adresse|Lieu_dit|=-',
    [{ field: 'address.street', sources: [column('Adresse'), column('Lieu_dit'), constant('-')] }],
  ],
  [
    'a template',
    'code:~IA-{Store}-{Till}!',
    [{ field: 'code', sources: [{ kind: 'template', parts: ['IA-', 'Store', '-', 'Till', '!'] }] }],
  ],
  [
    'a field that stays empty',
    'expected:,sku:A',
    [
      { field: 'expected', sources: [constant('')] },
      { field: 'sku', sources: [column('A')] },
    ],
  ],
  [
    'spaces around the marks',
    ' sku : A , source := b ',
    [
      { field: 'sku', sources: [column('A')] },
      { field: 'source', sources: [constant('b')] },
    ],
  ],
  ['nothing', '', []],
])('%s', (_, text, entries) => {
  expect(parseMap(text)).toEqual(entries);
});

test('a table gives the exact entry, then the longest prefix, then the one for all, else nothing', () => {
  const tableOf = (text: string) => {
    const [entry] = parseMap(text);
    const [source] = entry?.sources ?? [];
    return source?.kind === 'column' && source.table !== null ? source.table : null;
  };
  const zones = tableOf("timeZone:Zip[97*=A;974*=Indian/Reunion;97400=B;'9*'=C]");
  const rest = tableOf('type:Kind[S=sale;*=adjustment]');
  if (zones === null || rest === null) throw new Error('expected tables');
  expect(['97411', '97400', '97150', '9*', '75001'].map((zip) => lookUp(zones, zip))).toEqual([
    'Indian/Reunion',
    'B',
    'A',
    'C',
    null,
  ]);
  expect([lookUp(rest, 'S'), lookUp(rest, '')]).toEqual(['sale', 'adjustment']);
});

test.each([
  ['no colon', 'sku'],
  ['no field', ':A'],
  ['a field twice', 'sku:A,sku:B'],
  ['an open quote', 'sku:"A'],
  ['text after a quote', 'sku:"A"B'],
  ['an open table', 'type:K[S=sale'],
  ['a table without a value', 'type:K[S]'],
  ['a template without a column', 'code:~IA'],
  ['more fields than there may be', Array.from({ length: 101 }, (_, n) => `attributes.${n}:A`).join(',')],
])('%s is refused, with the place', (_, text) => {
  expect(() => parseMap(text)).toThrow(Problem);
  expect(() => parseMap(text)).toThrow(/At character \d+ of the map/);
});
