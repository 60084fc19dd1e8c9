// What the queue and the pick screen do to an order as a whole. Changes go through `act`; where one leads is said here.
import { fromHere } from '../../app/router.ts';
import { act, dismiss, shift } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { silence } from './bell.ts';

/** Takes the order, in the name of who works here, and shows what to pick. */
export async function startOrder(order: OrderView, takeOver = false): Promise<void> {
  const goTo = fromHere();
  silence(order.id);
  await take(order, takeOver);
  goTo('pick', order.id);
}

/** The same, without leaving the screen. */
export async function take(order: OrderView, takeOver: boolean): Promise<void> {
  const staff = shift.value?.name;
  const body = { ...(staff === undefined ? {} : { staff }), ...(takeOver ? { takeOver } : {}) };
  await act({ kind: 'start', subject: order.id, body });
}

/** Somebody else was faster: their start stands, ours was refused. Takes the order from them, and drops the refusal. */
export async function takeOver(order: OrderView): Promise<void> {
  for (const { action } of order.conflicts) if (action.kind === 'start') await dismiss(action.id);
  await take(order, true);
}
