// The opening_hours library (OpenStreetMap's reference evaluator, LGPL-3.0, used as it is), on a clock of ours.
// It knows how to load it; what its answers mean for our hours is osmHours.ts's.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';

/** What we use of the library. Dates are wall-clock times: read and make them as UTC. It throws text or errors. */
export interface OsmExpression {
  isWeekStable(): boolean;
  /** `[from, until, isUnknown, comment]` in order; cut to the range. */
  getOpenIntervals(from: Date, until: Date): [Date, Date, boolean, string | undefined][];
  getStructuredWarnings(): { type: string; message: string }[];
}

interface Place {
  /** ISO 3166 alpha-2, lower case, and a region as OpenStreetMap names it: they decide the public holidays. */
  address: { country_code: string; state: string };
}

type OsmExpressionClass = new (text: string, place: Place, mode: 0) => OsmExpression;

let loaded: OsmExpressionClass | undefined;

/**
 * The library evaluates in the local time of the machine, and adds days as 24 hours. On a machine whose zone
 * changes its clocks it would be wrong on those days: hours in the skipped hour move, a Saturday night ends on
 * Friday. So its module gets a `Date` of its own, whose local time is UTC and which has no present: the same
 * text gives the same hours on every machine, whatever TZ says, and nothing outside of the module changes.
 */
export function osmExpressionClass(): OsmExpressionClass {
  loaded ??= load();
  return loaded;
}

function load(): OsmExpressionClass {
  const require = createRequire(join(import.meta.dirname, 'openingHoursLibrary.ts'));
  const path = require.resolve('opening_hours');
  const module: { exports: OsmExpressionClass | undefined } = { exports: undefined };
  // As Node's own loader of CommonJS modules does it, with two names more.
  const names = ['module', 'exports', 'require', 'Date', 'console'];
  const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
  run(module, {}, require, WallClockDate, SILENT_CONSOLE);
  if (!module.exports) throw new Error('the opening_hours library exports nothing');
  return module.exports;
}

/** It prints what it throws: a bad row of an import is no line on the server's console. */
const SILENT_CONSOLE = { warn: () => undefined, error: () => undefined };

/** What `new Date()` gives inside the library: earlier than anything, so that nothing depends on today. */
const NO_PRESENT = Date.UTC(1970, 0, 1);

/** A date whose local time is UTC: the methods that the library uses, by the names that it uses. */
export class WallClockDate extends Date {
  constructor(value?: number | Date, month?: number, day = 1, hour = 0, minute = 0, second = 0, ms = 0) {
    if (value === undefined) super(NO_PRESENT);
    else if (month === undefined) super(value);
    else super(Date.UTC(Number(value), month, day, hour, minute, second, ms));
  }

  override getFullYear(): number {
    return this.getUTCFullYear();
  }

  override getMonth(): number {
    return this.getUTCMonth();
  }

  override getDate(): number {
    return this.getUTCDate();
  }

  override getDay(): number {
    return this.getUTCDay();
  }

  override getHours(): number {
    return this.getUTCHours();
  }

  override getMinutes(): number {
    return this.getUTCMinutes();
  }

  override setDate(day: number): number {
    return this.setUTCDate(day);
  }

  override setHours(hour: number, ...rest: [number?, number?, number?]): number {
    return this.setUTCHours(hour, ...rest);
  }
}
