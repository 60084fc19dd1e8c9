// The webhooks' job: leases its share of the webhooks, keeps them going, gives them retries and probes when their time
// has come, and hands over what is more than its share. Every process may have one; each webhook is one's at a time.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { FeedEvent } from '../../domain/feedEvent.ts';
import type { Position } from '../../domain/feedPosition.ts';
import { type DisabledReason, FAILURES_TO_PAUSE, webhookEvent } from '../../domain/webhook.ts';
import type { Feed } from '../../feed/reader.ts';
import type { Metrics } from '../../metrics.ts';
import { insertEvents } from '../../queries/events.ts';
import type { Database } from '../../queries/transaction.ts';
import {
  claimWebhooks,
  countByStatus,
  type DueDelivery,
  disableWebhook,
  findDue,
  type HeldWebhook,
  releaseWebhooks,
  renewWebhooks,
  type WebhookCounts,
} from '../../queries/webhookLeases.ts';
import { findSenders, forgetSender, seeSender } from '../../queries/webhookSenders.ts';
import { pause } from '../pause.ts';
import { Endpoint, type EndpointRoom } from './endpoint.ts';
import { entriesMax, Flow } from './flow.ts';
import { makeGate } from './gate.ts';
import { Ledger } from './ledger.ts';
import { makeSender, type SenderOptions } from './sender.ts';
import { shareOf } from './share.ts';
import { makeSlots } from './slots.ts';
import { startTail } from './tail.ts';

export type WebhooksOptions = SenderOptions & {
  database: Database;
  feed: Feed;
  metrics: Pick<Metrics, 'webhookTried'>;
  now: () => Date;
  log: Logger;
  /** How often due retries are looked for. */
  pollMilliseconds?: number;
  /** How long a process that says nothing keeps its webhooks. */
  leaseSeconds?: number;
  dice?: () => number;
};

export type Webhooks = {
  counts(): { held: number; inFlight: number; oldestSeconds: number } & Pick<
    WebhookCounts,
    'failing' | 'disabled'
  >;
  /** Lets what is under way end for a moment, writes it down, and gives the leases back. */
  close(): Promise<void>;
};

const POLL_MILLISECONDS = 500;
const LEASE_SECONDS = 10;
/** A third of the lease: two renewals may fail. */
const RENEWALS_PER_LEASE = 3;
/** A round: before all are taken, the first of them are on their way. */
const CLAIMS_MAX = 50;
/** To all receivers together. With two for each slow one, 500 of them leave room. */
export const REQUESTS_MAX = 1_024;
const READERS_MAX = 2;
/** A narrow filter leaves most of a page out. */
const PAGE_ROWS = 500;
const DUE_MAX = 200;
const DRAIN_MILLISECONDS = 50;
/** Cursors of quiet webhooks, so that they neither expire nor cost a long way after a restart. */
const NOTE_MILLISECONDS = 30_000;
const COUNT_MILLISECONDS = 15_000;
const CLOSE_MILLISECONDS_MAX = 2_000;
/** Twice the longest try: a receiver that is that slow may be sent something again. */
const LEAVE_MILLISECONDS_MAX = 20_000;

export function startWebhooks(options: WebhooksOptions): Webhooks {
  const job = new Runner(options);
  const running = job.run();
  return {
    counts: () => job.counts(),
    async close() {
      await job.close(running);
    },
  };
}

class Runner {
  readonly #options: WebhooksOptions;
  readonly #holder = randomUUID();
  readonly #endpoints = new Map<string, Endpoint>();
  /** Not sent for any more, but for what is under way; still leased. */
  readonly #leaving = new Map<string, Endpoint>();
  readonly #closing = new AbortController();
  readonly #ledger: Ledger;
  readonly #room: EndpointRoom;
  /** Webhooks that their owners changed, with the version that each became. */
  readonly #changed = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #wake = () => {};
  #renewAt = 0;
  #noteAt = 0;
  #countAt = 0;
  #counted: WebhookCounts = { enabled: 0, failing: 0, disabled: 0, oldestPendingAt: null };

  constructor(options: WebhooksOptions) {
    const { database, feed, log, now, metrics, dice = Math.random } = options;
    this.#options = options;
    this.#ledger = new Ledger({ database, holder: this.#holder, log });
    const limit = () => entriesMax(this.#endpoints.size);
    this.#room = {
      ...{ tx: database, feed, log, now, dice, ledger: this.#ledger },
      tail: startTail(feed, (changes, before) => this.#onChanged(changes, before)),
      gate: makeGate(READERS_MAX),
      slots: makeSlots(REQUESTS_MAX),
      target: makeSender(options),
      flow: (from, handledAt) => new Flow(from, handledAt, limit),
      pageRows: () => Math.min(PAGE_ROWS, Math.floor(limit() / 2)),
      onTried: ({ error }, seconds) => metrics.webhookTried(error ?? 'delivered', seconds),
      onGivenUp: (endpoint, reason) => this.#end(this.#disable(endpoint, reason)),
      onLost: (endpoint) => this.#drop(endpoint),
    };
  }

  async run(): Promise<void> {
    const { log, pollMilliseconds = POLL_MILLISECONDS } = this.#options;
    while (!this.#closing.signal.aborted) {
      let isMore = false;
      try {
        isMore = await this.#round();
        if (this.#changed.size > 0) continue;
      } catch (error) {
        log.warn({ err: error }, 'webhooks cannot be looked after; next try in a moment');
      }
      const awake = new AbortController();
      this.#wake = () => awake.abort();
      const signal = AbortSignal.any([awake.signal, this.#closing.signal]);
      await pause(isMore ? DRAIN_MILLISECONDS : pollMilliseconds, signal);
    }
  }

  counts(): ReturnType<Webhooks['counts']> {
    const { failing, disabled, oldestPendingAt } = this.#counted;
    const waiting = [...this.#endpoints.values()].map((endpoint) => endpoint.oldestWaitingAt());
    const oldest = [...waiting, oldestPendingAt].flatMap((at) => (at === null ? [] : [at.getTime()]));
    const now = this.#options.now().getTime();
    return {
      held: this.#endpoints.size,
      inFlight: this.#room.slots.used(),
      oldestSeconds: oldest.length === 0 ? 0 : Math.max(0, now - Math.min(...oldest)) / 1_000,
      failing,
      disabled,
    };
  }

  async close(running: Promise<void>): Promise<void> {
    this.#closing.abort();
    await running;
    this.#room.tail.close();
    const endpoints = [...this.#endpoints.values(), ...this.#leaving.values()];
    for (const endpoint of endpoints) endpoint.close();
    const until = performance.now() + CLOSE_MILLISECONDS_MAX;
    while (endpoints.some(({ isIdle }) => !isIdle) && performance.now() < until) await rest();
    await Promise.all(endpoints.map((endpoint) => endpoint.abort()));
    await Promise.all(this.#ending);
    await this.#ledger.close();
    const { database, log, leaseSeconds = LEASE_SECONDS } = this.#options;
    try {
      await this.#ledger.flush();
      await releaseWebhooks(database, this.#holder);
      await forgetSender(database, this.#holder, leaseSeconds);
    } catch (error) {
      log.warn({ err: error }, 'the last that webhooks were sent is not written down: it will be sent again');
    }
  }

  /** True when there is more to do than was done. */
  async #round(): Promise<boolean> {
    const { leaseSeconds = LEASE_SECONDS, database } = this.#options;
    const at = performance.now();
    if (this.#changed.size > 0 || at >= this.#renewAt) {
      this.#renewAt = at + (leaseSeconds * 1_000) / RENEWALS_PER_LEASE;
      await this.#renew(leaseSeconds);
      await seeSender(database, this.#holder);
    }
    const isMoreToTake = await this.#takeShare(leaseSeconds);
    if (at >= this.#noteAt) {
      this.#noteAt = at + NOTE_MILLISECONDS;
      for (const endpoint of this.#endpoints.values()) this.#ledger.note(endpoint);
    }
    if (at >= this.#countAt) {
      this.#countAt = at + COUNT_MILLISECONDS;
      this.#counted = await countByStatus(database, FAILURES_TO_PAUSE);
    }
    const isMoreDue = await this.#retry();
    for (const endpoint of this.#endpoints.values()) this.#probe(endpoint);
    return isMoreDue || isMoreToTake;
  }

  async #renew(leaseSeconds: number): Promise<void> {
    const changed = new Map(this.#changed);
    this.#changed.clear();
    const { database } = this.#options;
    const before = [...this.#endpoints.values()];
    const kept = await this.#ledger
      .alone(() => renewWebhooks(database, this.#holder, leaseSeconds))
      .catch((error: unknown) => {
        for (const [id, version] of changed) this.#noteChange(id, version);
        throw error;
      });
    for (const held of kept) this.#take(held, changed.has(held.webhook.id));
    const keptIds = new Set(kept.map(({ webhook }) => webhook.id));
    for (const endpoint of before) if (!keptIds.has(endpoint.id)) this.#drop(endpoint);
    for (const [id, leaving] of this.#leaving) if (!keptIds.has(id)) leaving.close();
  }

  /** Takes what is left of its share, or hands over what is more. True when there is more to take. */
  async #takeShare(leaseSeconds: number): Promise<boolean> {
    const { database } = this.#options;
    const { webhooks, ids } = await findSenders(database, leaseSeconds);
    const missing = shareOf(webhooks, ids, this.#holder) - this.#endpoints.size;
    if (missing < 0) {
      const rest = [...this.#endpoints.values()].slice(missing);
      for (const endpoint of rest) this.#end(this.#handOver(endpoint));
    }
    if (missing <= 0) return false;
    const limit = Math.min(CLAIMS_MAX, missing);
    const claimed = await claimWebhooks(database, this.#holder, leaseSeconds, limit);
    for (const held of claimed) this.#take(held, false);
    return claimed.length === CLAIMS_MAX;
  }

  /** What is under way ends and is written down first: whoever is next sends none of it again. */
  async #handOver(endpoint: Endpoint): Promise<void> {
    const { database, log } = this.#options;
    const { id } = endpoint;
    this.#endpoints.delete(id);
    this.#leaving.set(id, endpoint);
    endpoint.leave();
    const until = performance.now() + LEAVE_MILLISECONDS_MAX;
    while (!endpoint.hasLeft && !this.#closing.signal.aborted && performance.now() < until) await rest();
    endpoint.close();
    while (!endpoint.isIdle) await rest();
    try {
      this.#ledger.note(endpoint);
      await this.#ledger.flush();
      // Not while leases are renewed: it must be gone from what a renewal finds before it is gone from here.
      await this.#ledger.alone(() => releaseWebhooks(database, this.#holder, id));
    } catch (error) {
      log.warn({ err: error, webhook: id }, 'a webhook could not be handed over: it stays here for now');
    }
    this.#leaving.delete(id);
    await endpoint.abort();
  }

  #take(held: HeldWebhook, isChanged: boolean): void {
    const { id, version } = held.webhook;
    if (this.#leaving.has(id)) return;
    const known = this.#endpoints.get(id);
    if (known !== undefined) known.update(held, isChanged);
    // Changed while it was read: the next renewal finds it as it is now.
    else if (version >= (this.#changed.get(id) ?? 0)) this.#endpoints.set(id, new Endpoint(held, this.#room));
  }

  async #retry(): Promise<boolean> {
    const ready = [...this.#endpoints.values()].filter(({ takesRetries }) => takesRetries);
    const { database, now } = this.#options;
    const due = await findDue(
      database,
      ready.map(({ id, savedAt }) => ({ id, savedAt })),
      now(),
      DUE_MAX,
    );
    const byWebhook = new Map<string, DueDelivery[]>();
    for (const delivery of due) {
      const list = byWebhook.get(delivery.webhookId);
      if (list === undefined) byWebhook.set(delivery.webhookId, [delivery]);
      else list.push(delivery);
    }
    for (const [id, deliveries] of byWebhook) this.#endpoints.get(id)?.offer(deliveries);
    return [...byWebhook.values()].some(({ length }) => length === DUE_MAX);
  }

  #probe(endpoint: Endpoint): void {
    endpoint.probe().catch((error: unknown) => {
      this.#options.log.warn({ err: error, webhook: endpoint.id }, 'a webhook could not be probed');
    });
  }

  #onChanged(changes: readonly FeedEvent[], before: Position): void {
    for (const { subject, version } of changes) {
      this.#noteChange(subject, version);
      // One that leaves stays outdated: whoever has it next sends what is left of it, as it is then.
      (this.#endpoints.get(subject) ?? this.#leaving.get(subject))?.outdate(version, before);
    }
    this.#wake();
  }

  #noteChange(id: string, version: number): void {
    this.#changed.set(id, Math.max(version, this.#changed.get(id) ?? 0));
  }

  /** It is not ours any more: what it did last may be done again by whoever has it. */
  #drop(endpoint: Endpoint): void {
    if (this.#endpoints.get(endpoint.id) !== endpoint) return;
    this.#endpoints.delete(endpoint.id);
    endpoint.close();
    this.#end(endpoint.abort());
  }

  async #disable(endpoint: Endpoint, reason: DisabledReason): Promise<void> {
    const { database, feed, now, log } = this.#options;
    // As it was when it failed: a renewal may tell meanwhile that it was saved anew.
    const failed = { id: endpoint.id, savedAt: endpoint.savedAt, holder: this.#holder };
    try {
      await this.#ledger.flush();
      const disabled = await database.retried(async (tx) => {
        const webhook = await disableWebhook(tx, failed, reason, now());
        if (webhook !== null) await insertEvents(tx, [webhookEvent('webhook.disabled', webhook, now())]);
        return webhook;
      });
      if (disabled !== null) log.warn({ webhook: endpoint.id, reason }, 'a webhook was disabled');
      // Saved anew while it failed, it is taken up again at once.
      else this.#renewAt = 0;
      feed.wake();
    } catch (error) {
      // Still ours and enabled: it is taken up again, fails again, and is disabled then.
      log.warn({ err: error, webhook: endpoint.id }, 'a webhook could not be disabled');
    }
    this.#drop(endpoint);
    this.#wake();
  }

  #end(work: Promise<void>): void {
    const ending = work.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
