// An answer that takes longer than a connection may be silent: it is kept alive by blanks, which JSON allows in front.
// Knows no route and no work.
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from './route.ts';

/** Well below what servers and balancers cut: ours after 120 s, most others after 60. */
const SILENT_MILLISECONDS_MAX = 25_000;

/**
 * The work's result as JSON, as soon as it is there. Where that takes longer, the answer begins without it: a failure
 * after that cuts the connection, because its status is out already.
 */
export async function answerWhenDone(
  work: Promise<object>,
  silentMilliseconds = SILENT_MILLISECONDS_MAX,
): Promise<Reply> {
  const early = await within(work, silentMilliseconds);
  if (early !== null) return { status: 200, body: early };
  return {
    status: 200,
    stream: Readable.from(blanksThen(work, silentMilliseconds), { objectMode: false }),
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
  };
}

async function* blanksThen(work: Promise<object>, milliseconds: number): AsyncGenerator<string, void> {
  for (;;) {
    yield '\n';
    const done = await within(work, milliseconds);
    if (done === null) continue;
    yield JSON.stringify(done);
    return;
  }
}

/** The result, or null after a time. */
async function within(work: Promise<object>, milliseconds: number): Promise<object | null> {
  const over = new AbortController();
  const late = delay(milliseconds, null, { signal: over.signal }).catch(() => null);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
