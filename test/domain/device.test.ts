// What a device is waiting for.
import { describe, expect, test } from '@jest/globals';
import {
  type DeviceRecord,
  deviceStatus,
  PAIRING_GUESSES_MAX,
  pairingCodeSchema,
} from '../../src/domain/device.ts';

const now = new Date('2026-11-20T10:00:00Z');
const waiting: DeviceRecord = {
  id: 'dev_x',
  name: 'Counter',
  location: 'A',
  pairingExpiresAt: new Date('2026-11-20T10:10:00Z'),
  pairingGuesses: 0,
  keyId: null,
  createdAt: now,
  pairedAt: null,
};

describe('a device', () => {
  test('waits for its code until the code is ten minutes old', () => {
    expect(deviceStatus(waiting, now)).toBe('waiting');
    expect(deviceStatus(waiting, new Date('2026-11-20T10:09:59.999Z'))).toBe('waiting');
    expect(deviceStatus(waiting, new Date('2026-11-20T10:10:00Z'))).toBe('expired');
  });

  test('waits no more once too many wrong codes were tried', () => {
    expect(deviceStatus({ ...waiting, pairingGuesses: PAIRING_GUESSES_MAX - 1 }, now)).toBe('waiting');
    expect(deviceStatus({ ...waiting, pairingGuesses: PAIRING_GUESSES_MAX }, now)).toBe('expired');
  });

  test('stays paired', () => {
    const paired = { ...waiting, pairingExpiresAt: null, pairedAt: now, keyId: 'key_x' };
    expect(deviceStatus(paired, new Date('2030-01-01T00:00:00Z'))).toBe('paired');
  });
});

test('a pairing code is six digits', () => {
  expect(pairingCodeSchema.safeParse('000000').success).toBe(true);
  for (const code of ['12345', '1234567', '12 456', '１２３４５６', 'abcdef', '123456\n']) {
    expect(pairingCodeSchema.safeParse(code).success).toBe(false);
  }
});
