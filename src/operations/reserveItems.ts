// Places a hold: all lines or nothing, decided under the levels' locks.
import type { Reservation } from '../domain/reservation.ts';
import { type HoldLines, holdLines, holdNeeds } from './writer/holdSteps.ts';
import type { StockOperation } from './writer/operation.ts';

export type ReserveItems = HoldLines;

/** Refuses as `holdLines` does. */
export const reserveItems: StockOperation<ReserveItems, Reservation> = {
  name: 'reserveItems',
  needs: holdNeeds,
  decide: holdLines,
};
