// Orders as a screen shows them: what the server knows, and on top what was done here and it has not heard yet.
// Pure. A move that the state does not allow changes nothing here: what becomes of it is the server's to say.
import type { Action, Conflict, Order, OrderLine, OrderView, SomeLine, Status } from './model.ts';
import { pendingOf } from './outboxRules.ts';

/** An order after the actions on it that wait, with the conflicts on it. */
export function viewOf(order: Order, actions: readonly Action[]): OrderView {
  const own = actions.filter(({ subject }) => subject === order.id);
  const pending = pendingOf(own);
  return {
    ...pending.reduce(afterAction, order),
    pending: pending.map(({ kind }) => kind),
    conflicts: conflictsOf(own),
  };
}

/** The refused actions, the oldest first. */
export function conflictsOf(actions: readonly Action[]): Conflict[] {
  return actions
    .filter(({ state }) => state === 'refused')
    .sort((a, b) => a.sequence - b.sequence)
    .flatMap((action) =>
      action.problem === undefined
        ? []
        : [
            {
              action,
              problem: action.problem,
              because: action.because ?? null,
              meanwhile: action.meanwhile ?? [],
            },
          ],
    );
}

/** The order as it will be when the server takes the action. */
export function afterAction(order: Order, action: Action): Order {
  switch (action.kind) {
    case 'start':
      return from(order, ['confirmed', 'picking'], {
        status: 'picking',
        takenBy: action.body.staff ?? order.takenBy,
        acknowledgedAt: order.acknowledgedAt ?? action.at,
      });
    case 'pick':
      return from(order, ['picking'], afterPick(order, action.body.lines));
    case 'ready':
      return from(order, ['picking'], { status: 'ready', shelf: action.body.shelf ?? order.shelf });
    case 'reopen':
      return from(order, ['ready'], { status: 'picking' });
    case 'collect':
      return order.status === 'ready' ? afterCollect(order, action.body.lines) : order;
    case 'refuse':
      return from(order, ['ready'], afterRefusal(order, action.body.lines));
    case 'cancel':
      return from(order, ['held', 'confirmed', 'picking', 'ready'], {
        status: 'cancelled',
        putBackPending: order.status === 'ready',
      });
    case 'putBack':
      return { ...order, putBackPending: false };
    case 'return':
      return { ...order, lines: afterReturn(order.lines, action.body.lines) };
    case 'acknowledge':
      return { ...order, acknowledgedAt: order.acknowledgedAt ?? action.at };
    case 'substitute':
    case 'count':
    case 'receiveTransfer':
    case 'shipTransfer':
    case 'sell':
      return order;
  }
}

/** Units of a line that are still to be handed over. */
export function stillWanted({ quantity, missing, refused = 0, collected }: OrderLine): number {
  return Math.max(0, quantity - missing - refused - collected);
}

function from(order: Order, allowed: readonly Status[], changes: Partial<Order>): Order {
  return allowed.includes(order.status) ? { ...order, ...changes } : order;
}

/** What a till sold is with the customer: where all else is missing, it is over. */
function afterPick(order: Order, picks: Extract<Action, { kind: 'pick' }>['body']['lines']): Partial<Order> {
  const lines = order.lines.map((line) => {
    const pick = picks.find(({ sku }) => sku === line.sku);
    if (pick === undefined) return line;
    const missing = pick.missing ?? line.missing;
    return { ...line, picked: pick.picked, missing, missingReason: pick.reason ?? line.missingReason };
  });
  const isOver = lines.every((line) => stillWanted(line) === 0) && tookSome(lines);
  return { lines, status: isOver ? 'collected' : order.status };
}

function tookSome(lines: readonly OrderLine[]): boolean {
  return lines.some(({ collected }) => collected > 0);
}

/** Without lines: all that is still there. */
function afterCollect(order: Order, some: readonly SomeLine[] | undefined): Order {
  const lines = order.lines.map((line) => {
    const wanted = stillWanted(line);
    const asked = some === undefined ? wanted : (some.find(({ sku }) => sku === line.sku)?.quantity ?? 0);
    return { ...line, collected: line.collected + Math.min(wanted, asked) };
  });
  const isOver = lines.every((line) => stillWanted(line) === 0);
  return { ...order, lines, status: isOver ? 'collected' : 'ready' };
}

/** Without lines: all that is still there. With nothing left it is over, as collected where the customer took a part. */
function afterRefusal(order: Order, some: readonly SomeLine[] | undefined): Partial<Order> {
  const lines = order.lines.map((line) => {
    const wanted = stillWanted(line);
    const asked = some === undefined ? wanted : (some.find(({ sku }) => sku === line.sku)?.quantity ?? 0);
    return { ...line, refused: (line.refused ?? 0) + Math.min(wanted, asked) };
  });
  const isOver = lines.every((line) => stillWanted(line) === 0);
  return {
    lines,
    status: isOver ? (tookSome(lines) ? 'collected' : 'cancelled') : 'ready',
    putBackPending: true,
  };
}

function afterReturn(lines: readonly OrderLine[], some: readonly SomeLine[]): OrderLine[] {
  return lines.map((line) => {
    const back = some.find(({ sku }) => sku === line.sku)?.quantity ?? 0;
    return { ...line, returned: Math.min(line.collected, line.returned + back) };
  });
}
