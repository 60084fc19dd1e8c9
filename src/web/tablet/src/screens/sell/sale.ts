// A sale of this store that another place serves: what is asked for, what is wrong with it, and the calls that make it.
// Pure.
import type { ActionBodies } from '../../data/model.ts';

/** `pickup`: collected there. `bring`: sent here and collected here. `deliver`: sent from there to the customer. */
export const WAYS = ['pickup', 'bring', 'deliver'] as const;
export type WayOfSale = (typeof WAYS)[number];

export type SaleDraft = {
  sku: string;
  quantity: number;
  way: WayOfSale;
  /** The place that has it. */
  from: string;
  name: string;
  phone: string;
  email: string;
  /** Paid at this store's till; else when it is collected. */
  isPaid: boolean;
  street: string;
  postalCode: string;
  city: string;
  country: string;
  instructions: string;
};

export type SaleField = 'name' | 'phone' | 'email' | 'street' | 'postalCode' | 'city';
export type SaleError = 'required' | 'phone' | 'email' | 'postalCode';
export type SaleErrors = Partial<Record<SaleField, SaleError>>;

export const QUANTITY_MAX = 99;
const PHONE = /^\+?[0-9 ().-]{4,32}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;
/** Postal codes where their form is known; elsewhere any will do. */
const POSTAL_CODES: Readonly<Record<string, RegExp>> = {
  FR: /^\d{5}$/,
  MC: /^980\d{2}$/,
  BE: /^\d{4}$/,
  LU: /^\d{4}$/,
  CH: /^\d{4}$/,
  DE: /^\d{5}$/,
  ES: /^\d{5}$/,
  IT: /^\d{5}$/,
};
export const COUNTRIES: readonly string[] = Object.keys(POSTAL_CODES);

/** What is wrong, by field; empty: it can be sold. */
export function errorsOf(draft: SaleDraft): SaleErrors {
  const errors: SaleErrors = {};
  const phone = draft.phone.trim();
  const email = draft.email.trim();
  if (draft.name.trim() === '') errors.name = 'required';
  // Whoever comes, or waits at home, must be reached when something goes wrong.
  if (phone === '' && email === '') errors.phone = 'required';
  else if (phone !== '' && !PHONE.test(phone)) errors.phone = 'phone';
  if (email !== '' && !EMAIL.test(email)) errors.email = 'email';
  if (draft.way !== 'deliver') return errors;
  for (const field of ['street', 'postalCode', 'city'] as const) {
    if (draft[field].trim() === '') errors[field] = 'required';
  }
  const form = POSTAL_CODES[draft.country];
  if (errors.postalCode === undefined && form !== undefined && !form.test(draft.postalCode.trim())) {
    errors.postalCode = 'postalCode';
  }
  return errors;
}

/** The hold and its confirmation. `own` is this store, which sells. */
export function saleOf(
  draft: SaleDraft,
  own: string,
  { reference, locale }: { reference: string; locale: string },
): ActionBodies['sell'] {
  const customer = { name: draft.name.trim(), ...contactOf(draft), locale };
  // What is sent home is paid before it leaves.
  const payment = draft.isPaid || draft.way === 'deliver' ? 'online' : 'in_store';
  const lines = [{ sku: draft.sku, quantity: draft.quantity }];
  const terms = { lines, channel: 'store', customer, payment };
  const place =
    draft.way === 'bring'
      ? { ...terms, location: own, fulfilment: 'transfer', transferFrom: draft.from }
      : {
          ...terms,
          location: draft.from,
          ...(draft.way === 'deliver' ? { deliverTo: addressOf(draft) } : {}),
        };
  return { place, confirm: { orderReference: reference } };
}

/** A number that people can read aloud, unique in the channel of stores: the store, the day, and some chance. */
export function referenceOf(own: string, at: Date, chance: readonly number[]): string {
  const day = at.toISOString().slice(2, 10).replaceAll('-', '');
  const letters = chance.map((number) => LETTERS[number % LETTERS.length]).join('');
  return `${own}-${day}-${letters}`;
}

/** Without those that are taken for each other. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

function contactOf({ phone, email }: SaleDraft) {
  return {
    ...(phone.trim() === '' ? {} : { phone: phone.trim() }),
    ...(email.trim() === '' ? {} : { email: email.trim() }),
  };
}

function addressOf({ name, street, postalCode, city, country, phone, instructions }: SaleDraft) {
  return {
    name: name.trim(),
    street: street.trim(),
    postalCode: postalCode.trim(),
    city: city.trim(),
    country,
    ...(phone.trim() === '' ? {} : { phone: phone.trim() }),
    ...(instructions.trim() === '' ? {} : { instructions: instructions.trim() }),
  };
}
