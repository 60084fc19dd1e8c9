// Every group of rows, in the order in which they run. A new one is a file in rows/ and a line here.
import type { Group } from './group.ts';
import { growth } from './rows/growth.ts';
import { ingest } from './rows/ingest.ts';
import { live } from './rows/live.ts';
import { processes } from './rows/processes.ts';
import { reading } from './rows/reading.ts';
import { reserving } from './rows/reserving.ts';

export const GROUPS: readonly Group[] = [reading, reserving, ingest, live, processes, growth];
