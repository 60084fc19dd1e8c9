// The buffer rules as batches use them: in memory, current to the version that was read after the locks.
// Owns when they are read again; what they say is domain/buffer.ts.
import { BufferBook } from '../../domain/buffer.ts';
import { readAllRules, readBufferState } from '../../queries/buffers.ts';
import type { Tx } from '../../queries/transaction.ts';

/** What a batch decides buffers by. */
export type Buffers = { book: BufferBook; categories: ReadonlyMap<number, string | null> };

export const NO_BUFFERS: Buffers = { book: new BufferBook([], []), categories: new Map() };

export type BufferRules = {
  /**
   * The rules that hold now and the categories of these items. To be called with the levels locked: whoever changes a
   * rule afterwards finds these levels when the change is applied.
   */
  current(tx: Tx, itemIds: readonly number[]): Promise<Buffers>;
};

export function makeBufferRules(): BufferRules {
  let known = { version: 0, book: NO_BUFFERS.book };
  return {
    async current(tx, itemIds) {
      // Batches in flight share what is known: each keeps to what it saw itself.
      let { book, version } = known;
      const asksCategories = book.usesCategories;
      let state = await readBufferState(tx, asksCategories ? itemIds : []);
      if (state.version !== version) {
        const read = await readAllRules(tx);
        book = new BufferBook(read.rules, read.tuned);
        version = read.version;
        known = { version, book };
        if (book.usesCategories && !asksCategories) state = await readBufferState(tx, itemIds);
      }
      return { book, categories: state.categories };
    },
  };
}
