// The pairing code in what a camera reads: the six digits, or the link that ends with them. Pure.

/** Null: it is something else. */
export function pairingCodeIn(text: string): string | null {
  return /^(?:.*#pair=)?(\d{6})$/.exec(text.trim())?.[1] ?? null;
}
