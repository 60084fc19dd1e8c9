// The catalogue of problems: every code the API may answer, with its status and title. Codes are never reused.
// A Problem is a refusal that belongs to the caller; a bug is an ordinary Error and becomes `internal-error`.

export const PROBLEMS = {
  // What was sent
  'invalid-request': [400, 'The request is not valid'],
  'malformed-body': [400, 'The body is not well-formed'],
  'invalid-cursor': [400, 'The cursor is not valid here'],
  'idempotency-key-required': [400, 'This call needs an Idempotency-Key'],
  unauthorized: [401, 'The key is missing or unknown'],
  forbidden: [403, 'The key may not do this'],
  'wrong-pickup-code': [403, 'The pickup code is wrong'],
  'wrong-pin': [403, 'The PIN is wrong'],
  'over-the-cap': [403, 'A publishable key may not place so large a hold'],
  'not-found': [404, 'There is no such resource'],
  'unknown-item': [404, 'There is no such item'],
  'unknown-location': [404, 'There is no such location'],
  'unknown-source': [404, 'There is no such source'],
  'unknown-reservation': [404, 'There is no such reservation'],
  'unknown-plan': [404, 'There is no such plan'],
  'unknown-transfer': [404, 'There is no such transfer'],
  'unknown-staff': [404, 'There is no such member of staff'],
  'unknown-buffer': [404, 'There is no such buffer rule'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'not-acceptable': [406, 'The representation asked for does not exist'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'cursor-expired': [410, 'The cursor is older than what is kept'],
  'plan-expired': [410, 'The plan no longer holds'],
  'event-expired': [410, 'The event is no longer kept'],
  'precondition-failed': [412, 'The resource has changed since'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The content type is not supported'],
  'expectation-failed': [417, 'The expectation cannot be met'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used with another request'],
  'pickup-locked': [423, 'Too many wrong pickup codes'],
  'pin-locked': [423, 'Too many wrong PINs'],
  'rate-limited': [429, 'Too many requests'],
  'headers-too-large': [431, 'The headers are too large'],
  // What the state does not allow
  'idempotency-key-in-use': [409, 'The first request with this Idempotency-Key is still running'],
  'insufficient-stock': [409, 'There is not enough stock'],
  'reservation-expired': [409, 'The hold expired and its stock is gone'],
  'invalid-transition': [409, 'The state does not allow this'],
  'already-taken': [409, 'Another member of staff prepares this reservation'],
  'order-reference-taken': [409, 'The order reference belongs to another reservation'],
  'lines-not-picked': [409, 'Not every line is picked or missing'],
  'nothing-picked': [409, 'Nothing was picked'],
  'units-not-here': [409, 'The line does not have that many units'],
  'too-many-tellings': [409, 'More was told of the line than of any order'],
  'ambiguous-order-reference': [409, 'Several reservations have this order reference'],
  'prepared-elsewhere': [409, 'The order is prepared at another location'],
  'unknown-line': [409, 'There is no such line'],
  'pickup-disabled': [409, 'The location does not hand over orders'],
  'plan-taken': [409, 'The plan was taken before'],
  'not-supplied': [409, 'Nothing supplies the location'],
  'wrong-handover': [409, 'The order is handed over in another way'],
  'stale-count': [409, 'The level is not what the count expected'],
  'event-id-reused': [409, 'The event id was used for another fact'],
  'level-out-of-range': [409, 'The level would leave the range that can be kept'],
  'occurred-in-the-future': [409, 'The fact lies in the future'],
  'occurred-too-early': [409, 'It cannot have happened that early'],
  'nothing-to-substitute': [409, 'Nothing of the line is missing'],
  'line-exists': [409, 'The reservation has such a line already'],
  'nothing-to-put-back': [409, 'No units wait to be put back'],
  'awaiting-transfer': [409, 'Units are still on their way here'],
  'reservation-unconfirmed': [409, 'The reservation is a hold that nobody has confirmed'],
  'nothing-to-ship': [409, 'No unit would be shipped'],
  'import-finished': [409, 'The import has ended'],
  'pin-required': [409, 'A name alone starts no shift here'],
  'staff-name-taken': [409, 'Somebody there has this name'],
  'pairing-code-invalid': [404, 'The pairing code is wrong, used or too old'],
  'webhook-disabled': [409, 'The webhook is disabled'],
  'too-many-webhooks': [409, 'There are as many webhooks as there may be'],
  'too-many-buffers': [409, 'There are as many buffer rules as may be'],
  conflict: [409, 'The request conflicts with another'],
  // What the server cannot do now
  'internal-error': [500, 'Something went wrong on our side'],
  overloaded: [503, 'The server has too much to do'],
  unavailable: [503, 'The server cannot answer now'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with the input: where (JSON pointer, or `query:`/`header:` name), which rule, in words. */
export type InputError = { pointer: string; code: string; detail: string };

/** The members of a problem document beyond the fixed ones, e.g. `shortages` or `allowed`. */
export type ProblemExtras = { errors?: InputError[]; retryAfterSeconds?: number; [member: string]: unknown };

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    // A refusal is an answer, not a bug: to note where it was made took 12 µs of a refused hold's 200, three times.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = limit;
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  get title(): string {
    return PROBLEMS[this.code][1];
  }
}

/** Refuses input for one reason at one place. */
export function invalid(pointer: string, code: string, detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer, code, detail }] });
}
