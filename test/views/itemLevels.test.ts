// The compact levels of one item, against a plain Map that follows the contract's words.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ItemLevels } from '../../src/views/itemLevels.ts';

const SLOTS = 12;
const units = fc.record({
  onHand: fc.integer({ min: -5, max: 20 }),
  reserved: fc.nat(10),
  buffer: fc.nat(3),
  version: fc.nat(6),
});
const anyStep = fc.oneof(
  fc.record({ do: fc.constant('set' as const), slot: fc.nat(SLOTS - 1), units }),
  fc.record({
    do: fc.constant('hold' as const),
    slot: fc.nat(SLOTS - 1),
    hold: fc.record({
      reservationId: fc.constantFrom('rsv_1', 'rsv_2', 'rsv_3'),
      expiresAt: fc.constantFrom(10, 20, 30),
      reserved: fc.integer({ min: 1, max: 4 }),
      version: fc.integer({ min: 1, max: 3 }),
    }),
  }),
  fc.record({
    do: fc.constant('end' as const),
    slot: fc.nat(SLOTS - 1),
    id: fc.constantFrom('rsv_1', 'rsv_2', 'rsv_3'),
  }),
);

test('whatever is told in whatever order, it answers as a Map of levels and holds would', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), fc.nat(3), (steps, capacity) => {
      const levels = new ItemLevels(1, 'TABLE', capacity);
      const model = new Map<number, { onHand: number; reserved: number; buffer: number; version: number }>();
      const holds = new Map<string, { expiresAt: number; reserved: number; version: number }>();
      for (const step of steps) {
        if (step.do === 'set') {
          levels.set(step.slot, step.units);
          const known = model.get(step.slot);
          if (known === undefined || step.units.version > known.version) model.set(step.slot, step.units);
        } else if (step.do === 'hold') {
          levels.setHold(step.slot, step.hold);
          const key = `${step.slot}/${step.hold.reservationId}`;
          if (step.hold.version >= (holds.get(key)?.version ?? 0)) holds.set(key, step.hold);
        } else {
          levels.endHold(step.slot, step.id);
          holds.delete(`${step.slot}/${step.id}`);
        }
        // Somebody asks in between: when the first hold ends is remembered, and must not go stale.
        levels.available(step.slot, 25);
      }
      for (let slot = 0; slot < SLOTS; slot++) {
        const level = model.get(slot);
        for (const now of [9, 10, 25, 30]) {
          let due = 0;
          for (const [key, hold] of holds) {
            if (key.startsWith(`${slot}/`) && hold.expiresAt <= now) due += hold.reserved;
          }
          const reserved = Math.max(0, (level?.reserved ?? 0) - due);
          const available = level === undefined ? 0 : Math.max(0, level.onHand - reserved - level.buffer);
          expect(levels.available(slot, now)).toBe(available);
          const terms = { ...level, expiredHolds: Math.min(due, level?.reserved ?? 0), available };
          expect(levels.terms(slot, now)).toEqual(level === undefined ? null : terms);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe('a level', () => {
  test('keeps figures below zero and beyond a billion as they are', () => {
    const levels = new ItemLevels(1, 'TABLE');
    levels.set(3, { onHand: -7, reserved: 2, buffer: 0, version: 1 });
    levels.set(5, { onHand: 1_000_000_000, reserved: 0, buffer: 1, version: 1 });
    expect(levels.terms(3, 0)).toMatchObject({ onHand: -7, available: 0 });
    expect(levels.available(5, 0)).toBe(999_999_999);
  });

  test('says whether what it was told was news', () => {
    const levels = new ItemLevels(1, 'TABLE');
    const told = { onHand: 1, reserved: 0, buffer: 0, version: 4 };
    expect([levels.set(0, told), levels.set(0, told), levels.set(0, { ...told, version: 5 })]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
