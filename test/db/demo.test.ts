// The demo retailer is a pure function of an instant: the same day shows everyone the same shop.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { faitMaison } from '../../db/demo/faitMaison.ts';

const now = new Date('2026-06-20T12:34:56Z');

/** The same call in another process, on a machine with another time zone and language. */
async function fingerprintElsewhere(): Promise<string> {
  const module = pathToFileURL(path.join(import.meta.dirname, '../../db/demo/faitMaison.ts'));
  const script = `
    import { createHash } from 'node:crypto';
    import { faitMaison } from '${module.href}';
    const data = JSON.stringify(faitMaison(new Date('${now.toISOString()}')));
    process.stdout.write(createHash('sha256').update(data).digest('hex'));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8', NODE_OPTIONS: '' },
  });
  return stdout;
}

describe('the generator', () => {
  test('gives the same data for the same instant', () => {
    expect(faitMaison(new Date(now))).toEqual(faitMaison(now));
  });

  test('gives the same data in another process, time zone and language', async () => {
    const here = createHash('sha256')
      .update(JSON.stringify(faitMaison(now)))
      .digest('hex');
    expect(await fingerprintElsewhere()).toBe(here);
  });

  test('gives the same items on any day', () => {
    expect(faitMaison(new Date('2031-02-03T04:05:06Z')).items).toEqual(faitMaison(now).items);
  });

  test('gives a caller data of its own to change', () => {
    for (const location of faitMaison(now).locations) location.openingHours.weekly.length = 0;
    expect(faitMaison(now).locations.every(({ openingHours }) => openingHours.weekly.length > 0)).toBe(true);
  });

  test('refuses an instant that is none', () => {
    expect(() => faitMaison(new Date(Number.NaN))).toThrow(RangeError);
  });
});
