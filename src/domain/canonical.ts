// One text for one JSON value, whatever the order of its members: how two descriptions are compared.
// PostgreSQL's jsonb does not keep the order of members, so a plain comparison of texts would see changes everywhere.

/** Equal values give equal texts. Members that are undefined do not count. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (isPlainObject(member) ? sorted(member) : member));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
