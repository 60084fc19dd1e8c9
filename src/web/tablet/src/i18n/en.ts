// English, whole: the same keys as French, or it does not compile.
import type { fr } from './fr.ts';
import { en as app } from './texts/app.ts';
import { en as batch } from './texts/batch.ts';
import { en as camera } from './texts/camera.ts';
import { en as conflicts } from './texts/conflicts.ts';
import { en as count } from './texts/count.ts';
import { en as counter } from './texts/counter.ts';
import { en as pick } from './texts/pick.ts';
import { en as print } from './texts/print.ts';
import { en as putBack } from './texts/putBack.ts';
import { en as queue } from './texts/queue.ts';
import { en as sell } from './texts/sell.ts';
import { en as shift } from './texts/shift.ts';
import { en as start } from './texts/start.ts';
import { en as stock } from './texts/stock.ts';
import { en as transfers } from './texts/transfers.ts';
import type { Texts } from './texts.ts';

export const en: Texts<typeof fr> = {
  ...app,
  ...putBack,
  ...print,
  ...counter,
  ...conflicts,
  ...start,
  ...queue,
  ...shift,
  ...pick,
  ...batch,
  ...camera,
  ...stock,
  ...count,
  ...transfers,
  ...sell,
};
