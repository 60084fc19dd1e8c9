// What a QR code of ours says, and how a scan of one is read. Pure.
//
//   comptoir:pickup:rsv_01M805GM0VVZQWX59QYNSPH2WS:482913   the customer's: the order and its pickup code
//   comptoir:order:rsv_01M805GM0VVZQWX59QYNSPH2WS           the store's own, on slips and labels: the order alone
//
// The shop draws the first into its e-mails and pages, from `id` and `pickupCode` of the confirmed reservation. The
// second opens the order on a tablet and lets nobody collect it: a label hangs where everybody can photograph it.

export type OrderCode = { id: string; pickupCode: string | null };

/** What the customer shows: whoever has it may collect. Never on paper that stays in the store. */
export function customerQr(id: string, pickupCode: string): string {
  return `comptoir:pickup:${id}:${pickupCode}`;
}

/** What slips and labels carry: finds the order, proves nothing. */
export function storeQr(id: string): string {
  return `comptoir:order:${id}`;
}

/**
 * A scan that names an order; null where it is something else (a barcode, another shop's code).
 * Any sign does between the parts, and any case: what separates is what keyboard layouts differ in most.
 */
export function readOrderCode(scan: string): OrderCode | null {
  return (
    readPlain(scan) ??
    readPlain(
      Array.from(scan)
        .map((sign) => AMERICAN.get(sign) ?? sign)
        .join(''),
    )
  );
}

const CODE =
  /^comptoir[^a-z0-9](?:pickup|order)[^a-z0-9]rsv[^a-z0-9]([0-9a-z]{26})(?:[^a-z0-9]([0-9]{4,12}))?$/i;

/** What a French keyboard makes of the keys that a scanner presses on an American one, back again. */
const FRENCH_SIGNS = 'à&é"\'(-è_ç°M,?azqwAZQW';
const AMERICAN_SIGNS = '0123456789_:mMqwazQWAZ';
const AMERICAN = new Map(Array.from(FRENCH_SIGNS).map((sign, place) => [sign, AMERICAN_SIGNS.charAt(place)]));

function readPlain(scan: string): OrderCode | null {
  const [, ulid, pickupCode] = CODE.exec(scan.trim()) ?? [];
  if (ulid === undefined) return null;
  return { id: `rsv_${ulid.toUpperCase()}`, pickupCode: pickupCode ?? null };
}
