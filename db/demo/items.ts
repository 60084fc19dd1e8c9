// Owns the retailer's range: the items of every room, each with its barcodes.
// Must not know stock. An item's barcode follows its place in the range: add new families at a room's end.

import { bathroom } from './catalogue/bathroom.ts';
import { bedroom } from './catalogue/bedroom.ts';
import { decoration } from './catalogue/decoration.ts';
import { diningRoom } from './catalogue/diningRoom.ts';
import { itemsOf, type Turnover } from './catalogue/family.ts';
import { kitchen } from './catalogue/kitchen.ts';
import { lighting } from './catalogue/lighting.ts';
import { livingRoom } from './catalogue/livingRoom.ts';
import { officeAndHall } from './catalogue/officeAndHall.ts';
import { outdoors } from './catalogue/outdoors.ts';
import { textiles } from './catalogue/textiles.ts';
import type { DemoItem } from './retailer.ts';

/** An item, and how fast it sells. */
export type RangeEntry = { item: DemoItem; turnover: Turnover };

const rooms = [
  livingRoom,
  textiles,
  diningRoom,
  kitchen,
  bedroom,
  bathroom,
  lighting,
  decoration,
  officeAndHall,
  outdoors,
];

/** GS1 keeps 20 to 29 for use inside one company, so that none of these is a real product's code. */
const currentPrefix = '20';
const formerPrefix = '21';
const firstNumber = 4_170_000_100;

/** One item in so many still comes in its former packaging, and answers to that barcode too. */
const formerBarcodeEvery = 12;

function ean13(firstTwelve: string): string {
  let sum = 0;
  for (let index = 0; index < firstTwelve.length; index += 1) {
    sum += Number(firstTwelve.charAt(index)) * (index % 2 === 0 ? 1 : 3);
  }
  return `${firstTwelve}${(10 - (sum % 10)) % 10}`;
}

function barcodesOf(place: number): string[] {
  const number = firstNumber + place;
  const barcodes = [ean13(`${currentPrefix}${number}`)];
  if (place % formerBarcodeEvery === 0) barcodes.push(ean13(`${formerPrefix}${number}`));
  return barcodes;
}

/** The 500 items of the range; the same whatever the day. */
export function range(): RangeEntry[] {
  return rooms
    .flat()
    .flatMap((family) => itemsOf(family).map((item) => ({ item, turnover: family.turnover })))
    .map(({ item, turnover }, place) => ({ item: { ...item, barcodes: barcodesOf(place) }, turnover }));
}
