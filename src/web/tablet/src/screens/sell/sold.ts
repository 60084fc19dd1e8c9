// What the steps of a sale hand to each other: where it comes from, what is asked of the customer, what was sold.
import type { Outcome } from '../../data/model.ts';
import type { Place } from '../stock/places.ts';
import type { SaleDraft, WayOfSale } from './sale.ts';

export type Chosen = { place: Place; way: WayOfSale; quantity: number };

export type FieldProps = {
  label: string;
  value: string;
  onInput: (value: string) => void;
  error: string | null;
};

export type Sold = {
  draft: SaleDraft;
  chosen: Chosen;
  reference: string;
  actionId: string;
  done: Promise<Outcome>;
};
