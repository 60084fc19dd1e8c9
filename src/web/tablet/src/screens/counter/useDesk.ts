// A hand-over from the first touch to its answer: what is typed and ticked, what is sent, what came of it.
import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { play } from '../../app/sound.ts';
import { serverTime } from '../../data/clock.ts';
import { act, answerOrOffline, device, dismiss, shift } from '../../data/index.ts';
import type { NewAction, OrderView, Outcome, ProblemDocument, SomeLine } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { toast } from '../../ui/Toast.tsx';
import { shortName } from './findOrders.ts';
import { chosenUnits, collectBody, type HandOver, isPart, lockedUntil, type Proof } from './handOver.ts';
import { lock, scannedCode } from './state.ts';

export type Result = {
  kind: 'collected' | 'part' | 'dispatched' | 'refused' | 'partRefused';
  lines: readonly SomeLine[];
  /** Kept here and not sent yet. */
  isWaiting: boolean;
};

export type Desk = {
  /** As it was when the button was pressed: what is shown must not change under the hand. */
  order: OrderView;
  proof: Signal<Proof>;
  identity: Signal<boolean>;
  paid: Signal<boolean>;
  part: Signal<boolean>;
  units: Signal<Readonly<Record<string, number>>>;
  form: HandOver;
  isBusy: boolean;
  /** Tries left after a wrong code; null: none was wrong. */
  triesLeft: Signal<number | null>;
  result: Result | null;
  handOver(): Promise<void>;
  refuse(reason: string): Promise<void>;
};

export function useDesk(live: OrderView): Desk {
  const proof = useSignal<Proof>(firstProof(live));
  const identity = useSignal(false);
  const paid = useSignal(false);
  const part = useSignal(false);
  const units = useSignal<Readonly<Record<string, number>>>({});
  const triesLeft = useSignal<number | null>(null);
  const frozen = useSignal<OrderView | null>(null);
  const result = useSignal<Result | null>(null);
  const isShown = useShown();
  // The customer's code may be scanned while the order is open already.
  useEffect(() => {
    const scanned = scannedCode.value;
    if (scanned?.id === live.id) proof.value = { by: 'code', code: scanned.pickupCode };
  }, [scannedCode.value]);
  const isDelivery = live.deliverTo !== null;
  // That it is sent home may be known a moment after the order itself.
  useEffect(() => {
    if (isDelivery && proof.value.by !== 'dispatch') proof.value = firstProof(live);
  }, [isDelivery]);
  const form = useComputed<HandOver>(() => ({
    proof: proof.value,
    identity: identity.value,
    paid: paid.value,
    units: part.value ? units.value : {},
  }));
  const order = frozen.value ?? live;

  async function run(action: NewAction, done: Result): Promise<void> {
    if (frozen.value !== null) return;
    frozen.value = live;
    // A wrong code is told here and now; everything else stays on the order until somebody has seen it, and so does what
    // was refused only after the customer was gone.
    let isHere = true;
    const sent = await act(action, (problem) => isHere && isShown.current && isWrongCode(problem));
    // Without an answer nobody has looked at the code: a dead network may be noticed only after the button was pressed.
    const needsAnswer = action.kind === 'collect' && isOnlineOnly();
    const outcome = await (needsAnswer ? sent.done : answerOrOffline(sent.done));
    isHere = outcome !== null;
    if (outcome === null || outcome.ok) {
      result.value = { ...done, isWaiting: outcome === null };
      forgetScanned(live.id);
      if (isShown.current) play('done');
      else if (needsAnswer) tellAway(live);
      if (outcome === null) void settleLate(done, sent.done);
      return;
    }
    frozen.value = null;
    play('wrong');
    hearWrongCode(live.id, outcome.problem);
    // Where another page of the tablet sent it, which knew of no desk, it is a conflict there.
    if (isShown.current && isWrongCode(outcome.problem)) await dismiss(sent.action.id);
  }

  async function settleLate(done: Result, late: Promise<Outcome>): Promise<void> {
    settle(done, await late);
  }

  /** What waited for the network got its answer: refused, it is not done, and the order says why. */
  function settle(done: Result, outcome: Outcome): void {
    result.value = outcome.ok ? done : null;
    if (outcome.ok) return;
    frozen.value = null;
    play('wrong');
  }

  function hearWrongCode(id: string, problem: ProblemDocument): void {
    const until = lockedUntil(problem, serverTime());
    if (until !== null) lock(id, until);
    if (!isWrongCode(problem)) return;
    forgetScanned(id);
    proof.value = { by: 'code', code: '' };
    triesLeft.value = typeof problem.triesLeft === 'number' ? problem.triesLeft : 0;
  }

  return {
    order,
    proof,
    identity,
    paid,
    part,
    units,
    form: form.value,
    isBusy: frozen.value !== null && result.value === null,
    triesLeft,
    result: result.value,
    handOver() {
      const lines = chosenUnits(live, form.value.units);
      const kind =
        live.deliverTo !== null ? 'dispatched' : isPart(live, form.value.units) ? 'part' : 'collected';
      const body = collectBody(live, form.value);
      return run({ kind: 'collect', subject: live.id, body }, { kind, lines, isWaiting: false });
    },
    refuse(reason) {
      const lines = chosenUnits(live, form.value.units);
      const isSome = isPart(live, form.value.units);
      const body = isSome ? { reason, lines } : { reason };
      const kind = isSome ? 'partRefused' : 'refused';
      return run({ kind: 'refuse', subject: live.id, body }, { kind, lines, isWaiting: false });
    },
  };
}

/** True where the store hands over on the server's word alone. */
export function isOnlineOnly(): boolean {
  return device.value?.settings.offlineHandOver !== true;
}

/** Whether the desk is still on the screen: an answer may come when the next customer is served. */
function useShown(): { readonly current: boolean } {
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  return isShown;
}

/** Its customer may still be waiting for it. */
function tellAway(order: OrderView): void {
  play('good');
  const who = [shortName(order), order.orderReference].filter((part) => part !== null).join(' · ');
  toast(t('counter.answered', { who }), 'good');
}

/** The next customer's code, scanned meanwhile, stays. */
function forgetScanned(id: string): void {
  if (scannedCode.value?.id === id) scannedCode.value = null;
}

function isWrongCode({ code }: ProblemDocument): boolean {
  return code === 'wrong-pickup-code' || code === 'pickup-locked';
}

function firstProof({ id, deliverTo }: OrderView): Proof {
  if (deliverTo !== null) return { by: 'dispatch', carrier: '', trackingNumber: '' };
  const scanned = scannedCode.value;
  return { by: 'code', code: scanned?.id === id ? scanned.pickupCode : '' };
}

/** An override, with the name of whoever has the shift. */
export function firstOverride(): Proof {
  return { by: 'override', reason: '', name: shift.value?.name ?? '' };
}
