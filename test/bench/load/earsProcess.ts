// The process that listens: a crowd of sockets, counted rather than understood.
import { answerParent } from '../child.ts';
import { monotonicMilliseconds } from '../floors/sockets.ts';
import { Ear } from './ear.ts';
import type { EarsContract } from './ears.ts';

const NAMESPACE = '/live';
const OPENED_AT_ONCE = 25;
const PATIENCE_MILLISECONDS = 10_000;

let ears: Ear[] = [];
let messages = 0;
let noted = new Map<string, number>();
let epoch = Number.NEGATIVE_INFINITY;
let waiting: { messages: number; resolve(): void } | null = null;

const contract: EarsContract = {
  async open({ url, listeners, noted: isNoted }) {
    closeAll();
    const left = [...listeners];
    const onEvent = (text: string) => {
      if (isNoted) note(text);
      messages += 1;
      if (waiting !== null && messages >= waiting.messages) waiting.resolve();
    };
    const openSome = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        ears.push(await Ear.open({ ...next, url: new URL(url), namespace: NAMESPACE, onEvent }));
      }
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openSome));
  },
  heard: ({ messages: wanted }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${messages} of ${wanted} messages were heard`)),
        PATIENCE_MILLISECONDS,
      );
      const done = () => {
        clearTimeout(timer);
        waiting = null;
        resolve();
      };
      if (messages >= wanted) done();
      else waiting = { messages: wanted, resolve: done };
    }),
  count: async () => messages,
  noted: async () => ({ heard: [...noted], epoch }),
  async close() {
    closeAll();
  },
};

function closeAll(): void {
  for (const ear of ears) ear.close();
  ears = [];
  messages = 0;
  noted = new Map();
  epoch = Number.NEGATIVE_INFINITY;
}

function note(text: string): void {
  const at = monotonicMilliseconds();
  // The time of day is told in whole milliseconds: the largest difference is that of a moment when one had just begun.
  epoch = Math.max(epoch, Date.now() - at);
  const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? '';
  if (!noted.has(id)) noted.set(id, at);
}

answerParent(contract);
