// Plays one reservation of the demo's script through the real operations, with the clock at each step's instant.
// Owns the rhythm of a store's day; which step a state allows is the operations' own business.
import type { DemoReservation } from '../../db/demo/faitMaison.ts';
import { pickupDeadline, promiseHere } from '../domain/promise.ts';
import type { Reservation } from '../domain/reservation.ts';
import { newId } from '../newId.ts';
import { cancelReservation } from '../operations/cancelReservation.ts';
import { collectReservation } from '../operations/collectReservation.ts';
import { confirmReservation } from '../operations/confirmReservation.ts';
import { expireReservation } from '../operations/expireReservation.ts';
import { pickLines } from '../operations/pickLines.ts';
import { readyReservation } from '../operations/readyReservation.ts';
import { reserveItems } from '../operations/reserveItems.ts';
import { startPicking } from '../operations/startPicking.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import type { Actor } from '../operations/writer/outcome.ts';
import type { Catalogue } from '../views/catalogue.ts';

export type Scene = {
  stock: StockWriter;
  catalogue: Catalogue;
  scripted: DemoReservation;
  /** No step happens later than this. */
  until: Date;
  setClock(at: Date): void;
};

const SHOP: Actor = { keyId: 'key_demo', name: 'Fait Maison (demo)' };
const admit = () => true;

/** Minutes after the hold was placed; the script leaves room for them. */
const MINUTES = { confirm: 2, start: 8, pick: 12, ready: 15, end: 20 } as const;

export async function playReservation(scene: Scene): Promise<void> {
  const { scripted } = scene;
  const held = await hold(scene);
  if (scripted.reach === 'held') return;
  if (scripted.reach === 'expired') {
    const over = new Date(new Date(scripted.placedAt).getTime() + scripted.ttlSeconds * 1_000);
    scene.setClock(over);
    await act(scene, expireReservation, { id: held.id, actor: SHOP });
    return;
  }
  const goal = scripted.cancelled?.from ?? scripted.reach;
  if (goal !== 'held') await prepare(scene, held, goal);
  if (scripted.cancelled === undefined) return;
  const { from, reason } = scripted.cancelled;
  // A hold is called off while it is one.
  at(scene, from === 'held' ? MINUTES.confirm : MINUTES.end);
  await act(scene, cancelReservation, { id: held.id, admit, holdsOnly: false, reason, actor: SHOP });
}

/** Confirmed, then as far as `goal` says. */
async function prepare(scene: Scene, held: Reservation, goal: string): Promise<void> {
  const { staff = 'Équipe', shelf = null } = scene.scripted;
  const base = { id: held.id, admit };
  const byStaff = { ...base, actor: { keyId: SHOP.keyId, name: staff } };
  const order = await confirm(scene, held);
  if (goal === 'confirmed') return;
  at(scene, MINUTES.start);
  await act(scene, startPicking, { ...byStaff, staff, takeOver: false });
  if (goal === 'picking' && scene.scripted.picked !== true) return;
  at(scene, MINUTES.pick);
  await act(scene, pickLines, { ...byStaff, lines: picked(scene.scripted) });
  if (goal === 'picking') return;
  const readyAt = at(scene, MINUTES.ready);
  const pickupDeadlineAt = await deadline(scene, readyAt);
  await act(scene, readyReservation, { ...byStaff, shelf, pickupDeadlineAt });
  if (goal === 'ready') return;
  at(scene, MINUTES.end);
  const proof = { pickupCode: order?.pickupCode ?? '' };
  await act(scene, collectReservation, { ...byStaff, proof, lines: null });
}

async function hold(scene: Scene): Promise<Reservation> {
  const { scripted, catalogue } = scene;
  const placedAt = at(scene, 0);
  const location = await catalogue.location(scripted.location);
  const promise =
    location === null
      ? null
      : promiseHere({
          hours: location.openingHours,
          timeZone: location.timeZone,
          pickup: location.pickup,
          queuedOrders: 0,
          now: placedAt,
        });
  const held = await act(scene, reserveItems, {
    id: scripted.id ?? newId('rsv', placedAt),
    location: scripted.location,
    lines: scripted.lines,
    ttlSeconds: scripted.ttlSeconds,
    channel: scripted.channel,
    orderReference: null,
    customer: scripted.customer,
    payment: scripted.payment,
    promise,
    feed: null,
    seller: null,
    deliverTo: null,
    planId: null,
    actor: SHOP,
  });
  if (held === null) throw new Error('a scripted hold was not placed');
  return held;
}

async function confirm(scene: Scene, held: Reservation): Promise<Reservation | null> {
  at(scene, MINUTES.confirm);
  const { orderReference, payment } = scene.scripted;
  return act(scene, confirmReservation, {
    id: held.id,
    admit,
    levels: held.lines.map(({ sku }) => ({ sku, location: held.location })),
    channel: held.channel,
    orderReference,
    customer: null,
    payment,
    promise: null,
    // It rings at the tablet; nobody else is to be disturbed for it.
    escalatesAt: null,
    pickupCodes: [pickupCodeOf(orderReference)],
    actor: SHOP,
  });
}

/** The demo's codes are the same every time, so that a walk through it can be written down. */
function pickupCodeOf(orderReference: string): string {
  const digits = orderReference.replace(/\D/g, '');
  return `100000${digits}`.slice(-6);
}

function picked({ lines, missing = [] }: DemoReservation) {
  return lines.map(({ sku, quantity }) => {
    const missed = missing.find((line) => line.sku === sku);
    const units = missed?.quantity ?? 0;
    return { sku, picked: quantity - units, missing: units, reason: missed?.reason ?? null };
  });
}

async function deadline({ scripted, catalogue }: Scene, readyAt: Date): Promise<Date | null> {
  const location = await catalogue.location(scripted.location);
  if (location === null) return null;
  const { openingHours: hours, timeZone, pickup } = location;
  return pickupDeadline({ hours, timeZone, readyAt, holdDays: pickup.holdDays });
}

/** Sets the clock to this many minutes after the hold, but never into the future. */
function at({ scripted, until, setClock }: Scene, minutes: number): Date {
  const wanted = new Date(scripted.placedAt).getTime() + minutes * 60_000;
  const clock = new Date(Math.min(wanted, until.getTime()));
  setClock(clock);
  return clock;
}

async function act<Command, Value>(
  { stock }: Scene,
  operation: StockOperation<Command, Value>,
  command: Command,
): Promise<Value> {
  const [outcome] = await stock.apply(operation, [command]);
  if (outcome === undefined) throw new Error(`${operation.name} gave no outcome`);
  if (!outcome.ok) throw outcome.problem;
  return outcome.value;
}
