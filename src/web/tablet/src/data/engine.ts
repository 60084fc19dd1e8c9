// The engine: puts the kept state, the socket, the API and the outbox together, from pairing to revocation.
import { batch } from '@preact/signals';
import { type Answer, type Api, makeApi } from './api.ts';
import { serverTime } from './clock.ts';
import { type Db, forgetStore, keep, openDb, readAll } from './db.ts';
import { emptied } from './emptied.ts';
import { type Items, makeItems } from './items.ts';
import { type Live, openLive } from './live.ts';
import type {
  Action,
  Device,
  Item,
  Level,
  NewAction,
  Outcome,
  ProblemDocument,
  ShiftStart,
} from './model.ts';
import { makeOutbox, type Outbox, type ToldHere } from './outbox.ts';
import { resumed, verdictOf } from './outboxRules.ts';
import { makeShifts, type Shifts } from './shift.ts';
import {
  actions,
  device,
  items,
  levels,
  now,
  online,
  revoked,
  serverOrders,
  shift,
  token,
  waiting,
} from './store.ts';
import { loadLevel, makeSync, type Sync } from './sync.ts';
import { uuid } from './uuid.ts';

const CLOCK_MILLISECONDS = 5_000;
const SNAPSHOT_AGAIN_MILLISECONDS = 3_000;

type Engine = { db: Db; api: Api; items: Items; sync: Sync; shifts: Shifts; outbox: Outbox };

let engine: Engine | null = null;
let live: Live | null = null;
const pairingKeys = new Map<string, string>();

/**
 * Reads what is kept and, where the tablet is paired, goes live. Called once, before anything is drawn. Throws where the
 * browser keeps nothing: what is done could then be lost without a word.
 */
export async function startEngine(): Promise<void> {
  const db = await openDb();
  const kept = await readAll(db);
  batch(() => {
    device.value = kept.device;
    token.value = kept.token;
    shift.value = kept.shift;
    serverOrders.value = new Map(kept.orders.map((order) => [order.id, order]));
    items.value = new Map(kept.items.map((item) => [item.sku, item]));
    levels.value = new Map(kept.levels.map((level) => [level.sku, level]));
    actions.value = resumed(kept.actions);
    online.value = navigator.onLine;
  });
  const api = makeApi(() => token.value, heard);
  const itemsKept = makeItems({ db, api });
  const pairing = { token: () => token.value, location: () => device.value?.location.code ?? null };
  const sync = makeSync({ db, api, items: itemsKept, ...pairing }, kept.cursor);
  const shifts = makeShifts({ db, api }, kept.shiftUntoldSince);
  const { onOrder, readOrder } = sync;
  const outbox = makeOutbox({ db, api, onOrder, readOrder, isReadyFor: shifts.isToldFor });
  engine = { db, api, items: itemsKept, sync, shifts, outbox };
  setInterval(() => {
    now.value = serverTime();
  }, CLOCK_MILLISECONDS);
  // Asked, not demanded: a browser that is short of room would otherwise clear what waits to be sent.
  void navigator.storage?.persist?.();
  if (token.value !== null) goLive();
}

/** Pairs the tablet; null when it worked. The same code again, after a lost answer, is the same pairing. */
export async function pair(code: string): Promise<ProblemDocument | null> {
  const { db, api } = running();
  const key = pairingKeys.get(code) ?? uuid();
  pairingKeys.set(code, key);
  const paired = await api<{ token: string }>('/v1/devices/pair', { method: 'POST', key, body: { code } });
  if (!paired.ok) return paired.problem;
  token.value = paired.value.token;
  const self = await api<Device>('/v1/devices/self');
  if (!self.ok) {
    token.value = null;
    return self.problem;
  }
  pairingKeys.clear();
  await keep(db, { device: self.value, token: paired.value.token });
  batch(() => {
    device.value = self.value;
    revoked.value = false;
  });
  goLive();
  return null;
}

/** Forgets the pairing and the store's orders. What waits to be sent stays: nobody has seen what became of it. */
export async function unpair(): Promise<void> {
  const { db, sync, shifts } = running();
  live?.close();
  live = null;
  sync.forget();
  shifts.forget();
  batch(() => {
    device.value = null;
    token.value = null;
    shift.value = null;
    serverOrders.value = new Map();
    items.value = new Map();
    levels.value = new Map();
  });
  await forgetStore(db);
}

/**
 * Keeps what a person did, shows it as done, and sends it when it can. See ActionBodies for what there is. A refusal of
 * which `isTold` is true is told by the caller and makes no conflict.
 */
export function act(
  input: NewAction,
  isTold?: ToldHere,
): Promise<{ action: Action; done: Promise<Outcome> }> {
  return running().outbox.add(input, isTold);
}

/** A person has seen the conflict of this action: it goes, with those that were held back because of it. */
export function dismiss(actionId: string): Promise<void> {
  return running().outbox.dismiss(actionId);
}

/**
 * Starts the shift; null when it did. Problems: `wrong-pin`, `pin-locked`, `pin-required`, `unknown-staff`. What was done
 * before is sent first, as theirs. Not in the shifts' turn, which is also asked whether it may be sent.
 */
export async function startShift(start: ShiftStart): Promise<ProblemDocument | null> {
  const { shifts, outbox } = running();
  const isReached = await emptied({
    left: () => (token.value === null ? 0 : waiting.value),
    isOnline: () => online.value,
    send: outbox.sendAll,
  });
  return shifts.start(start, isReached);
}

/** What was done before is sent first, as theirs. */
export async function endShift(): Promise<void> {
  const { shifts, outbox } = running();
  await shifts.end();
  outbox.wake();
}

/** A read that is not kept: lists, searches, other stores. For changes there is `act`. */
export function read<Value>(path: string): Promise<Answer<Value>> {
  return running().api<Value>(path);
}

/** Makes `items` know the sku as the server has it; without an answer, as it was known. */
export function wantItem(sku: string): Promise<Item | null> {
  return running().items.want(sku);
}

/** Reads an order again: that a line is no longer at risk is told by no event. */
export async function refreshOrder(id: string): Promise<void> {
  await running().sync.readRest(id);
}

/** Makes `levels` know this store's stock of the sku; without an answer, what was known before. */
export async function wantLevel(sku: string): Promise<Level | null> {
  const { api, db } = running();
  const code = device.value?.location.code;
  const known = levels.value.get(sku) ?? null;
  return code === undefined ? known : ((await loadLevel(api, db, code, sku)) ?? known);
}

function goLive(): void {
  const { sync, outbox } = running();
  live?.close();
  live = null;
  if (sync.cursor() === null) {
    void startFromSnapshot();
    return;
  }
  live = openLive({
    token: () => token.value,
    cursor: sync.cursor,
    onEvent: sync.onEvent,
    onCursor: sync.onCursor,
    onReset: () => void startFromSnapshot(),
    onOnline(isOnline) {
      online.value = isOnline;
      if (!isOnline) return;
      outbox.wake();
      void sync.complete();
      // Not kept: it is read again with the next connection.
      void refreshDevice().catch(() => undefined);
    },
    // 401 says it for certain, and `heard` hears it.
    onDismissed: () => void running().api('/v1/devices/self'),
  });
  outbox.wake();
}

/** What the head office changed of the location and its settings. */
async function refreshDevice(): Promise<void> {
  const { api, db } = running();
  const mine = token.value;
  const self = await api<Device>('/v1/devices/self');
  if (!self.ok || device.value === null || token.value !== mine) return;
  device.value = self.value;
  await keep(db, { device: self.value });
}

async function startFromSnapshot(): Promise<void> {
  live?.close();
  live = null;
  const mine = token.value;
  const isRead = await running().sync.snapshot();
  if (mine === null || token.value !== mine) return;
  if (isRead) goLive();
  else setTimeout(() => void (token.value === mine && startFromSnapshot()), SNAPSHOT_AGAIN_MILLISECONDS);
}

function heard({ status, code }: ProblemDocument): void {
  if (verdictOf(status, code) === 'revoked' && device.value !== null) {
    revoked.value = true;
    void unpair();
  } else if (status === 0 && online.value) {
    online.value = false;
    live?.suspect();
  }
}

function running(): Engine {
  if (engine === null) throw new Error('The engine has not started');
  return engine;
}
