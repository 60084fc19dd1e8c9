// French, whole: the words of every area. A new area is a file of texts/ and a line here and in en.ts.
import { fr as app } from './texts/app.ts';
import { fr as queue } from './texts/queue.ts';
import { fr as start } from './texts/start.ts';

export const fr = { ...app, ...start, ...queue };
