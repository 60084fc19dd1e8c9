// What transfers, sales and orders of one item at two places should come to, worked out unit by unit.
// Written from the contract's words, on purpose without the project's own code.

export type Place = 0 | 1;

export type Step =
  | { do: 'create'; id: string; from: Place; quantity: number }
  | { do: 'ship'; id: string; quantity: number | null }
  | { do: 'receive'; id: string; received: number; damaged: number; lost: number; complete: boolean }
  | { do: 'cancel'; id: string }
  | { do: 'sale'; place: Place; quantity: number }
  | { do: 'reserve'; id: string; place: Place; quantity: number; transferId: string | null }
  | { do: 'confirm'; id: string }
  | { do: 'cancelOrder'; id: string };

type Sent = {
  from: Place;
  to: Place;
  quantity: number;
  reserved: number;
  status: 'created' | 'shipped' | 'partly_received' | 'received' | 'cancelled';
  shipped: number;
  received: number;
  damaged: number;
  lost: number;
  order: string | null;
};

type Order = {
  place: Place;
  quantity: number;
  reserved: number;
  awaited: number;
  status: 'held' | 'confirmed' | 'cancelled';
};

export class TransferOracle {
  readonly shelves = [
    { onHand: 0, reserved: 0, incoming: 0 },
    { onHand: 0, reserved: 0, incoming: 0 },
  ];
  readonly transfers = new Map<string, Sent>();
  readonly orders = new Map<string, Order>();
  /** Units that nobody had on a list: more came than was sent. */
  found = 0;
  sold = 0;

  /** The outcome of a step: 'ok' or the problem's code. */
  decide(step: Step): string {
    switch (step.do) {
      case 'create':
        return this.#create(step.id, step.from, step.quantity);
      case 'ship':
        return this.#ship(step.id, step.quantity);
      case 'receive':
        return this.#receive(step);
      case 'cancel':
        return this.#cancel(step.id);
      case 'sale':
        this.#at(step.place).onHand -= step.quantity;
        this.sold += step.quantity;
        return 'ok';
      case 'reserve':
        return this.#reserve(step);
      case 'confirm':
        return this.#confirm(step.id);
      case 'cancelOrder':
        return this.#cancelOrder(step.id);
    }
  }

  #at(place: Place) {
    const shelf = this.shelves[place];
    if (shelf === undefined) throw new Error('no such place');
    return shelf;
  }

  #free(place: Place): number {
    return Math.max(0, this.#at(place).onHand - this.#at(place).reserved);
  }

  #create(id: string, from: Place, quantity: number, order: string | null = null): string {
    if (this.#free(from) < quantity) return 'insufficient-stock';
    this.#at(from).reserved += quantity;
    const to = from === 0 ? 1 : 0;
    const none = { shipped: 0, received: 0, damaged: 0, lost: 0 };
    this.transfers.set(id, { from, to, quantity, reserved: quantity, status: 'created', order, ...none });
    return 'ok';
  }

  #ship(id: string, asked: number | null): string {
    const sent = this.transfers.get(id);
    if (sent === undefined) return 'unknown-transfer';
    const units = asked ?? sent.quantity;
    const left = sent.status !== 'created' && sent.status !== 'cancelled';
    if (left && sent.shipped === units) return 'ok';
    if (sent.status !== 'created') return 'invalid-transition';
    if (sent.order !== null && this.orders.get(sent.order)?.status === 'held')
      return 'reservation-unconfirmed';
    if (units > sent.quantity) return 'units-not-here';
    if (units === 0) return 'nothing-to-ship';
    this.#at(sent.from).reserved -= sent.quantity;
    this.#at(sent.from).onHand -= units;
    this.#at(sent.to).incoming += units;
    sent.reserved = 0;
    sent.shipped = units;
    sent.status = 'shipped';
    this.#giveUp(sent, units);
    return 'ok';
  }

  /** One unit after the other: those that were sent first, then those that nobody sent. */
  #receive({ id, complete, ...now }: Extract<Step, { do: 'receive' }>): string {
    const sent = this.transfers.get(id);
    if (sent === undefined) return 'unknown-transfer';
    const way = Math.max(0, sent.shipped - sent.received - sent.damaged - sent.lost);
    const same = now.received === sent.received && now.damaged === sent.damaged && now.lost === sent.lost;
    const isNews = !same || (complete && way > 0);
    if (sent.status === 'received' && !isNews) return 'ok';
    if (sent.status !== 'shipped' && sent.status !== 'partly_received') return 'invalid-transition';
    if (!isNews) return 'ok';
    const [good, bad, gone] = [
      now.received - sent.received,
      now.damaged - sent.damaged,
      now.lost - sent.lost,
    ];
    if (good < 0 || bad < 0 || gone < 0) return 'units-not-here';
    const rest = Math.max(0, way - good - bad);
    if (gone > rest) return 'units-not-here';
    this.found += good + bad - (way - rest);
    const lost = complete ? rest : gone;
    const shelf = this.#at(sent.to);
    shelf.incoming -= way - rest + lost;
    shelf.onHand += good;
    Object.assign(sent, { received: now.received, damaged: now.damaged, lost: sent.lost + lost });
    sent.status = rest - lost > 0 ? 'partly_received' : 'received';
    this.#feed(sent, good);
    this.#giveUp(sent, rest - lost);
    return 'ok';
  }

  #cancel(id: string): string {
    const sent = this.transfers.get(id);
    if (sent === undefined) return 'unknown-transfer';
    if (sent.status === 'cancelled') return 'ok';
    if (sent.status !== 'created') return 'invalid-transition';
    this.#at(sent.from).reserved -= sent.quantity;
    sent.reserved = 0;
    sent.status = 'cancelled';
    this.#giveUp(sent, 0);
    return 'ok';
  }

  #orderOf(sent: Sent): Order | null {
    const order = sent.order === null ? undefined : this.orders.get(sent.order);
    return order === undefined || order.status === 'cancelled' ? null : order;
  }

  #feed(sent: Sent, good: number): void {
    const order = this.#orderOf(sent);
    if (order === null) return;
    const units = Math.min(good, order.awaited);
    order.awaited -= units;
    order.reserved += units;
    this.#at(order.place).reserved += units;
  }

  /** Nobody waits for more than may still come. */
  #giveUp(sent: Sent, mayCome: number): void {
    const order = this.#orderOf(sent);
    if (order !== null) order.awaited = Math.min(order.awaited, mayCome);
  }

  #reserve({ id, place, quantity, transferId }: Extract<Step, { do: 'reserve' }>): string {
    const here = Math.min(quantity, this.#free(place));
    const awaited = quantity - here;
    if (awaited > 0) {
      const other = place === 0 ? 1 : 0;
      if (transferId === null || this.#create(transferId, other, awaited, id) !== 'ok')
        return 'insufficient-stock';
    }
    this.#at(place).reserved += here;
    this.orders.set(id, { place, quantity, reserved: here, awaited, status: 'held' });
    return 'ok';
  }

  #confirm(id: string): string {
    const order = this.orders.get(id);
    if (order === undefined) return 'unknown-reservation';
    if (order.status === 'cancelled') return 'invalid-transition';
    if (order.status === 'held') {
      const short = order.quantity - order.reserved - order.awaited;
      if (short > 0 && short > this.#free(order.place)) return 'insufficient-stock';
      order.reserved += short;
      this.#at(order.place).reserved += short;
    }
    order.status = 'confirmed';
    return 'ok';
  }

  #cancelOrder(id: string): string {
    const order = this.orders.get(id);
    if (order === undefined) return 'unknown-reservation';
    if (order.status === 'cancelled') return 'invalid-transition';
    this.#at(order.place).reserved -= order.reserved;
    Object.assign(order, { status: 'cancelled', reserved: 0, awaited: 0 });
    for (const sent of this.transfers.values()) {
      if (sent.order !== id) continue;
      sent.order = null;
      if (sent.status !== 'created') continue;
      this.#at(sent.from).reserved -= sent.quantity;
      Object.assign(sent, { status: 'cancelled', reserved: 0 });
    }
    return 'ok';
  }
}
