// French, whole: the words of every area. A new area is a file of texts/ and a line here and in en.ts.
import { fr as app } from './texts/app.ts';
import { fr as batch } from './texts/batch.ts';
import { fr as camera } from './texts/camera.ts';
import { fr as conflicts } from './texts/conflicts.ts';
import { fr as count } from './texts/count.ts';
import { fr as counter } from './texts/counter.ts';
import { fr as pick } from './texts/pick.ts';
import { fr as print } from './texts/print.ts';
import { fr as putBack } from './texts/putBack.ts';
import { fr as queue } from './texts/queue.ts';
import { fr as sell } from './texts/sell.ts';
import { fr as shift } from './texts/shift.ts';
import { fr as start } from './texts/start.ts';
import { fr as stock } from './texts/stock.ts';
import { fr as transfers } from './texts/transfers.ts';

export const fr = {
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
