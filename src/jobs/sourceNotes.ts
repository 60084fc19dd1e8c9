// Writes what was heard from sources, about once a second and once more at the end. A crash loses that second's notes;
// the source's next message makes up for them.
import type { Logger } from 'pino';
import type { Sources } from '../views/sources.ts';
import { pause } from './pause.ts';

export type SourceNotesOptions = {
  sources: Pick<Sources, 'write'>;
  now: () => Date;
  log: Logger;
  pollMilliseconds: number;
};

export function startSourceNotes(options: SourceNotesOptions): { close(): Promise<void> } {
  const closing = new AbortController();
  const running = writeUntilClosed(options, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function writeUntilClosed(options: SourceNotesOptions, closed: AbortSignal): Promise<void> {
  for (;;) {
    await pause(options.pollMilliseconds, closed);
    try {
      await options.sources.write(options.now());
    } catch (error) {
      options.log.warn({ err: error }, 'what was heard from sources could not be noted');
    }
    if (closed.aborted) return;
  }
}
