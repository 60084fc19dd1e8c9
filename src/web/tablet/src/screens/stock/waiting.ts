// What was done here and is still to be sent, as far as it changes how many of an article are on hand. Pure.
import type { Action, Level, Order } from '../../data/model.ts';

/** Whether the action will change, or has set, how many of the article are here. */
export function touches(
  sku: string,
  action: Action,
  orders: ReadonlyMap<string, Pick<Order, 'lines'>>,
): boolean {
  if (action.state === 'refused') return false;
  switch (action.kind) {
    case 'count':
      return action.body.sku === sku;
    case 'receiveTransfer':
    case 'shipTransfer':
      return action.body.lines.some((line) => line.sku === sku);
    case 'pick':
      return action.body.lines.some((line) => line.sku === sku && (line.missing ?? 0) > 0);
    case 'substitute':
      return action.body.sku === sku || action.body.by.sku === sku;
    case 'collect':
    case 'return':
      return namesLine(sku, action.body.lines ?? orders.get(action.subject)?.lines);
    case 'start':
    case 'ready':
    case 'reopen':
    case 'refuse':
    case 'cancel':
    case 'putBack':
    case 'acknowledge':
    case 'sell':
      return false;
  }
}

/**
 * What the level says now, to be sent with a count: the server refuses one that somebody's sale or count overtook.
 * Null where something that waits here will have changed it by then: our own work is no surprise.
 */
export function expectedOf(
  sku: string,
  level: Pick<Level, 'onHand'> | null,
  actions: readonly Action[],
  orders: ReadonlyMap<string, Pick<Order, 'lines'>>,
): number | null {
  if (level === null || actions.some((action) => touches(sku, action, orders))) return null;
  return level.onHand;
}

function namesLine(sku: string, lines: readonly { sku: string }[] | undefined): boolean {
  return lines?.some((line) => line.sku === sku) ?? false;
}
