// What screens may use of the engine. They read signals, change things by `act` alone, and never call the network.
export { answerOrOffline } from './answered.ts';
export {
  act,
  dismiss,
  endShift,
  pair,
  read,
  refreshOrder,
  startEngine,
  startShift,
  unpair,
  wantItem,
  wantLevel,
} from './engine.ts';
export {
  actions,
  conflicts,
  device,
  items,
  levels,
  now,
  online,
  order,
  orders,
  queue,
  revoked,
  shift,
  transferNews,
  waiting,
} from './store.ts';
